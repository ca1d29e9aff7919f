//! Cases that have another name in the baseline.

use hashbrown::{HashMap, HashSet};

use crate::accepted::Renamed;
use crate::table::{Cell, Row, Table};

/// The renamed cases of a table that each side has under its own name alone.
pub(crate) struct Renames<'g, 't> {
    /// By the new name, the old one, and its cell in the baseline.
    new: HashMap<&'g str, (&'g str, Cell<'t>)>,
    old: HashSet<&'g str>,
}

impl<'g, 't> Renames<'g, 't> {
    /// For the columns of the baseline and of the other side.
    pub(crate) fn of(
        table: &'t Table<'t>,
        renamed: &'g [Renamed],
        base: Option<usize>,
        head: Option<usize>,
    ) -> Self {
        let cell = |row: Option<Row<'t>>, place: Option<usize>| {
            row.zip(place).and_then(|(row, place)| row.cell(place))
        };
        let rows: HashMap<String, Row<'t>> = match renamed {
            [] => HashMap::new(),
            _ => table
                .rows()
                .map(|row| (row.key().to_string(), row))
                .collect(),
        };
        let found = renamed.iter().filter_map(|Renamed { from, to }| {
            let (old, new) = (rows.get(from).copied(), rows.get(to).copied());
            // Once the baseline has the new name, the old one is another case.
            let alone = cell(old, head).is_none() && cell(new, base).is_none();
            cell(new, head)?;
            let base = cell(old, base)?;
            alone.then_some((&**to, (&**from, base)))
        });
        let new: HashMap<_, _> = found.collect();
        Self {
            old: new.values().map(|&(old, _)| old).collect(),
            new,
        }
    }

    /// The old name of a case, and its cell in the baseline.
    pub(crate) fn of_new(&self, case: &str) -> Option<(&'g str, Cell<'t>)> {
        self.new.get(case).copied()
    }

    /// Whether this is the old name of a case.
    pub(crate) fn are_from(&self, case: &str) -> bool {
        self.old.contains(case)
    }
}
