//! The distribution of a sum of ranks with random signs, where there are too many to count.

use std::f64::consts::TAU;

use super::elementary::{exp, normal_cdf};

/// The sum of ranks, each of which is taken or left by a fair coin, by Edgeworth's series: the normal distribution,
/// corrected by the fourth and the sixth cumulant. The odd ones are zero.
///
/// J. E. Kolassa, Series Approximation Methods in Statistics, chapter 3; a coin that adds r or nothing has the cumulants
/// r²/4, -r⁴/8 and r⁶/4.
pub(super) struct Edgeworth {
    mean: f64,
    deviation: f64,
    /// The fourth and the sixth cumulant of the sum in units of its deviation.
    fourth: f64,
    sixth: f64,
}

impl Edgeworth {
    /// For some ranks, of which ties have the mean.
    pub(super) fn of(ranks: &[usize]) -> Self {
        let powers = |power: i32| -> f64 { ranks.iter().map(|&r| (r as f64).powi(power)).sum() };
        let variance = powers(2) / 4.0;
        Self {
            mean: powers(1) / 2.0,
            deviation: variance.sqrt(),
            fourth: -powers(4) / 8.0 / variance.powi(2),
            sixth: powers(6) / 4.0 / variance.powi(3),
        }
    }

    /// The probability of at least `sum`, which is best taken in the middle between two sums.
    pub(super) fn at_least(&self, sum: f64) -> f64 {
        let z = (sum - self.mean) / self.deviation;
        let square = z * z;
        // Hermite's polynomials.
        let third = z * (square - 3.0);
        let fifth = z * ((square - 10.0) * square + 15.0);
        let seventh = z * (((square - 21.0) * square + 105.0) * square - 105.0);
        let correction = self.fourth / 24.0 * third
            + self.sixth / 720.0 * fifth
            + self.fourth * self.fourth / 1152.0 * seventh;
        let density = exp(-square / 2.0) / TAU.sqrt();
        (normal_cdf(-z) + density * correction).clamp(0.0, 1.0)
    }
}
