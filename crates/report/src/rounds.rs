//! Results of load, round by round.

use benchfmt::{Benchmark, Name};
use benchstat::statistics::{Interval, median};

/// The confidence of the intervals of ratios.
const CONFIDENCE: f64 = 0.95;

/// What a run says of a generator that sent its requests when it could.
const KEPT_UP: &str = "kept up";

/// Results whose names occur once a round, in the order of the rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds<'b>(pub(crate) &'b [Benchmark]);

/// What one variant has of another's value in the same round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratio {
    pub(crate) center: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) rounds: usize,
}

impl<'b> Rounds<'b> {
    /// The ratios over the rounds in which the generator kept up with both; `None` if there are none.
    pub(crate) fn ratio(self, unit: &str, row: &str, base: &str, variant: &str) -> Option<Ratio> {
        let pairs = self.runs(row, variant).zip(self.runs(row, base));
        let kept_up = pairs.filter(|(a, b)| has_kept_up(a) && has_kept_up(b));
        let mut ratios: Vec<f64> = kept_up
            .filter_map(|(a, b)| Some(value(a, unit)? / value(b, unit)?))
            .collect();
        if ratios.is_empty() {
            return None;
        }
        ratios.sort_by(f64::total_cmp);
        let (low, high) = Interval::of_median(ratios.len(), CONFIDENCE).ends(&ratios);
        Some(Ratio {
            center: median(&ratios),
            low,
            high,
            rounds: ratios.len(),
        })
    }

    /// How many runs there are, and in how many of them the generator fell behind.
    pub(crate) fn marked(self) -> (usize, usize) {
        let marked = self.0.iter().filter(|run| !has_kept_up(run)).count();
        (self.0.len(), marked)
    }

    fn runs(self, row: &str, variant: &str) -> impl Iterator<Item = &'b Benchmark> {
        let name = format!("{row}/variant={variant}");
        self.0.iter().filter(move |run| run.name == name)
    }

    /// The names without their variant.
    pub(crate) fn rows(self) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        for run in self.0 {
            let name = Name::new(&run.name);
            let Some(variant) = name.key("/variant") else {
                continue;
            };
            if let Some(row) = run.name.strip_suffix(&format!("/variant={variant}"))
                && !rows.iter().any(|own| own == row)
            {
                rows.push(row.to_owned());
            }
        }
        rows
    }
}

fn has_kept_up(run: &Benchmark) -> bool {
    run.config.get("generator") == Some(KEPT_UP)
}

fn value(run: &Benchmark, unit: &str) -> Option<f64> {
    let measured = run.measurements.iter().find(|own| own.unit == unit)?;
    Some(measured.value)
}
