//! Results in the Bencher Metric Format, for those who keep their history elsewhere: an object with an object for each
//! benchmark, which has an object with `value`, `lower_value` and `upper_value` for each measure.
//!
//! Source: the format's reference, <https://bencher.dev/docs/reference/bencher-metric-format>.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::table::{Cell, Table};

/// The longest name of a benchmark, in characters.
const LONGEST_NAME: usize = 1024;

/// The longest name of a measure.
const LONGEST_MEASURE: usize = 64;

#[derive(Serialize)]
struct Metric {
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper_value: Option<f64>,
}

/// Writes the last column of each table, which is what the others are the history of: a benchmark for each row, a measure
/// for each unit, the median with the ends of its interval. A row that several tables have in one unit is named with the
/// key of its table, from the second on. What the format has no place for, or the last input does not have, is left out, and said in
/// `notes`.
///
/// # Errors
///
/// If one of the outputs fails.
pub fn write_bencher(
    tables: &[Table<'_>],
    output: &mut impl Write,
    notes: &mut impl Write,
) -> io::Result<()> {
    let mut benchmarks: BTreeMap<String, BTreeMap<&str, Metric>> = BTreeMap::new();
    let last_of = |table: &Table<'_>| {
        table
            .columns()
            .last()
            .map(|column| column.key().to_string())
    };
    let widest = tables.iter().max_by_key(|table| table.columns().len());
    let recorded = widest.and_then(last_of);
    for table in tables {
        let last = table.columns().len() - 1;
        // Where there is no such column, the last one is another's.
        let is_others = last_of(table) != recorded;
        for row in table.rows() {
            let Some(cell) = row.cell(last) else {
                continue;
            };
            let mut name = row.key().to_string();
            let taken = |measures: &BTreeMap<&str, Metric>| measures.contains_key(table.unit());
            if benchmarks.get(&name).is_some_and(taken) {
                name += &format!(" ({})", table.key());
            }
            let problem = if is_others {
                Some("the last input does not have it")
            } else {
                problem(&name, table.unit(), cell)
            };
            if let Some(problem) = problem {
                writeln!(notes, "{name} {}: left out: {problem}", table.unit())?;
                continue;
            }
            let measures = benchmarks.entry(name).or_default();
            measures.insert(table.unit(), metric(cell));
        }
    }
    serde_json::to_writer_pretty(&mut *output, &benchmarks)?;
    writeln!(output)
}

/// Why the format has no place for a cell.
fn problem(name: &str, measure: &str, cell: Cell<'_>) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("it has no name")
    } else if name.chars().count() > LONGEST_NAME {
        Some("its name has more than 1024 characters")
    } else if measure.chars().count() > LONGEST_MEASURE {
        Some("its unit has more than 64 characters")
    } else if !cell.summary().center.is_finite() {
        Some("its median is beyond all numbers")
    } else {
        None
    }
}

fn metric(cell: Cell<'_>) -> Metric {
    let summary = cell.summary();
    let finite = |value: f64| value.is_finite().then_some(value);
    Metric {
        value: summary.center,
        lower_value: finite(summary.low),
        upper_value: finite(summary.high),
    }
}
