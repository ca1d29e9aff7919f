//! The center of differences and its interval, from their Walsh averages: the means of all pairs of values, each with
//! itself, too.

use super::select::select;
use super::signed_rank::sums_within;

/// The center of values by Hodges and Lehmann's estimate: the median of their Walsh averages. Two values in seven can be
/// anywhere without carrying it away.
///
/// The values may be in any order. Nothing is returned if there are none, or one is not finite.
///
/// J. L. Hodges and E. L. Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34, 1963.
///
/// ```
/// // The averages are 1, 1.5, 2, 2, 2.5, 3.
/// assert_eq!(benchstat::statistics::center(&[3.0, 1.0, 2.0]), Some(2.0));
/// assert_eq!(benchstat::statistics::center(&[]), None);
/// ```
pub fn center(values: &[f64]) -> Option<f64> {
    let averages = WalshAverages::of(values)?;
    let count = averages.count();
    let low = averages.select(count.div_ceil(2));
    let high = averages.select(count / 2 + 1);
    Some(f64::midpoint(low, high))
}

/// The interval of the center at a confidence level: all centers that the signed-rank test does not reject. It covers the
/// center of symmetry at least that often, whatever the distribution.
///
/// Nothing is returned if a value is not finite, or there are too few for the level: five are needed for 90 %, six for 95 %.
///
/// M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods, section 3.3; the method is J. W. Tukey's.
///
/// ```
/// use benchstat::statistics::center_interval;
///
/// let values = [1.0, 2.0, 3.0, 4.0, 5.0];
/// assert_eq!(center_interval(&values, 0.90), Some((1.0, 5.0)));
/// assert_eq!(center_interval(&values, 0.95), None);
/// ```
pub fn center_interval(values: &[f64], confidence: f64) -> Option<(f64, f64)> {
    let averages = WalshAverages::of(values)?;
    // A level such as 0.9 has no exact value: the margin keeps 1 − 0.9 from falling short of 2 / 20.
    let tail = (1.0 - confidence) / 2.0 * (1.0 + 1e-9);
    // P(W < first) ≤ tail: the interval runs from the average of rank `first` on, counted from 1.
    let first = sums_within(values.len(), tail);
    let last = (averages.count() + 1).checked_sub(first)?;
    (first > 0 && first <= last).then(|| (averages.select(first), averages.select(last)))
}

/// The Walsh averages of values, which are counted where they are needed and never all written down.
struct WalshAverages(Vec<f64>);

impl WalshAverages {
    fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self(sorted))
    }

    fn count(&self) -> usize {
        self.0.len() * (self.0.len() + 1) / 2
    }

    /// How many are at most `limit`.
    fn at_most(&self, limit: f64) -> usize {
        let values = &self.0;
        let mut count = 0;
        // As the first value grows, the most that the second may be shrinks.
        let mut end = values.len();
        for (at, &first) in values.iter().enumerate() {
            while end > at && f64::midpoint(first, values[end - 1]) > limit {
                end -= 1;
            }
            if end <= at {
                break;
            }
            count += end - at;
        }
        count
    }

    /// The average of this rank, counted from 1: the smallest number that so many are not above.
    fn select(&self, rank: usize) -> f64 {
        let (Some(&first), Some(&last)) = (self.0.first(), self.0.last()) else {
            return f64::NAN;
        };
        select(first, last, |limit| self.at_most(limit) >= rank)
    }
}
