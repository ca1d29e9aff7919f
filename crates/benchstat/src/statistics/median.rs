//! The median of a sample, and the interval that its order statistics give for it.

use std::collections::BTreeMap;

use super::elementary::{choose, normal_cdf, normal_quantile};

/// The median of values in ascending order; NaN if there are none.
///
/// Hyndman and Fan's definition 8 of a quantile ("Sample Quantiles in Statistical Packages",
/// The American Statistician 50, 1996): at one half it is the middle value, or the mean of the
/// two middle values, but for the rounding of the interpolation.
pub fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len() as f64;
    let place = 1.0 / 3.0 + 0.5 * (n + 1.0 / 3.0);
    let below = place as usize;
    match (below.checked_sub(1), sorted) {
        (_, []) => f64::NAN,
        (None, [first, ..]) => *first,
        (Some(low), _) => match sorted.get(low..=low + 1) {
            Some(&[a, b]) => a + (place - below as f64) * (b - a),
            _ => sorted[sorted.len() - 1],
        },
    }
}

/// An interval for the median between two order statistics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Which value bounds it below, counted from 1; with 0 it is unbounded.
    pub low: usize,
    /// Which value bounds it above, counted from 1; beyond the sample's size it is unbounded.
    pub high: usize,
    /// How often such an interval contains the median: at least what was asked for.
    pub confidence: f64,
}

impl Interval {
    /// The interval of the median of `n` values at a confidence level.
    ///
    /// The count of values below the true median is binomial with one half, whatever their
    /// distribution; so the interval collects the most probable counts until they reach the
    /// level, the lower one first where two are equally probable. Beyond 30 values the normal
    /// approximation stands in for the binomial. See W. J. Conover, "Practical Nonparametric
    /// Statistics", section 3.2.
    pub fn of_median(n: usize, level: f64) -> Self {
        /// Up to here the binomial probabilities are summed.
        const EXACT: usize = 30;
        let (low, high, confidence) = if level >= 1.0 {
            (0, n + 1, 1.0)
        } else if n <= EXACT {
            binomial(n, level)
        } else {
            normal(n, level)
        };
        Self {
            low,
            high: high.min(n + 1),
            confidence,
        }
    }

    /// Whether both ends are values of a sample of `n`.
    pub fn is_bounded(self, n: usize) -> bool {
        self.low >= 1 && self.high <= n
    }

    /// The values at both ends, infinite where the interval is unbounded.
    pub fn ends(self, sorted: &[f64]) -> (f64, f64) {
        let value = |order: usize| order.checked_sub(1).and_then(|at| sorted.get(at));
        (
            value(self.low).copied().unwrap_or(f64::NEG_INFINITY),
            value(self.high).copied().unwrap_or(f64::INFINITY),
        )
    }
}

fn binomial(n: usize, level: f64) -> (usize, usize, f64) {
    let probability = |k: usize| choose(n, k) * 0.5_f64.powi(n as i32);
    // The mode, or the lower one of two.
    let mut low = (n + 1).div_ceil(2).saturating_sub(1);
    let mut high = low + 1;
    let mut sum = probability(low);
    loop {
        let before = if low > 0 { probability(low - 1) } else { 0.0 };
        let after = if high <= n { probability(high) } else { 0.0 };
        if sum >= level || (before <= 0.0 && after <= 0.0) {
            return (low, high, sum);
        }
        if before >= after {
            sum += before;
            low -= 1;
        } else {
            sum += after;
            high += 1;
        }
    }
}

fn normal(n: usize, level: f64) -> (usize, usize, f64) {
    let mean = n as f64 * 0.5;
    let deviation = (n as f64 * 0.25).sqrt();
    let start = normal_quantile((1.0 - level) / 2.0) * deviation + mean;
    let end = 2.0 * mean - start;
    // A count k stands for the band from k - 1/2 to k + 1/2.
    let low = (start - 0.5).floor() + 1.0;
    let high = (end - 0.5).ceil() + 1.0;
    let between = |low: f64, high: f64| {
        normal_cdf((high - 0.5 - mean) / deviation) - normal_cdf((low - 0.5 - mean) / deviation)
    };
    let both = between(low, high);
    // One count less above may still reach the level.
    let shorter = between(low, high - 1.0);
    let (high, confidence) = if shorter >= level && shorter < both {
        (high - 1.0, shorter)
    } else {
        (high, both)
    };
    let everything = low <= 0.0 && high >= n as f64 + 1.0;
    (
        low.max(0.0) as usize,
        high.max(0.0) as usize,
        if everything { 1.0 } else { confidence },
    )
}

/// The intervals at one level, each worked out once.
#[derive(Clone, Debug)]
pub struct MedianIntervals {
    level: f64,
    known: BTreeMap<usize, Interval>,
}

impl MedianIntervals {
    /// For a confidence level from 0 to 1.
    pub fn new(level: f64) -> Self {
        Self {
            level,
            known: BTreeMap::new(),
        }
    }

    /// The interval of the median of `n` values.
    pub fn of(&mut self, n: usize) -> Interval {
        let level = self.level;
        *self
            .known
            .entry(n)
            .or_insert_with(|| Interval::of_median(n, level))
    }

    /// The fewest values, from 2 to 50, whose interval is bounded; nothing if 50 are too few.
    pub fn fewest(level: f64) -> Option<usize> {
        (2..=MOST).find(|&n| Interval::of_median(n, level).is_bounded(n))
    }
}

/// Where the search for the fewest values ends: nobody runs a benchmark more often.
const MOST: usize = 50;
