//! Results laid out by a key: cases down, the key's values across.

use benchfmt::{Printable, class};
use benchstat::{Cell, Collection, Expressions, Query, QueryError, Table, common_scale};

use crate::figures::share;

/// The tables of some cases, one for each unit, with the values of one key as columns.
pub(crate) struct Matrix<'c> {
    tables: Vec<Table<'c>>,
}

impl<'c> Matrix<'c> {
    /// Lays out the cases that `filter` selects by `key`, such as `/variant`.
    pub(crate) fn new(
        collection: &'c Collection,
        filter: &str,
        key: &str,
    ) -> Result<Self, QueryError> {
        let expressions = Expressions {
            filter,
            table: "",
            col: key,
            ignore: ".config .file",
            ..Expressions::default()
        };
        Ok(Self {
            tables: Query::new(&expressions)?.tables(collection),
        })
    }

    /// As [`new`](Self::new), with a row for each value of another key.
    pub(crate) fn of_rows(
        collection: &'c Collection,
        filter: &str,
        row: &str,
        key: &str,
    ) -> Result<Self, QueryError> {
        let ignore = ".config .file .fullname";
        let expressions = Expressions {
            filter,
            table: "",
            row,
            col: key,
            ignore,
        };
        Ok(Self {
            tables: Query::new(&expressions)?.tables(collection),
        })
    }

    /// The table of a unit.
    pub(crate) fn table(&self, unit: &str) -> Option<&Table<'c>> {
        self.tables.iter().find(|table| table.unit() == unit)
    }

    /// All tables.
    pub(crate) fn tables(&self) -> &[Table<'c>] {
        &self.tables
    }

    /// The columns' labels in a unit.
    pub(crate) fn columns(&self, unit: &str) -> Vec<String> {
        self.table(unit)
            .into_iter()
            .flat_map(Table::columns)
            .map(|column| column.key().to_string())
            .collect()
    }

    /// The rows' labels in a unit.
    pub(crate) fn rows(&self, unit: &str) -> Vec<String> {
        self.table(unit)
            .into_iter()
            .flat_map(Table::rows)
            .map(|row| row.key().to_string())
            .collect()
    }

    /// A cell of a unit, by the labels of its row and column.
    pub(crate) fn cell(&self, unit: &str, row: &str, column: &str) -> Option<Cell<'_>> {
        let table = self.table(unit)?;
        let place = table
            .columns()
            .find(|own| own.key().to_string() == column)?
            .place();
        table
            .rows()
            .find(|own| own.key().to_string() == row)?
            .cell(place)
    }

    /// The center of a cell.
    pub(crate) fn value(&self, unit: &str, row: &str, column: &str) -> Option<f64> {
        self.cell(unit, row, column)
            .map(|cell| cell.summary().center)
    }

    /// The share of the first column that another has.
    pub(crate) fn ratio(&self, unit: &str, row: &str, base: &str, column: &str) -> Option<f64> {
        let of = |column| Some(self.cell(unit, row, column)?.sample());
        let ratio = share(&of(base)?, &of(column)?).center;
        ratio.is_finite().then_some(ratio)
    }

    /// A unit's table in Markdown: each value with its interval where it has one, and the share of the first column's.
    pub(crate) fn markdown(&self, unit: &str) -> String {
        let Some(table) = self.table(unit) else {
            return String::new();
        };
        let columns = self.columns(unit);
        let mut text = format!(
            "| {unit} | {} |\n| --- |{}\n",
            columns
                .iter()
                .map(|column| plain(column))
                .collect::<Vec<_>>()
                .join(" | "),
            " ---: |".repeat(columns.len())
        );
        for row in table.rows() {
            text += &format!("| {} |", plain(&row.key().to_string()));
            for place in 0..columns.len() {
                let cell = row
                    .cell(place)
                    .map(|cell| shown(unit, cell, row.baseline()))
                    .unwrap_or_default();
                text += &format!(" {cell} |");
            }
            text.push('\n');
        }
        text
    }
}

/// A name in a cell of a table, where it is nothing but a name.
fn plain(name: &str) -> String {
    Printable(name)
        .to_string()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('`', "&#96;")
        .replace('|', "\\|")
}

fn shown(unit: &str, cell: Cell<'_>, base: Option<Cell<'_>>) -> String {
    let summary = cell.summary();
    let scale = common_scale([summary.center], class(unit));
    let mut text = scale.format(summary.center);
    // Counts that are whole are shown as they are.
    if summary.center.fract() == 0.0 && summary.center < 1e4 {
        text = format!("{}", summary.center);
    }
    if summary.low < summary.high {
        text += &format!(" ± {}", summary.spread());
    }
    let base = base.filter(|_| cell.column() > 0);
    let share = base.map(|base| share(&base.sample(), &cell.sample()).center);
    // Of nothing there is no share, and none of nothing says more than it does itself.
    if let Some(share) = share.filter(|share| share.is_finite() && *share > 0.0) {
        text += &format!(" ({share:.2})");
    }
    text
}
