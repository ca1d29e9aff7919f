//! The statistics of all cells, on all processors.

use std::cmp::Ordering;
use std::thread;

use benchfmt::Assumption;

use crate::cells::Outline;
use crate::parallel::processors;
use crate::query::Query;
use crate::sources::{Cursor, Sources};
use crate::statistics::{MedianIntervals, UTest, UTestError, median};

/// A cell: its values among those of all cells, and what is known of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    start: usize,
    count: u32,
    /// The place of its column in the table.
    pub(crate) column: u32,
    /// The configuration of its first result.
    pub(crate) config: u32,
    pub(crate) test: Test,
    pub(crate) center: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The p value of the test against the baseline, if there was a test.
    pub(crate) p: f64,
}

/// How a cell was compared with the first of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// Not at all: it is the first, or there is no first.
    None,
    /// By equality, as exact values are.
    Exact,
    /// By the U test.
    U,
    /// By a test that could not be made.
    Failed(UTestError),
}

impl Sample {
    pub(crate) fn new(start: usize, count: u32, column: u32, config: u32) -> Self {
        Self {
            start,
            count,
            column,
            config,
            test: Test::None,
            center: 0.0,
            low: 0.0,
            high: 0.0,
            p: 1.0,
        }
    }

    /// Adds values that follow those it has.
    pub(crate) fn grow(&mut self, count: u32) {
        self.count += count;
    }

    pub(crate) fn values<'v>(&self, all: &'v [f64]) -> &'v [f64] {
        &all[self.start..self.start + self.count as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }
}

/// Rows that one processor works on: the cells of whole rows, and their values.
struct Share<'a> {
    samples: &'a mut [Sample],
    values: &'a mut [f64],
    /// The index of the first value among all.
    first_value: usize,
    /// Where they come from.
    sources: Cursor<'a>,
    /// For each row: where its cells end, counted from the share's first, and the assumption.
    rows: Vec<(usize, Assumption)>,
}

/// Below this number of values a second processor costs more than it brings.
const WORTH_SHARING: usize = 20_000;

/// Gathers, sorts, summarises and compares all samples.
pub(crate) fn compute(
    tables: &[Outline],
    samples: &mut [Sample],
    values: &mut [f64],
    sources: &Sources<'_>,
    query: &Query,
) {
    let processors = if values.len() < WORTH_SHARING {
        1
    } else {
        processors()
    };
    let shares = split(tables, samples, values, sources.cursor(), processors);
    thread::scope(|scope| {
        let mut shares = shares.into_iter();
        let first = shares.next();
        for share in shares {
            scope.spawn(|| share.compute(query));
        }
        if let Some(share) = first {
            share.compute(query);
        }
    });
}

/// Splits the rows into as many shares of about the same number of values.
fn split<'a>(
    tables: &[Outline],
    mut samples: &'a mut [Sample],
    mut values: &'a mut [f64],
    mut sources: Cursor<'a>,
    count: usize,
) -> Vec<Share<'a>> {
    let target = values.len().div_ceil(count).max(1);
    let mut shares = Vec::with_capacity(count);
    let mut rows = Vec::new();
    // Cells and values that earlier shares took.
    let (mut cells_taken, mut values_taken) = (0, 0);
    let all_rows = tables.iter().flat_map(|table| {
        table
            .rows
            .iter()
            .map(|&(_, end)| (end as usize, table.assumption))
    });
    let mut all_rows = all_rows.peekable();
    while let Some((end, assumption)) = all_rows.next() {
        rows.push((end - cells_taken, assumption));
        let last = &samples[end - cells_taken - 1];
        let value_end = last.start + last.len();
        if value_end - values_taken < target && all_rows.peek().is_some() {
            continue;
        }
        let (own_samples, rest) = samples.split_at_mut(end - cells_taken);
        samples = rest;
        let (own_values, rest) = values.split_at_mut(value_end - values_taken);
        values = rest;
        shares.push(Share {
            samples: own_samples,
            values: own_values,
            first_value: values_taken,
            sources,
            rows: std::mem::take(&mut rows),
        });
        if all_rows.peek().is_some() {
            sources.skip(value_end - values_taken);
        }
        (cells_taken, values_taken) = (end, value_end);
    }
    shares
}

impl Share<'_> {
    fn compute(mut self, query: &Query) {
        let mut intervals = MedianIntervals::new(query.confidence);
        let mut test = UTest::default();
        let own = |sample: &Sample| {
            let start = sample.start - self.first_value;
            start..start + sample.len()
        };
        let mut start = 0;
        for (end, assumption) in self.rows {
            let row = &mut self.samples[start..end];
            start = end;
            for sample in row.iter_mut() {
                let values = &mut self.values[own(sample)];
                let sources = self.sources;
                self.sources.fill(values);
                values.sort_unstable_by(f64::total_cmp);
                if has_both_zeros(values) {
                    // They are equal, and stay in the order in which they are gathered.
                    self.sources = sources;
                    self.sources.fill(values);
                    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
                }
                (sample.center, (sample.low, sample.high)) = match assumption {
                    Assumption::Nothing => {
                        let interval = intervals.of(values.len());
                        (median(values), interval.ends(values))
                    }
                    Assumption::Exact => (mode(values), (values[0], values[values.len() - 1])),
                };
            }
            let Some((first, others)) = row.split_first_mut() else {
                continue;
            };
            if first.column != 0 {
                continue;
            }
            for sample in others {
                if assumption == Assumption::Exact {
                    (sample.test, sample.p) = (Test::Exact, 0.0);
                    continue;
                }
                let result =
                    test.shown_p_value(&self.values[own(first)], &self.values[own(sample)]);
                (sample.test, sample.p) = match result {
                    Ok(p) => (Test::U, p),
                    Err(error) => (Test::Failed(error), 1.0),
                };
            }
        }
    }
}

/// Whether values in ascending order contain a zero of each sign.
fn has_both_zeros(sorted: &[f64]) -> bool {
    if sorted.first().is_none_or(|&least| least > 0.0) {
        return false;
    }
    let negatives = sorted.partition_point(|&value| value < 0.0);
    let zeros = &sorted[negatives..][..sorted[negatives..].partition_point(|&value| value <= 0.0)];
    match zeros {
        [first, .., last] => first.is_sign_negative() != last.is_sign_negative(),
        _ => false,
    }
}

/// The most frequent of some values in ascending order; the smallest of several.
fn mode(sorted: &[f64]) -> f64 {
    let mut most = (0, 0.0);
    for run in sorted.chunk_by(|a, b| a == b) {
        if run.len() > most.0 {
            most = (run.len(), run[0]);
        }
    }
    most.1
}
