//! What the results were measured with and on.

use std::collections::BTreeMap;

use benchstat::{Cell, Collection, Table};

/// The configuration's keys, in the order in which a reader asks.
const KEYS: [&str; 17] = [
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
];

/// A table with a row for each key and a column for the units whose results were measured alike; several values where results differ.
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
    let column = |unit: usize| -> Vec<String> {
        let value = |row| values.get(&(row, unit)).map(|values| values.join(", "));
        (0..KEYS.len())
            .map(|row| value(row).unwrap_or_default())
            .collect()
    };
    let mut columns: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    for (place, unit) in units.into_iter().enumerate() {
        let own = column(place);
        match columns.iter_mut().find(|(_, known)| *known == own) {
            Some((units, _)) => units.push(unit),
            None => columns.push((vec![unit], own)),
        }
    }
    let headings = columns.iter().map(|(units, _)| units.join(", "));
    let mut text = format!(
        "| | {} |\n| --- |{}\n",
        headings.collect::<Vec<_>>().join(" | "),
        " --- |".repeat(columns.len())
    );
    for (row, key) in KEYS.iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|(_, own)| &*own[row]).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            text += &format!("| {key} | {} |\n", cells.join(" | "));
        }
    }
    text
}
