//! Tables and verdicts as JSON, for programs.
//!
//! The form is version [`VERSION`]; fields may be added under the same version, and nothing else changes without a new
//! one. A number that JSON cannot say, such as an interval that is open, is null.

use std::collections::BTreeMap;
use std::io::{self, Write};

use benchfmt::{Assumption, Better};
use serde::Serialize;

use crate::comparison::Delta;
use crate::paired::Layouts;
use crate::reason::Reasons;
use crate::table::{Cell, ColumnSummary, Row, Table};
use crate::verdict::{Judgement, Outcome, Verdicts};

/// The version of the form.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tables: Vec<TableView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<VerdictsView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caveat: Option<&'a str>,
}

#[derive(Serialize)]
struct TableView<'a> {
    unit: &'a str,
    key: BTreeMap<&'a str, &'a str>,
    better: Option<&'static str>,
    exact: bool,
    alpha: f64,
    confidence: f64,
    columns: Vec<ColumnView>,
    rows: Vec<RowView>,
}

#[derive(Serialize)]
struct ColumnView {
    label: String,
    geomean: Option<f64>,
    ratio: Option<f64>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct RowView {
    label: String,
    cells: Vec<CellView>,
}

#[derive(Serialize)]
struct CellView {
    column: usize,
    n: usize,
    center: f64,
    low: Option<f64>,
    high: Option<f64>,
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<ComparisonView>,
}

#[derive(Serialize)]
struct ComparisonView {
    p: f64,
    n: [usize; 2],
    significant: bool,
    /// The change as a share; null from zero, and where it is not significant.
    change: Option<f64>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct VerdictsView<'a> {
    outcome: &'static str,
    exit_code: u8,
    judgements: Vec<JudgementView<'a>>,
}

#[derive(Serialize)]
struct JudgementView<'a> {
    case: &'a str,
    unit: &'a str,
    column: &'a str,
    verdict: &'static str,
    gates: bool,
    fails: bool,
    baseline: Option<f64>,
    value: Option<f64>,
    change: Option<f64>,
    interval: Option<[f64; 2]>,
    visible: Option<f64>,
    differences: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paired: Option<PairedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<&'a str>,
    accepted: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The interval of the judgement is that of its row alone, at this confidence.
#[derive(Serialize)]
struct PairedView {
    stage: &'static str,
    shuffled: bool,
    layouts: usize,
    pairs: usize,
    confidence: f64,
    p: Option<f64>,
    same_code: bool,
}

/// Writes the tables, and the verdicts and what they come to and the collection's caveat where there are any, as one JSON
/// document.
///
/// # Errors
///
/// If the output fails.
pub fn write_json(
    tables: &[Table<'_>],
    verdicts: Option<(&Verdicts, Outcome)>,
    caveat: Option<&str>,
    output: &mut impl Write,
) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        tables: tables.iter().map(table).collect(),
        verdicts: verdicts.map(|(verdicts, outcome)| {
            let reasons = Reasons::new(verdicts);
            let rows = verdicts.judgements.iter();
            VerdictsView {
                outcome: outcome.as_str(),
                exit_code: outcome.code(),
                judgements: rows.map(|row| judgement(&reasons, row)).collect(),
            }
        }),
        caveat,
    };
    serde_json::to_writer_pretty(&mut *output, &document)?;
    writeln!(output)
}

fn table<'t>(table: &'t Table<'_>) -> TableView<'t> {
    TableView {
        unit: table.unit(),
        key: table.key().fields().collect(),
        better: table.better().map(|better| match better {
            Better::Higher => "higher",
            Better::Lower => "lower",
        }),
        exact: table.assumption() == Assumption::Exact,
        alpha: table.alpha(),
        confidence: table.confidence(),
        columns: table.columns().map(column).collect(),
        rows: table.rows().map(row).collect(),
    }
}

fn column(column: ColumnSummary<'_>) -> ColumnView {
    ColumnView {
        label: column.key().to_string(),
        geomean: column.mean(),
        ratio: column.ratio(),
        notes: column.notes().iter().map(ToString::to_string).collect(),
    }
}

fn row(row: Row<'_>) -> RowView {
    RowView {
        label: row.key().to_string(),
        cells: row.cells().map(cell).collect(),
    }
}

fn cell(cell: Cell<'_>) -> CellView {
    let summary = cell.summary();
    CellView {
        column: cell.column(),
        n: cell.count(),
        center: summary.center,
        low: finite(summary.low),
        high: finite(summary.high),
        notes: cell.notes().map(|note| note.to_string()).collect(),
        comparison: cell.comparison().map(|comparison| {
            let (base, head) = comparison.sizes;
            let delta = comparison.delta();
            ComparisonView {
                p: comparison.p,
                n: [base, head],
                significant: delta != Delta::Insignificant,
                change: match delta {
                    Delta::Relative(share) => finite(share),
                    Delta::Equal => Some(0.0),
                    Delta::Insignificant | Delta::FromZero => None,
                },
                notes: cell
                    .comparison_note()
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            }
        }),
    }
}

fn judgement<'v>(reasons: &Reasons<'_>, row: &'v Judgement) -> JudgementView<'v> {
    let change = row.change;
    JudgementView {
        case: &row.case,
        unit: &row.unit,
        column: &row.column,
        verdict: row.verdict.as_str(),
        gates: row.gates,
        fails: row.fails(),
        baseline: change.map(|change| change.from),
        value: change.map(|change| change.to),
        change: change.and_then(|change| change.share()).and_then(finite),
        interval: change
            .and_then(|change| change.interval)
            .map(|(low, high)| [low, high]),
        visible: row.visible,
        differences: row.differences.iter().map(ToString::to_string).collect(),
        paired: row.paired.map(|paired| PairedView {
            stage: if paired.confirmed {
                "confirm"
            } else {
                "screen"
            },
            shuffled: paired.layouts == Layouts::Shuffled,
            layouts: paired.comparisons,
            pairs: paired.pairs,
            confidence: paired.confidence,
            p: paired.p,
            same_code: paired.same_code,
        }),
        problem: row.problem.as_ref().map(ToString::to_string),
        renamed_from: row.renamed.as_deref(),
        accepted: row.accepted.as_deref(),
        reason: reasons.of(row).map(|reason| reason.to_string()),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
