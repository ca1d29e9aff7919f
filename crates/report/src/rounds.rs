//! Results of load, round by round.

use benchfmt::{Benchmark, Name};
use benchstat::statistics::{Interval, median};

/// The confidence of the intervals of ratios.
const CONFIDENCE: f64 = 0.95;

/// What a run says of a generator that sent its requests when it could.
const KEPT_UP: &str = "kept up";

/// Results whose names occur once a round; a round has a number.
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

impl Ratio {
    /// The median of some ratios with its interval; `None` if there are none.
    fn of(mut ratios: Vec<f64>) -> Option<Self> {
        if ratios.is_empty() {
            return None;
        }
        ratios.sort_by(f64::total_cmp);
        let (low, high) = Interval::of_median(ratios.len(), CONFIDENCE).ends(&ratios);
        Some(Self {
            center: median(&ratios),
            low,
            high,
            rounds: ratios.len(),
        })
    }
}

/// Ratios over all rounds, and over those in which the generator kept up with both, if there are any.
///
/// In the others the times are partly the generator's; but a service that takes all processors is why it fell behind, and to leave
/// them out flatters that service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratios {
    pub(crate) all: Ratio,
    pub(crate) kept_up: Option<Ratio>,
}

impl<'b> Rounds<'b> {
    /// The ratios of a variant's values to those of a base; `None` if they have no round in common.
    pub(crate) fn ratios(self, unit: &str, row: &str, base: &str, variant: &str) -> Option<Ratios> {
        let mut ratios = Vec::new();
        for run in self.runs(row, variant) {
            let round = run.config.get("round");
            let others = self.runs(row, base);
            let mut same =
                others.filter(|other| round.is_some() && other.config.get("round") == round);
            if let Some(other) = same.next()
                && let Some(of) = value(run, unit)
                && let Some(to) = value(other, unit)
            {
                ratios.push((of / to, has_kept_up(run) && has_kept_up(other)));
            }
        }
        let all = ratios.iter().map(|&(ratio, _)| ratio).collect();
        let kept: Vec<f64> = ratios
            .iter()
            .filter_map(|&(ratio, kept_up)| kept_up.then_some(ratio))
            .collect();
        Some(Ratios {
            all: Ratio::of(all)?,
            kept_up: Ratio::of(kept),
        })
    }

    /// By variant, in the order in which they are first seen: in how many runs the generator fell behind, of how many. Runs that differ
    /// in more than the variant are not among them.
    pub(crate) fn behind(self) -> Vec<(&'b str, usize, usize)> {
        let mut counts: Vec<(&str, usize, usize)> = Vec::new();
        for run in self.0 {
            let variant = Name::new(&run.name).key("/variant");
            let Some(variant) =
                variant.filter(|own| run.name.ends_with(&format!("/variant={own}")))
            else {
                continue;
            };
            let at = counts
                .iter()
                .position(|&(own, ..)| own == variant)
                .unwrap_or_else(|| {
                    counts.push((variant, 0, 0));
                    counts.len() - 1
                });
            counts[at].1 += usize::from(!has_kept_up(run));
            counts[at].2 += 1;
        }
        counts
    }

    fn runs(self, row: &str, variant: &str) -> impl Iterator<Item = &'b Benchmark> {
        let name = format!("{row}/variant={variant}");
        self.0.iter().filter(move |run| run.name == name)
    }

    /// The names up to their variant, with the values of a key that comes after it.
    pub(crate) fn rows_by(self, key: &str) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        for run in self.0 {
            let value = Name::new(&run.name)
                .key(&format!("/{key}"))
                .map(str::to_owned);
            let row = run
                .name
                .split_once("/variant=")
                .map(|(row, _)| row.to_owned());
            if let Some(row) = row.zip(value)
                && !rows.contains(&row)
            {
                rows.push(row);
            }
        }
        rows
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
