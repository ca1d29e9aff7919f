//! A comparison as a document of JSON, for programs: what [`write_json`](crate::write_json) writes, and what reads it back.
//!
//! The form is version [`VERSION`], described by [`SCHEMA`]; fields may be added under the same version, and nothing else
//! changes without a new one. A number that JSON cannot say, such as an interval that is open, is null.

use std::collections::BTreeMap;
use std::io::{self, Write};

use benchfmt::{Assumption, Better, Printable};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::comparison::Delta;
pub use crate::contradiction::Contradiction;
use crate::contradiction::check;
pub use crate::explanation::{ExplanationView, FunctionView, LineView, PartView};
use crate::paired::Layouts;
use crate::reason::Reasons;
use crate::sites::SitesView;
use crate::summary::headline;
use crate::table::{Cell, ColumnSummary, Row, Table};
use crate::verdict::{Judgement, Outcome, Verdict, Verdicts};

/// The version of the form.
pub const VERSION: u32 = 1;

/// The form as a JSON schema, draft 2020-12.
pub const SCHEMA: &str = include_str!("../schema/comparison-1.json");

/// Why a document cannot be read.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// It is no JSON, or of another form; with the place.
    #[error("no comparison: {}", Printable(&.0.to_string()))]
    Form(serde_json::Error),
    /// It is of a version that this program does not know.
    #[error("a comparison of version {0}, where version {VERSION} is known")]
    Version(u32),
    /// A cell names a column that its table does not have.
    #[error("table {table}, row {row}: there is no column {column}")]
    Column {
        /// The table, counted from 0.
        table: usize,
        /// The row, counted from 0.
        row: usize,
        /// The column that the cell names.
        column: usize,
    },
    /// The verdicts contradict themselves.
    #[error("verdicts: {0}")]
    Contradiction(Contradiction),
}

/// The message has the cause in it, which is therefore no source.
impl From<serde_json::Error> for DocumentError {
    fn from(error: serde_json::Error) -> Self {
        Self::Form(error)
    }
}

/// A comparison: tables, and verdicts if the rows were judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The version of the form.
    pub version: u32,
    /// The tables.
    pub tables: Vec<TableView>,
    /// The verdicts, if the rows were judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdicts: Option<VerdictsView>,
    /// Where changes come from, of the cases of which that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<ExplanationView>,
    /// What to know before believing any of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caveat: Option<String>,
    /// Where the allocations of cases changed, if that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SitesView>,
}

/// The results of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableView {
    /// The base unit of its values.
    pub unit: String,
    /// What its results have in common besides the unit.
    pub key: BTreeMap<String, String>,
    /// Which direction is better, if that is known.
    pub better: Option<Direction>,
    /// Whether its values are taken to repeat to the digit.
    pub exact: bool,
    /// The level of significance.
    pub alpha: f64,
    /// The confidence of the cells' intervals.
    pub confidence: f64,
    /// The columns; the first is the baseline.
    pub columns: Vec<ColumnView>,
    /// The rows.
    pub rows: Vec<RowView>,
}

/// A direction of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Larger values are better.
    Higher,
    /// Smaller values are better.
    Lower,
}

/// A column, and the geometric mean of its centers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnView {
    /// What its results have in common.
    pub label: String,
    /// The geometric mean of its centers.
    pub geomean: Option<f64>,
    /// The geometric mean of the ratios of its centers to those of the baseline.
    pub ratio: Option<f64>,
    /// What to know before believing the means.
    pub notes: Vec<String>,
}

/// A row of cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowView {
    /// What its results have in common.
    pub label: String,
    /// The cells that there are, by their columns.
    pub cells: Vec<CellView>,
}

/// The summary of a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellView {
    /// The place of its column, counted from 0.
    pub column: usize,
    /// The size of the sample.
    pub n: usize,
    /// Its median; null if it is beyond all numbers.
    pub center: Option<f64>,
    /// The lower end of the median's interval; null if it is open.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// What to know before believing it.
    pub notes: Vec<String>,
    /// The comparison with the baseline's cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<ComparisonView>,
}

/// The comparison of a cell with the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonView {
    /// The p value of no difference; 0 for exact values, which need no test. Of samples with many ties it may exceed 1.
    pub p: f64,
    /// The sizes of the two samples.
    pub n: [usize; 2],
    /// Whether the test says that there is a difference.
    pub significant: bool,
    /// The change as a share; null from zero, and where it is not significant.
    pub change: Option<f64>,
    /// What to know before believing it.
    pub notes: Vec<String>,
}

/// The verdicts, and what they come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerdictsView {
    /// What the comparison comes to.
    pub outcome: Outcome,
    /// The exit code for it.
    pub exit_code: u8,
    /// How many rows have which verdict, in a line.
    #[serde(default)]
    pub headline: String,
    /// One for each row and column, in the order of the tables.
    pub judgements: Vec<JudgementView>,
}

