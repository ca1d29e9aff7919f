//! Cases that have another name in the baseline.

use crate::accepted::Renamed;
use crate::table::{Cell, Row, Table};

/// The renamed cases of a table that each side has under its own name alone.
pub(crate) struct Renames<'g, 't> {
    found: Vec<(&'g Renamed, Cell<'t>)>,
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
        let found = renamed.iter().filter_map(|renamed| {
            let row = |name: &str| table.rows().find(|row| row.key().to_string() == name);
            let (old, new) = (row(&renamed.from), row(&renamed.to));
            // Once the baseline has the new name, the old one is another case.
            let alone = cell(old, head).is_none() && cell(new, base).is_none();
            cell(new, head)?;
            let base = cell(old, base)?;
            alone.then_some((renamed, base))
        });
        Self {
            found: found.collect(),
        }
    }

    /// The old name of a case, and its cell in the baseline.
    pub(crate) fn of_new(&self, case: &str) -> Option<(&'g str, Cell<'t>)> {
        let found = self.found.iter().find(|(renamed, _)| renamed.to == case);
        found.map(|&(renamed, cell)| (renamed.from.as_str(), cell))
    }

    /// Whether this is the old name of a case.
    pub(crate) fn are_from(&self, case: &str) -> bool {
        self.found.iter().any(|(renamed, _)| renamed.from == case)
    }
}
