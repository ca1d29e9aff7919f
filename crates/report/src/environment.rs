//! What the results were measured with and on.

use std::collections::BTreeMap;

use benchstat::{Cell, Collection, Table};

/// The configuration's keys, in the order in which a reader asks.
const KEYS: [&str; 18] = [
    "commit",
    "dirty",
    "rustc",
    "target",
    "rustflags",
    "profile",
    "allocator",
    "libc",
    "valgrind",
    "cpu",
    "cpu-features",
    "kernel",
    "cores",
    "scheduling",
    "goos",
    "goarch",
    "go",
    "reason",
];

/// A table with a row for each key and a column for each unit's results; several values where results differ.
pub(crate) fn table(collection: &Collection, tables: &[Table<'_>]) -> String {
    let mut values: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    let mut units = Vec::new();
    for table in tables {
        // The units of allocations are measured together.
        if ["B/op", "peak-B", "retained-B"].contains(&table.unit()) {
            continue;
        }
        let configs = table
            .rows()
            .flat_map(|row| row.cells().flat_map(Cell::configs).collect::<Vec<_>>());
        for config in configs {
            for (row, key) in KEYS.iter().enumerate() {
                if let Some(value) = collection.config_value(config, key) {
                    let seen = values.entry((row, units.len())).or_default();
                    if !seen.iter().any(|own| own == value) {
                        seen.push(value.to_owned());
                    }
                }
            }
        }
        units.push(table.unit());
    }
    let mut text = format!(
        "| | {} |\n| --- |{}\n",
        units.join(" | "),
        " --- |".repeat(units.len())
    );
    for (row, key) in KEYS.iter().enumerate() {
        let cells: Vec<_> = (0..units.len())
            .map(|column| {
                values
                    .get(&(row, column))
                    .map(|values| values.join(", "))
                    .unwrap_or_default()
            })
            .collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            text += &format!("| {key} | {} |\n", cells.join(" | "));
        }
    }
    text
}
