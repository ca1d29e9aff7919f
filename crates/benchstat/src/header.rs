//! What stands above a table: the keys that changed, and the columns' keys in levels.

use std::ops::Range;

use crate::key::Key;
use crate::table::Table;

/// The fields of the tables' keys, each shown when it changes from table to table.
#[derive(Debug, Default)]
pub(crate) struct KeyChanges<'t> {
    last: Option<Key<'t>>,
}

impl<'t> KeyChanges<'t> {
    /// The fields that differ from those of the table before; for the first, all.
    pub(crate) fn next(&mut self, key: Key<'t>) -> Vec<(&'t str, &'t str)> {
        match self.last.replace(key) {
            None => key.fields().collect(),
            Some(last) => key
                .fields()
                .zip(last.fields())
                .filter_map(|(new, old)| (new != old).then_some(new))
                .collect(),
        }
    }
}

/// Neighbouring columns whose keys agree up to some field.
#[derive(Clone, Debug)]
pub(crate) struct Span<'t> {
    pub(crate) columns: Range<usize>,
    pub(crate) value: &'t str,
}

/// For each field of the columns' keys: the spans of columns that agree in it and all before it.
pub(crate) fn spans<'t>(table: &'t Table<'_>) -> Vec<Vec<Span<'t>>> {
    let keys: Vec<Vec<&str>> = table
        .columns()
        .map(|column| column.key().fields().map(|(_, value)| value).collect())
        .collect();
    let levels = keys.first().map_or(0, Vec::len);
    (0..levels)
        .map(|level| {
            let mut spans: Vec<Span<'_>> = Vec::new();
            for (column, key) in keys.iter().enumerate() {
                match spans.last_mut() {
                    Some(span) if keys[span.columns.start][..=level] == key[..=level] => {
                        span.columns.end = column + 1;
                    }
                    _ => spans.push(Span {
                        columns: column..column + 1,
                        value: key[level],
                    }),
                }
            }
            spans
        })
        .collect()
}
