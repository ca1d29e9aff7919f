//! The statistics of all cells, on all processors.

use std::cmp::Ordering;

use benchfmt::Assumption;

use crate::cells::Outline;
use crate::parallel::for_each_with;
use crate::query::Query;
use crate::sources::{Cursor, Sources};
use crate::statistics::{MedianIntervals, UTest, UTestError, median};

/// A cell: where its values come from, and what is known of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Its first deposit in the order of the sources.
    pub(crate) source: u32,
    /// How many values it has.
    pub(crate) count: u32,
    /// The place of its column in the table.
    pub(crate) column: u32,
    /// The configuration of its first result.
    pub(crate) config: u32,
    pub(crate) test: Test,
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

/// What stands for a cell's values, which are apart from [`Sample`] because all processors work
/// them out: the center, the ends of its interval, and the p value of the test.
pub(crate) type Numbers = [f64; 4];

impl Sample {
    /// How many values it has.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// Its values in ascending order, put into `values`; the cursor stands at its source.
    pub(crate) fn sort_into(&self, cursor: &mut Cursor<'_>, values: &mut Vec<f64>) {
        cursor.take(self.len(), values);
        sort(values);
    }
}

/// Sorts finite values in ascending order; the zeros of both signs, which are equal, stay in the
/// order in which they were measured.
fn sort(values: &mut [f64]) {
    /// Up to here inserting one value after the other is the fastest.
    const FEW: usize = 20;
    if values.len() > FEW {
        return values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    }
    for end in 1..values.len() {
        let value = values[end];
        let mut place = end;
        while place > 0 && value < values[place - 1] {
            values[place] = values[place - 1];
            place -= 1;
        }
        values[place] = value;
    }
}

/// Rows of a table that one processor works on.
struct Share<'a> {
    samples: &'a mut [Sample],
    numbers: &'a mut [Numbers],
    sources: Cursor<'a>,
    /// For each row: where its cells end, counted from the share's first.
    rows: Vec<usize>,
    assumption: Assumption,
}

/// About how many values a share has. The tables of one benchmark's units take their values from
/// the same lines; these stay in the processor's cache (a line of 64 bytes for each value, 256 KiB)
/// until the shares of all tables have taken theirs.
const SHARE: usize = 4096;

/// Gathers, sorts, summarises and compares all samples: the numbers of each.
pub(crate) fn compute(
    tables: &[Outline],
    samples: &mut [Sample],
    sources: &Sources<'_>,
    query: &Query,
) -> Vec<Numbers> {
    let mut numbers = vec![[0.0; 4]; samples.len()];
    let shares = split(tables, samples, &mut numbers, sources);
    for_each_with(
        shares,
        || Computer::new(query),
        |computer, shares| {
            for share in shares {
                computer.compute(share);
            }
        },
    );
    numbers
}

/// Splits the rows of each table into shares: the first ones of all tables, then the second ones,
/// and so on.
fn split<'a>(
    tables: &[Outline],
    mut samples: &'a mut [Sample],
    mut numbers: &'a mut [Numbers],
    sources: &'a Sources<'_>,
) -> Vec<Vec<Share<'a>>> {
    let mut shares: Vec<Vec<Share<'a>>> = Vec::new();
    for table in tables {
        let mut taken = table.cells.start;
        let mut place = 0;
        let mut rows = &table.rows[..];
        while !rows.is_empty() {
            let mut values = 0;
            let mut start = 0;
            let count = rows.iter().take_while(|&&(_, end)| {
                let goes_on = values < SHARE;
                let end = end as usize - taken;
                values += samples[start..end].iter().map(Sample::len).sum::<usize>();
                start = end;
                goes_on
            });
            let (own_rows, rest) = rows.split_at(count.count());
            rows = rest;
            let rows: Vec<usize> = own_rows
                .iter()
                .map(|&(_, end)| end as usize - taken)
                .collect();
            let cells = rows.last().copied().unwrap_or(0);
            taken += cells;
            let (own_samples, rest) = samples.split_at_mut(cells);
            samples = rest;
            let (own_numbers, rest) = numbers.split_at_mut(cells);
            numbers = rest;
            let source = own_samples.first().map_or(0, |first| first.source);
            let share = Share {
                samples: own_samples,
                numbers: own_numbers,
                sources: sources.cursor(source as usize),
                rows,
                assumption: table.assumption,
            };
            match shares.get_mut(place) {
                Some(others) => others.push(share),
                None => shares.push(vec![share]),
            }
            place += 1;
        }
    }
    shares
}

/// What a processor keeps from share to share: what the statistics have worked out, and memory.
struct Computer {
    intervals: MedianIntervals,
    test: UTest,
    baseline: Vec<f64>,
    values: Vec<f64>,
}

impl Computer {
    fn new(query: &Query) -> Self {
        Self {
            intervals: MedianIntervals::new(query.confidence),
            test: UTest::default(),
            baseline: Vec::new(),
            values: Vec::new(),
        }
    }

    fn compute(&mut self, share: Share<'_>) {
        let mut sources = share.sources;
        let assumption = share.assumption;
        let mut start = 0;
        for end in share.rows {
            let mut has_baseline = false;
            let row = share.samples[start..end].iter_mut();
            for (sample, numbers) in row.zip(&mut share.numbers[start..end]) {
                let values = &mut self.values;
                sample.sort_into(&mut sources, values);
                let (center, (low, high)) = match assumption {
                    Assumption::Nothing => {
                        let interval = self.intervals.of(values.len());
                        (median(values), interval.ends(values))
                    }
                    Assumption::Exact => (mode(values), (values[0], values[values.len() - 1])),
                };
                let mut p = 1.0;
                if sample.column == 0 {
                    std::mem::swap(&mut self.baseline, values);
                    has_baseline = true;
                } else if has_baseline {
                    (sample.test, p) = self.compare(assumption);
                }
                *numbers = [center, low, high, p];
            }
            start = end;
        }
    }

    /// The test of the values against the baseline's, and its p value.
    fn compare(&mut self, assumption: Assumption) -> (Test, f64) {
        if assumption == Assumption::Exact {
            return (Test::Exact, 0.0);
        }
        match self.test.shown_p_value(&self.baseline, &self.values) {
            Ok(p) => (Test::U, p),
            Err(error) => (Test::Failed(error), 1.0),
        }
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
