//! The interval of a proportion.

use super::elementary::{exp, ln};

/// The exact interval of a proportion that was seen `successes` times in `trials`, at a confidence level: all proportions
/// under which neither so many nor so few would be surprising. It covers the proportion at least that often.
///
/// More successes than trials count as so many; without trials it is all that is possible.
///
/// C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial",
/// Biometrika 26, 1934.
///
/// ```
/// use benchstat::statistics::proportion_interval;
///
/// let (low, high) = proportion_interval(0, 20, 0.95);
/// assert_eq!(low, 0.0);
/// // None in 20: 2.5 % of the time even where it is one in six.
/// assert!((high - (1.0 - 0.025_f64.powf(1.0 / 20.0))).abs() < 1e-9);
/// ```
pub fn proportion_interval(successes: u32, trials: u32, confidence: f64) -> (f64, f64) {
    let successes = successes.min(trials);
    let tail = (1.0 - confidence) / 2.0;
    let low = match successes {
        0 => 0.0,
        // P(X ≥ successes) grows with the proportion.
        _ => crossing(|p| 1.0 - at_most(successes - 1, trials, p) >= tail),
    };
    let high = if successes == trials {
        1.0
    } else {
        crossing(|p| at_most(successes, trials, p) <= tail)
    };
    (low, high)
}

/// Where something begins to hold between 0 and 1.
fn crossing(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // As many halvings as a double has bits.
    for _ in 0..53 {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// The probability of at most `successes` in `trials`.
fn at_most(successes: u32, trials: u32, p: f64) -> f64 {
    let n = f64::from(trials);
    let ways = |k: f64| libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    let term = |k: f64| exp(ways(k) + k * ln(p) + (n - k) * ln(1.0 - p));
    (0..=successes).map(|k| term(f64::from(k))).sum()
}
