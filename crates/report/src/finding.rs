//! What the results show, in sentences that are computed from them.

use benchstat::Cell;
use benchstat::statistics::holm;

use crate::matrix::Matrix;

const INSTRUCTIONS: &str = "instructions/op";
const ALLOCATIONS: &str = "allocs/op";
const RETAINED: &str = "retained-B";
const TIME: &str = "sec/op";

/// The column that the others are compared with.
pub(crate) const BASE: &str = "naive";

/// The steps from the naive handler to the best one, each with the variant that has it and those before.
const GAINS: [(&str, &str); 3] = [
    ("memory", "preallocated-serde"),
    ("the encoder", "preallocated"),
    ("the parser", "preallocated-simd"),
];

/// All findings, a sentence or a few each.
pub(crate) fn findings(handlers: &Matrix<'_>, pools: &Matrix<'_>) -> Vec<String> {
    let orders: Vec<_> = handlers
        .rows(INSTRUCTIONS)
        .into_iter()
        .filter(|row| row.starts_with("Invoice/") && !row.contains("text="))
        .collect();
    let mut findings = vec![best(handlers, &orders)];
    findings.push(gains(handlers, &orders));
    for variant in ["pooled", "arena"] {
        findings.push(memory_alone(handlers, variant, &orders));
    }
    findings.push(retained(handlers, &orders));
    findings.push(peers(pools));
    findings.retain(|finding| !finding.is_empty());
    findings
}

/// The size of an order, from its row.
pub(crate) fn size(row: &str) -> &str {
    row.rsplit_once("items=").map_or(row, |(_, items)| items)
}

/// The variant with the fewest instructions, at each size.
fn best(handlers: &Matrix<'_>, orders: &[String]) -> String {
    let mut parts = Vec::new();
    for row in orders {
        let columns = handlers.columns(INSTRUCTIONS);
        let ratios = columns.iter().filter_map(|column| {
            handlers
                .ratio(INSTRUCTIONS, row, BASE, column)
                .map(|ratio| (ratio, column))
        });
        let Some((ratio, column)) = ratios.min_by(|(a, _), (b, _)| a.total_cmp(b)) else {
            continue;
        };
        let mut part = format!(
            "at {} `{column}` takes {ratio:.2} of naive's instructions",
            items(row)
        );
        if let (Some(from), Some(to)) = (
            handlers.value(ALLOCATIONS, row, BASE),
            handlers.value(ALLOCATIONS, row, column),
        ) {
            part += &format!(", with {} for {from}", allocations(to));
        }
        parts.push(part);
    }
    sentence("**The best**: ", &parts)
}

/// How much of what is saved comes from memory, from the encoder, and from the parser.
fn gains(handlers: &Matrix<'_>, orders: &[String]) -> String {
    let mut parts = Vec::new();
    for row in orders {
        let Some(naive) = handlers.value(INSTRUCTIONS, row, BASE) else {
            continue;
        };
        let mut before = naive;
        let mut shares = Vec::new();
        for (what, variant) in GAINS {
            let Some(after) = handlers.value(INSTRUCTIONS, row, variant) else {
                break;
            };
            shares.push(format!(
                "{what} saves {:.0} %",
                100.0 * (before - after) / naive
            ));
            before = after;
        }
        parts.push(format!("at {} {}", items(row), shares.join(", ")));
    }
    sentence(
        "**Three gains**, of naive's instructions, one after the other: ",
        &parts,
    )
}

/// What a variant buys that changes nothing but memory.
fn memory_alone(handlers: &Matrix<'_>, variant: &str, orders: &[String]) -> String {
    let mut parts = Vec::new();
    let times = times(handlers, variant, orders);
    for (row, time) in orders.iter().zip(times) {
        let Some(ratio) = handlers.ratio(INSTRUCTIONS, row, BASE, variant) else {
            continue;
        };
        let counts = match (
            handlers.value(ALLOCATIONS, row, BASE),
            handlers.value(ALLOCATIONS, row, variant),
        ) {
            (Some(from), Some(to)) => format!("{} for {from}, ", allocations(to)),
            _ => String::new(),
        };
        let time = time.map(|time| format!(", {time}")).unwrap_or_default();
        parts.push(format!(
            "at {} {counts}{ratio:.2} of the instructions{time}",
            items(row)
        ));
    }
    sentence(&format!("**`{variant}`** against naive: "), &parts)
}

/// How the time of a variant compares with naive's, size by size, as far as unpaired times show it: the sizes are one
/// family of tests.
fn times(handlers: &Matrix<'_>, variant: &str, orders: &[String]) -> Vec<Option<String>> {
    let comparisons: Vec<_> = orders
        .iter()
        .map(|row| handlers.cell(TIME, row, variant).and_then(Cell::comparison))
        .collect();
    let p_values: Vec<f64> = comparisons
        .iter()
        .flatten()
        .map(|comparison| comparison.p)
        .collect();
    let mut adjusted = holm(&p_values).into_iter();
    let said = orders.iter().zip(comparisons).map(|(row, comparison)| {
        let (comparison, p) = (comparison?, adjusted.next()?);
        let share = handlers.ratio(TIME, row, BASE, variant)?;
        Some(match 100.0 * (share - 1.0) {
            _ if p >= comparison.alpha => format!("**not shown to be faster** (p={p:.3})"),
            share if share < 0.0 => format!("{:.0} % less time (p={p:.3})", -share),
            share => format!("**not faster**: {share:.0} % more time (p={p:.3})"),
        })
    });
    said.collect()
}

/// What the variants hold between requests.
fn retained(handlers: &Matrix<'_>, orders: &[String]) -> String {
    let Some(row) = orders.iter().find(|row| size(row) == "100") else {
        return String::new();
    };
    let parts: Vec<_> = handlers
        .columns(RETAINED)
        .iter()
        .filter_map(|column| {
            let bytes = handlers.value(RETAINED, row, column)?;
            (bytes > 0.0).then(|| format!("`{column}` {:.0} KiB", bytes / 1024.0))
        })
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!(
        "**The price** is memory held between requests, here after orders of 100 items: {}.",
        parts.join(", ")
    )
}

/// The pool beside its peers.
fn peers(pools: &Matrix<'_>) -> String {
    let mut parts = Vec::new();
    for row in pools.rows(INSTRUCTIONS) {
        let Some(ours) = pools.value(INSTRUCTIONS, &row, "ours") else {
            continue;
        };
        let others = pools
            .columns(INSTRUCTIONS)
            .into_iter()
            .filter(|column| column != "ours")
            .filter_map(|column| {
                pools
                    .value(INSTRUCTIONS, &row, &column)
                    .map(|value| format!("`{column}` {value}"))
            });
        let others: Vec<_> = others.collect();
        parts.push(format!("{ours} instructions; {}", others.join(", ")));
    }
    sentence("**The pool**, get and put on one thread: ", &parts)
}

fn allocations(count: f64) -> String {
    format!(
        "{count} {}",
        if count == 1.0 {
            "allocation"
        } else {
            "allocations"
        }
    )
}

/// An order's size in words.
pub(crate) fn items(row: &str) -> String {
    let size = size(row);
    format!("{size} {}", if size == "1" { "item" } else { "items" })
}

fn sentence(start: &str, parts: &[String]) -> String {
    if parts.is_empty() {
        String::new()
    } else {
        format!("{start}{}.", parts.join("; "))
    }
}
