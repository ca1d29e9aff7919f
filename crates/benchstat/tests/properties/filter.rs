//! Filters keep results or do not, and say the same of a name alone.

use std::collections::BTreeSet;

use benchstat::{Expressions, Query, QueryError, Selection, SelectionError};

use super::{RESULTS, check_error};

/// A cell of a table: what the table has in common, the unit, the name, and the input.
type Place = (String, String, String, String);

/// Checks that a text is a filter whose negation keeps the rest, or an error that can be shown.
///
/// # Panics
///
/// If it is neither.
pub fn check_filter(filter: &str) {
    let kept = match kept(filter) {
        Ok(kept) => kept,
        Err(error) => {
            check_error(&error, filter);
            assert!(Selection::parse(filter).is_err());
            return;
        }
    };
    let all = self::kept("*").expect("a star is a filter");
    // Parentheses and a sign are refused where the filter is nested as deep as it may be.
    if let Ok(others) = self::kept(&format!("-({filter})")) {
        assert!(kept.is_disjoint(&others));
        assert_eq!(&kept | &others, all);
        let of_two = |op| self::kept(&format!("({filter}) {op} -({filter})")).expect("both parse");
        assert_eq!(of_two("OR"), all);
        assert_eq!(of_two("AND"), BTreeSet::new());
        assert_eq!(of_two(""), BTreeSet::new());
    }
    match Selection::parse(filter) {
        Ok(selection) => {
            for place in &all {
                let (_, unit, name, _) = place;
                assert_eq!(selection.selects(name, unit), kept.contains(place));
            }
        }
        Err(SelectionError::Key { key }) => assert!(filter.contains('\\') || filter.contains(&key)),
        Err(error) => panic!("{error} where the query found none"),
    }
}

/// The cells that a filter keeps.
fn kept(filter: &str) -> Result<BTreeSet<Place>, QueryError> {
    let query = Query::new(&Expressions {
        filter,
        ..Expressions::default()
    })?;
    let mut kept = BTreeSet::new();
    for table in query.tables(&RESULTS) {
        // Which of them come first depends on which results are seen.
        let fields = table.key().fields().filter(|(_, value)| !value.is_empty());
        let (key, unit) = (
            format!("{:?}", fields.collect::<BTreeSet<_>>()),
            table.unit(),
        );
        let columns: Vec<_> = table
            .columns()
            .map(|column| column.key().to_string())
            .collect();
        for row in table.rows() {
            for cell in row.cells() {
                let (name, column) = (row.key().to_string(), columns[cell.column()].clone());
                kept.insert((key.clone(), unit.to_owned(), name, column));
            }
        }
    }
    Ok(kept)
}
