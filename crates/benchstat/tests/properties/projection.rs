//! Projections give the same keys in the same order wherever they are put.

use benchstat::{Cell, ColumnSummary, Expressions, Key, Query, QueryError, Row, Table};

use super::{RESULTS, check_error};

/// Checks that a text is a projection, or an error that can be shown.
///
/// # Panics
///
/// If it is neither.
pub fn check_projection(projection: &str) {
    const NOWHERE: Expressions<'_> = Expressions {
        filter: ".unit:sec/op",
        table: "",
        row: "",
        col: "",
        ignore: "",
    };
    let as_rows = tables(&Expressions {
        row: projection,
        ..NOWHERE
    });
    let as_rows = match as_rows {
        Ok(tables) => tables,
        Err(error) => return check_error(&error, projection),
    };
    let arranged = |expressions: Expressions<'_>| tables(&expressions).expect("it was parsed");
    let as_columns = arranged(Expressions {
        col: projection,
        ..NOWHERE
    });
    let as_tables = arranged(Expressions {
        table: projection,
        ..NOWHERE
    });
    let ignored = arranged(Expressions {
        ignore: projection,
        ..NOWHERE
    });
    assert!(as_rows.len() <= 1 && as_columns.len() <= 1 && ignored.len() <= 1);
    let rows = keys(as_rows.iter().flat_map(Table::rows).map(Row::key));
    let columns = as_columns.iter().flat_map(Table::columns);
    assert_eq!(rows, keys(columns.map(ColumnSummary::key)));
    assert_eq!(rows, keys(as_tables.iter().map(Table::key)));
    for (at, key) in rows.iter().enumerate() {
        assert!(!rows[..at].contains(key), "{key:?} twice");
    }
    // A fixed order leaves out what it does not list; it does so everywhere alike.
    let all = arranged(NOWHERE);
    assert!(values(&as_rows) <= values(&all));
    for tables in [&as_columns, &as_tables, &ignored] {
        assert_eq!(values(tables), values(&as_rows));
    }
}

fn tables(expressions: &Expressions<'_>) -> Result<Vec<Table<'static>>, QueryError> {
    Ok(Query::new(expressions)?.tables(&RESULTS))
}

fn keys<'t>(keys: impl Iterator<Item = Key<'t>>) -> Vec<Vec<(String, String)>> {
    let owned = |(field, value): (&str, &str)| (field.to_owned(), value.to_owned());
    keys.map(|key| key.fields().map(owned).collect()).collect()
}

fn values(tables: &[Table<'_>]) -> usize {
    let cells = tables.iter().flat_map(Table::rows).flat_map(Row::cells);
    cells.map(Cell::count).sum()
}
