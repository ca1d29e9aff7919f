//! A comparison as one file of HTML: verdicts, where the changes come from, charts, and all results.

use std::collections::HashMap;

use benchstat::document::{Document, JudgementView, VerdictsView};
use benchstat::statistics::median;
use benchstat::{Cell, Collection, Outcome, Row, Table, Verdict, Verdicts};

use crate::chart::{Caption, Change, Chart, DrawError, Sample, changes, samples};
use crate::html::HtmlPage;
use crate::matrix::Matrix;
use crate::page::PageError;

/// As many rows a chart has at most: more are no picture.
const ROWS: usize = 60;

/// A comparison of inputs.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonPage<'a> {
    /// The results of all inputs.
    pub collection: &'a Collection,
    /// What was decided on each row, and what that comes to.
    pub verdicts: (&'a Verdicts, Outcome),
    /// The level of significance.
    pub alpha: f64,
    /// The confidence of intervals.
    pub confidence: f64,
    /// Which results are shown at first: a filter.
    pub filter: &'a str,
    /// Where the changes come from, as text; empty if that was not asked.
    pub explanation: &'a str,
}

impl ComparisonPage<'_> {
    /// The page.
    ///
    /// # Errors
    ///
    /// If a chart cannot be drawn, or a query is none.
    pub fn html(&self) -> Result<String, PageError> {
        let (verdicts, outcome) = self.verdicts;
        let document = Document::new(&[], Some((verdicts, outcome)), self.collection.caveat());
        let mut words = vec![said(outcome).to_owned()];
        words.extend(document.caveat);
        let Some(verdicts) = document.verdicts else {
            return Err(PageError::NoResults);
        };
        let sides = Matrix::new(self.collection, self.filter, ".file")?;
        let mut charts = changed(&verdicts)?;
        charts.extend(sampled(&verdicts, &sides)?);
        let page = HtmlPage {
            title: "Comparison",
            words: &words,
            collection: self.collection,
            alpha: self.alpha,
            confidence: self.confidence,
            col: ".file",
            filter: self.filter,
            views: &[],
            verdicts: Some(&verdicts),
            explanation: Some(self.explanation),
            charts: &charts,
        };
        Ok(page.html())
    }
}

/// What a comparison comes to, in a sentence.
fn said(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "Nothing that gates got worse.",
        Outcome::Failed => "Something that gates got worse, or is missing.",
        Outcome::Undecided => {
            "Nothing that gates is known to have got worse, but some rows are undecided."
        }
        Outcome::Incomparable => "Some rows that gate could not be compared.",
    }
}

/// A chart for each unit that has changes, the largest of them.
fn changed(verdicts: &VerdictsView) -> Result<Vec<Chart>, DrawError> {
    let mut charts = Vec::new();
    for unit in units(verdicts) {
        let mut all: Vec<Change> = verdicts
            .judgements
            .iter()
            .filter(|row| row.unit == unit)
            .filter_map(change)
            .collect();
        if all.is_empty() {
            continue;
        }
        let count = all.len();
        all.sort_by(|a, b| b.center.abs().total_cmp(&a.center.abs()));
        all.truncate(ROWS);
        let which = if count > ROWS {
            format!(", the {ROWS} largest of {count}")
        } else {
            String::new()
        };
        let title = format!("Changes of {unit}{which}");
        let caption = Caption {
            name: &format!("changes-{}", charts.len()),
            title: &title,
            description: "A row for each case: the change against the baseline as a square, with its interval as a line; those that were \
                 called are coloured.",
        };
        charts.push(changes(caption, &all)?);
    }
    Ok(charts)
}

/// The units, in the order in which they are judged.
fn units(verdicts: &VerdictsView) -> Vec<&str> {
    let mut units: Vec<&str> = Vec::new();
    for row in &verdicts.judgements {
        if !units.contains(&row.unit.as_str()) {
            units.push(&row.unit);
        }
    }
    units
}

fn change(row: &JudgementView) -> Option<Change> {
    let center = row.change?;
    let interval = row.interval.map(|[low, high]| (low, high));
    // What is equal to the digit is no picture.
    if center == 0.0 && interval.is_none_or(|(low, high)| low == high) {
        return None;
    }
    Some(Change {
        case: row.case.clone(),
        center,
        interval,
        better: match row.verdict {
            Verdict::Improved => Some(true),
            Verdict::Regressed => Some(false),
            _ => None,
        },
    })
}

/// The samples of the rows that are not unchanged, the baseline's above the other's.
fn sampled(verdicts: &VerdictsView, sides: &Matrix<'_>) -> Result<Option<Chart>, DrawError> {
    let mut all = Vec::new();
    let mut rows: Vec<&JudgementView> = verdicts
        .judgements
        .iter()
        .filter(|row| row.verdict != Verdict::Unchanged)
        .collect();
    let size = |row: &JudgementView| row.change.map_or(0.0, f64::abs);
    rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
    // Each unit's columns, and its rows by their cases: there may be thousands of both sides.
    let mut units: HashMap<&str, (Vec<String>, HashMap<String, Row<'_>>)> = HashMap::new();
    for row in rows {
        if all.len() >= ROWS {
            break;
        }
        let (columns, cases) = units.entry(&row.unit).or_insert_with(|| {
            let table = sides.table(&row.unit).into_iter();
            let rows = table.flat_map(Table::rows);
            let cases = rows.map(|row| (row.key().to_string(), row)).collect();
            (sides.columns(&row.unit), cases)
        });
        let sample = |column: usize| {
            let cell = cases.get(&row.case)?.cell(column);
            cell.map(Cell::sample)
                .filter(|sample| sample.first() != sample.last())
        };
        let own = columns.iter().position(|column| *column == row.column);
        let (Some(base), Some(own)) = (sample(0), own.and_then(sample)) else {
            continue;
        };
        let center = median(&base);
        let names = [format!("{} {}", row.case, row.unit), row.column.clone()];
        for (color, (name, values)) in names.into_iter().zip([base, own]).enumerate() {
            all.push(Sample {
                name,
                color,
                center,
                values,
            });
        }
    }
    if all.is_empty() {
        return Ok(None);
    }
    let caption = Caption {
        name: "samples",
        title: "The samples of what may have changed most",
        description: "Two rows for each case, the baseline's with its name and the other input's: every measured value as a dot, by how far it is from the \
             baseline's median; the bar is the middle half, the line across it the median.",
    };
    samples(caption, "from the baseline's median", &all).map(Some)
}
