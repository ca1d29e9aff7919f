//! The charts of the committed results: what is drawn, and from which of them.

use benchfmt::{Class, class};
use benchstat::statistics::{median, shift_interval};
use benchstat::{Cell, Row, Table};

use crate::chart::{
    Caption, Chart, Curve, Curves, DrawError, Point, Sample, Series, Sizes, curves, samples, sizes,
};
use crate::finding::size;
use crate::matrix::Matrix;

/// The confidence of intervals of shares.
const CONFIDENCE: f64 = 0.95;

/// The percentiles that a load's results have: the unit, and the share of the requests.
const PERCENTILES: [(&str, f64); 4] = [
    ("p50-sec", 0.5),
    ("p90-sec", 0.9),
    ("p99-sec", 0.99),
    ("p99.9-sec", 0.999),
];

/// The variants in the order of their colours; all that have columns beside these come after them.
const COLORS: [&str; 6] = [
    "naive",
    "pooled",
    "arena",
    "preallocated-serde",
    "preallocated",
    "preallocated-simd",
];

/// Time by size.
pub(crate) fn time(handlers: &Matrix<'_>) -> Result<Chart, DrawError> {
    let caption = Caption {
        name: "time",
        title: "Time of POST /invoices by the size of the order",
        description: "Left: seconds an operation, the median of fresh processes, on logarithmic axes. Right: the share of naive's \
             time, each with an interval of its own at 95 %.",
    };
    let words = (
        "time per operation, seconds",
        "share of naive's time, 95 % interval",
    );
    by_size(caption, handlers, "sec/op", words, |row, cell| {
        let base = row.baseline()?;
        Some(share(&base.sample(), &cell.sample()))
    })
}

/// Instructions by size.
pub(crate) fn instructions(handlers: &Matrix<'_>) -> Result<Chart, DrawError> {
    let caption = Caption {
        name: "instructions",
        title: "Instructions of POST /invoices by the size of the order",
        description: "Left: instructions an operation, exact, on logarithmic axes. Right: the share of naive's instructions.",
    };
    let words = (
        "instructions per operation",
        "share of naive's instructions",
    );
    by_size(caption, handlers, "instructions/op", words, |row, cell| {
        let base = row.baseline()?.summary().center;
        let share = cell.summary().center / base;
        share.is_finite().then_some(exact(share))
    })
}

/// Allocations by size, and what is held between operations.
pub(crate) fn allocations(handlers: &Matrix<'_>) -> Result<Chart, DrawError> {
    const HELD: &str = "retained-B";
    let caption = Caption {
        name: "allocations",
        title: "Allocations of POST /invoices by the size of the order, and the memory held between requests",
        description: "Left: allocations an operation, exact. Right: bytes held between operations, exact. Both on logarithmic axes, \
             with zero below the gap.",
    };
    let (order, series) = orders(handlers, "allocs/op", |row, cell| {
        let held = handlers.cell(HELD, &row.key().to_string(), &column(handlers, cell)?)?;
        Some(exact(held.summary().center))
    });
    sizes(
        caption,
        &Sizes {
            over: "items in the order",
            at: order,
            series,
            values: ("allocations per operation", Class::Decimal),
            others: ("bytes held between requests", Some(class(HELD))),
        },
    )
}

/// The label of a cell's column, of allocations.
fn column(handlers: &Matrix<'_>, cell: Cell<'_>) -> Option<String> {
    let columns = handlers.columns("allocs/op");
    columns.get(cell.column()).cloned()
}

fn by_size(
    caption: Caption<'_>,
    handlers: &Matrix<'_>,
    unit: &str,
    (values, shares): (&str, &str),
    other: impl Fn(Row<'_>, Cell<'_>) -> Option<Point>,
) -> Result<Chart, DrawError> {
    let (order, series) = orders(handlers, unit, other);
    sizes(
        caption,
        &Sizes {
            over: "items in the order",
            at: order,
            series,
            values: (values, class(unit)),
            others: (shares, None),
        },
    )
}