/// A verdict on one case in one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgementView {
    /// The full name of the case.
    pub case: String,
    /// Its package, where the comparison has a case of this name in several; empty where its results name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The unit.
    pub unit: String,
    /// The label of the column that was compared with the baseline's.
    pub column: String,
    /// What the comparison comes to.
    pub verdict: Verdict,
    /// Whether it counts for the exit code.
    pub gates: bool,
    /// Whether it alone would fail the comparison.
    pub fails: bool,
    /// The baseline's value.
    pub baseline: Option<f64>,
    /// The other side's.
    pub value: Option<f64>,
    /// The change as a share; null from zero.
    pub change: Option<f64>,
    /// Where the change lies, of this row alone.
    pub interval: Option<[f64; 2]>,
    /// For an undecided row: the smallest change that its samples would have shown half of the time.
    pub visible: Option<f64>,
    /// For an incomparable row: in what the sides differ.
    pub differences: Vec<String>,
    /// What the verdict rests on, where the sides took turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paired: Option<PairedView>,
    /// For an incomparable row whose sides should have taken turns: why its results are no pairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The name of the case in the baseline, if it has another there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
    /// The reason for which a regression was agreed to.
    pub accepted: Option<String>,
    /// What the case's other units say of the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl JudgementView {
    /// Whether the row alone fails the comparison, by its verdict.
    pub(crate) fn must_fail(&self) -> bool {
        self.gates
            && self.accepted.is_none()
            && matches!(self.verdict, Verdict::Regressed | Verdict::Missing)
    }
}

/// What a verdict on pairs rests on. The interval of the judgement is that of its row alone, at this confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedView {
    /// The stage that decided.
    pub stage: Stage,
    /// Whether layouts were drawn; otherwise there is one of each side.
    pub shuffled: bool,
    /// How many layout comparisons there are in that stage.
    pub layouts: usize,
    /// How many pairs.
    pub pairs: usize,
    /// The confidence of the change's interval.
    pub confidence: f64,
    /// The p value, corrected for the looks and the family; null for rows that were not tested.
    pub p: Option<f64>,
    /// Whether both sides are the same program.
    pub same_code: bool,
}

/// A stage of the sampling of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// What looks changed is sought.
    Screen,
    /// And confirmed on fresh data.
    Confirm,
}

impl Document {
    /// That of tables, with verdicts and what they come to, and the collection's caveat, where there are any.
    pub fn new(
        tables: &[Table<'_>],
        verdicts: Option<(&Verdicts, Outcome)>,
        caveat: Option<&str>,
    ) -> Self {
        Self {
            version: VERSION,
            tables: tables.iter().map(table).collect(),
            verdicts: verdicts.map(|(verdicts, outcome)| {
                let reasons = Reasons::new(verdicts);
                let rows = verdicts.judgements.iter();
                VerdictsView {
                    outcome,
                    exit_code: outcome.code(),
                    headline: headline(verdicts),
                    judgements: rows.map(|row| judgement(&reasons, row)).collect(),
                }
            }),
            explanations: Vec::new(),
            caveat: caveat.map(str::to_owned),
            sites: Vec::new(),
        }
    }

    /// Writes it, on lines of their own.
    ///
    /// # Errors
    ///
    /// If the output fails.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *output, self)?;
        writeln!(output)
    }

    /// Reads a document. Fields that are not known are left aside.
    ///
    /// # Errors
    ///
    /// If it is not of the form, or of another version, or a cell's column is none of its table, or the verdicts contradict
    /// themselves.
    pub fn parse(json: &[u8]) -> Result<Self, DocumentError> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_slice(json)?;
        if version != VERSION {
            return Err(DocumentError::Version(version));
        }
        let document: Self = serde_json::from_slice(json)?;
        for (at, table) in document.tables.iter().enumerate() {
            for (row, cells) in table.rows.iter().enumerate() {
                let outside = |cell: &&CellView| cell.column >= table.columns.len();
                if let Some(cell) = cells.cells.iter().find(outside) {
                    return Err(DocumentError::Column {
                        table: at,
                        row,
                        column: cell.column,
                    });
                }
            }
        }
        if let Some(verdicts) = &document.verdicts {
            check(verdicts).map_err(DocumentError::Contradiction)?;
        }
        Ok(document)
    }
}

fn table(table: &Table<'_>) -> TableView {
    let fields = table.key().fields();
    TableView {
        unit: table.unit().to_owned(),
        key: fields
            .map(|(field, value)| (field.to_owned(), value.to_owned()))
            .collect(),
        better: table.better().map(|better| match better {
            Better::Higher => Direction::Higher,
            Better::Lower => Direction::Lower,
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
        geomean: column.mean().and_then(finite),
        ratio: column.ratio().and_then(finite),
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
        center: finite(summary.center),
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

fn judgement(reasons: &Reasons<'_>, row: &Judgement) -> JudgementView {
    let change = row.change;
    JudgementView {
        case: row.case.clone(),
        package: row.package.clone(),
        unit: row.unit.clone(),
        column: row.column.clone(),
        verdict: row.verdict,
        gates: row.gates,
        fails: row.fails(),
        baseline: change.and_then(|change| finite(change.from)),
        value: change.and_then(|change| finite(change.to)),
        change: change.and_then(|change| change.share()).and_then(finite),
        interval: change
            .and_then(|change| change.interval)
            .filter(|(low, high)| low.is_finite() && high.is_finite())
            .map(|(low, high)| [low, high]),
        visible: row.visible.and_then(finite),
        differences: row.differences.iter().map(ToString::to_string).collect(),
        paired: row.paired.map(|paired| PairedView {
            stage: if paired.confirmed {
                Stage::Confirm
            } else {
                Stage::Screen
            },
            shuffled: paired.layouts == Layouts::Shuffled,
            layouts: paired.comparisons,
            pairs: paired.pairs,
            confidence: paired.confidence,
            p: paired.p,
            same_code: paired.same_code,
        }),
        problem: row.problem.as_ref().map(ToString::to_string),
        renamed_from: row.renamed.clone(),
        accepted: row.accepted.clone(),
        reason: reasons.of(row).map(|reason| reason.to_string()),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
