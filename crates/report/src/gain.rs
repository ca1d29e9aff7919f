//! What a step buys, over rounds in which both sides were measured.

use benchfmt::Benchmark;
use benchstat::statistics::{Interval, center, center_interval, geometric_mean, median};

use crate::chart::Point;

/// The confidence of the intervals.
const CONFIDENCE: f64 = 0.95;

/// Values of one case and unit, each with its round.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Series(Vec<(String, f64)>);

/// How many times less one side has than the other in the same round: the center of the log ratios with its signed-rank interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gain {
    factor: f64,
    /// None where there are too few rounds for one.
    interval: Option<(f64, f64)>,
    rounds: usize,
}

impl Series {
    /// The values of a name's results in a unit.
    pub(crate) fn of(results: &[Benchmark], name: &str, unit: &str) -> Self {
        let values = results.iter().filter(|result| result.name == name);
        Self(
            values
                .filter_map(|result| {
                    let round = result.config.get("round")?.to_owned();
                    let mut measured = result.measurements.iter();
                    let value = measured.find(|own| own.unit == unit)?.value;
                    Some((round, value))
                })
                .collect(),
        )
    }

    /// The middle value, if there is one.
    pub(crate) fn median(&self) -> Option<f64> {
        Some(self.summary()?.center)
    }

    /// The middle value with its interval, if there is one.
    pub(crate) fn summary(&self) -> Option<Point> {
        let mut values: Vec<f64> = self.0.iter().map(|(_, value)| *value).collect();
        if values.is_empty() {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let center = median(&values);
        let (low, high) = Interval::of_median(values.len(), CONFIDENCE).ends(&values);
        Some(Point { center, low, high })
    }

    /// The geometric mean of several in each round that all have: what a round itself does to all of them.
    pub(crate) fn of_rounds(all: &[Self]) -> Self {
        let Some(first) = all.first() else {
            return Self::default();
        };
        let rounds = first.0.iter().filter_map(|(round, _)| {
            let values: Option<Vec<f64>> = all.iter().map(|own| own.of_round(round)).collect();
            Some((round.clone(), geometric_mean(values?)?))
        });
        Self(rounds.collect())
    }

    fn of_round(&self, round: &str) -> Option<f64> {
        let mut values = self.0.iter();
        values
            .find(|(own, _)| own == round)
            .map(|(_, value)| *value)
    }
}

impl Gain {
    /// What `after` has less than `before`; `None` if they have no round in common in which both are above zero.
    pub(crate) fn of(before: &Series, after: &Series) -> Option<Self> {
        let ratios: Vec<f64> = before
            .0
            .iter()
            .filter_map(|(round, before)| Some((before / after.of_round(round)?).ln()))
            .filter(|ratio| ratio.is_finite())
            .collect();
        let interval = center_interval(&ratios, CONFIDENCE);
        Some(Self {
            factor: center(&ratios)?.exp(),
            interval: interval.map(|(low, high)| (low.exp(), high.exp())),
            rounds: ratios.len(),
        })
    }

    /// The center.
    pub(crate) fn factor(&self) -> f64 {
        self.factor
    }

    /// The factor with its interval, whatever they are.
    pub(crate) fn factors(&self) -> String {
        let factor = digits(self.factor);
        match self.interval {
            Some((low, high)) => format!("{factor} ({} to {})", digits(low), digits(high)),
            None => factor,
        }
    }

    /// Whether the whole interval says that `after` has less.
    pub(crate) fn is_a_gain(&self) -> bool {
        self.interval.is_some_and(|(low, _)| low > 1.0)
    }

    /// Whether the whole interval says that `after` has more.
    pub(crate) fn is_a_loss(&self) -> bool {
        self.interval.is_some_and(|(_, high)| high < 1.0)
    }

    /// Whether there are rounds enough to say anything.
    pub(crate) fn is_decided(&self) -> bool {
        self.interval.is_some()
    }
}

/// In how many runs the generator fell behind: their tails are partly its own.
pub(crate) fn behind(results: &[Benchmark]) -> String {
    let behind = results.iter().filter(|result| {
        let generator = result.config.get("generator");
        generator.is_some_and(|said| said.starts_with("fell behind"))
    });
    match behind.count() {
        0 => String::new(),
        count => format!(
            "\nIn {count} of {} runs the generator sent more than one request in a thousand a millisecond late or later: where the machine \
             stands still for some milliseconds, both stand still, and a 99th percentile is partly the machine's.\n",
            results.len()
        ),
    }
}

/// In words: a factor where the whole interval lies on one side of none, else "nothing shown".
impl std::fmt::Display for Gain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { factor, rounds, .. } = *self;
        let Some((low, high)) = self.interval else {
            let plural = if rounds == 1 { "round" } else { "rounds" };
            return write!(
                f,
                "undecided: {} ({rounds} {plural}: no interval)",
                times(factor)
            );
        };
        if self.is_a_gain() {
            write!(f, "{} ({} to {})", times(factor), digits(low), digits(high))
        } else if self.is_a_loss() {
            let [low, high] = [high, low].map(|factor| digits(factor.recip()));
            write!(f, "{} ({low} to {high})", times(factor))
        } else {
            write!(f, "nothing shown ({} to {})", times(low), times(high))
        }
    }
}

/// A factor, and whether it is of less or of more.
fn times(factor: f64) -> String {
    if factor < 1.0 {
        format!("{} times more", digits(factor.recip()))
    } else {
        format!("{} times less", digits(factor))
    }
}

/// A factor in three digits.
fn digits(factor: f64) -> String {
    // 9.995 is 10.0.
    let decimals = match factor {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{factor:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        let rounds = (1..).map(|round: u32| round.to_string());
        Series(rounds.zip(values.iter().copied()).collect())
    }

    #[test]
    fn a_gain_is_of_pairs_and_said_only_where_the_whole_interval_says_it() {
        // Round by round half, though the rounds differ by far more.
        let before = series(&[8.0, 1.0, 64.0, 2.0, 16.0, 4.0]);
        let half = series(&[4.0, 0.5, 32.0, 1.0, 8.0, 2.0]);
        let gain = Gain::of(&before, &half).unwrap();
        assert_eq!(gain.to_string(), "2.00 times less (2.00 to 2.00)");
        let loss = Gain::of(&half, &before).unwrap();
        assert_eq!(loss.to_string(), "2.00 times more (2.00 to 2.00)");
        assert!(gain.is_a_gain() && loss.is_a_loss());
        let same = Gain::of(&before, &series(&[7.0, 1.1, 60.0, 2.1, 15.0, 4.4])).unwrap();
        let said = same.to_string();
        let (worst, best) = said.split_once(" to ").unwrap();
        assert!(
            worst.starts_with("nothing shown (1.") && worst.ends_with(" times more"),
            "{said}"
        );
        assert!(best.ends_with(" times less)"), "{said}");
        assert!(!same.is_a_gain() && !same.is_a_loss());
    }

    #[test]
    fn with_too_few_rounds_nothing_is_decided() {
        let gain = Gain::of(&series(&[2.0; 5]), &series(&[1.0; 5])).unwrap();
        assert!(gain.to_string().starts_with("undecided: 2.00"), "{gain}");
        assert!(!gain.is_decided());
        // Rounds that only one side has are no pairs.
        assert_eq!(Gain::of(&series(&[]), &series(&[1.0])), None);
        assert_eq!(Gain::of(&series(&[1.0]), &series(&[0.0])), None);
    }
}