/// The sizes of the plain orders, and each variant's values at them.
fn orders(
    handlers: &Matrix<'_>,
    unit: &str,
    other: impl Fn(Row<'_>, Cell<'_>) -> Option<Point>,
) -> (Vec<f64>, Vec<Series>) {
    let rows: Vec<(f64, Row<'_>)> = handlers
        .table(unit)
        .into_iter()
        .flat_map(Table::rows)
        .filter_map(|row| {
            let label = row.key().to_string();
            let is_order = label.starts_with("Invoice/") && !label.contains("text=");
            let size: f64 = size(&label).parse().ok()?;
            is_order.then_some((size, row))
        })
        .collect();
    let series = handlers.columns(unit).into_iter().enumerate();
    let series = series.map(|(place, name)| Series {
        name,
        values: rows
            .iter()
            .map(|(_, row)| row.cell(place).map(summary))
            .collect(),
        others: rows
            .iter()
            .map(|(_, row)| row.cell(place).and_then(|cell| other(*row, cell)))
            .collect(),
    });
    (
        rows.iter().map(|(size, _)| *size).collect(),
        series.collect(),
    )
}

fn summary(cell: Cell<'_>) -> Point {
    let summary = cell.summary();
    Point {
        center: summary.center,
        low: summary.low,
        high: summary.high,
    }
}

fn exact(value: f64) -> Point {
    Point {
        center: value,
        low: value,
        high: value,
    }
}

/// What share one sample is of another: the median of all ratios, and the interval of Hodges and Lehmann. Both are in ascending
/// order.
pub(crate) fn share(base: &[f64], sample: &[f64]) -> Point {
    let ratios = base
        .iter()
        .flat_map(|from| sample.iter().map(move |to| to / from));
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    let center = median(&ratios);
    // A sample beside itself has nothing to differ in.
    if base == sample {
        return exact(1.0);
    }
    let (low, high) = shift_interval(base, sample, CONFIDENCE)
        .map_or((f64::NAN, f64::NAN), |(low, high)| (1.0 + low, 1.0 + high));
    Point { center, low, high }
}

/// A share in words: with its interval where it has one.
pub(crate) fn told(share: Point) -> String {
    let Point { center, low, high } = share;
    if share.is_bounded() {
        format!("{center:.2} ({low:.2} to {high:.2})")
    } else {
        format!("{center:.2}")
    }
}

/// Every value of the times of some tables, in charts of a table each.
pub(crate) fn distributions(tables: &[(&str, &Matrix<'_>)]) -> Result<Vec<Chart>, DrawError> {
    const UNIT: &str = "sec/op";
    let mut charts = Vec::new();
    for (what, matrix) in tables {
        let columns = matrix.columns(UNIT);
        let mut all = Vec::new();
        for row in matrix.table(UNIT).into_iter().flat_map(Table::rows) {
            for cell in row.cells() {
                let column = columns.get(cell.column()).map_or("", String::as_str);
                let values = cell.sample();
                all.push(Sample {
                    name: format!("{} {column}", row.key()).trim_end().to_owned(),
                    color: cell.column(),
                    center: median(&values),
                    values,
                });
            }
        }
        if all.is_empty() {
            continue;
        }
        let name = format!("samples-{what}");
        let title = format!("Every sample of time: {what}");
        charts.push(samples(
            Caption {
                name: &name,
                title: &title,
                description: "A row for each case: every measured value as a dot, by how far it is from the sample's median; the bar \
                     is the middle half, the line across it the median.",
            },
            "from the sample\'s median",
            &all,
        )?);
    }
    Ok(charts)
}

/// Latency by percentile, a panel for each load.
pub(crate) fn latency(loads: &Matrix<'_>) -> Result<Chart, DrawError> {
    let names = loads.columns(PERCENTILES[0].0);
    let rows = loads.rows(PERCENTILES[0].0);
    // Each nine of a share is a step of its own.
    let nines = |share: f64| 1.0 / (1.0 - share);
    let curve = |row: &str, name: &str| {
        let points = PERCENTILES.iter().filter_map(|&(unit, share)| {
            let cell = loads.cell(unit, row, name)?;
            Some((nines(share), summary(cell)))
        });
        points.collect::<Vec<_>>()
    };
    let panels = rows.iter().map(|row| {
        let curves = names.iter().enumerate().map(|(at, name)| Curve {
            name: at,
            points: curve(row, name),
        });
        let load = row.trim_start_matches("Load/").replace('/', " ");
        (format!("seconds, {load}"), curves.collect())
    });
    let tick = |&(_, share): &(&str, f64)| (nines(share), format!("p{}", short(100.0 * share)));
    // A variant has its colour wherever it is shown.
    let colored = |name: &String| {
        let known = COLORS.iter().position(|own| own == name);
        (known.unwrap_or(COLORS.len()), name.clone())
    };
    let names: Vec<(usize, String)> = names.iter().map(colored).collect();
    curves(
        Caption {
            name: "latency",
            title: "Latency by percentile",
            description: "A panel for each load, with the same logarithmic axis of seconds: the time that half, 9 of 10, 99 of 100, and \
                 999 of 1000 requests did not exceed, for each variant; the median of the rounds with its interval at 95 %.",
        },
        &Curves {
            ticks: PERCENTILES.iter().map(tick).collect(),
            over: "",
            panels: panels.collect(),
            names,
        },
    )
}

/// A number without what rounding leaves.
fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
