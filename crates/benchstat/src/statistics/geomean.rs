//! The geometric mean.

use super::elementary::{exp, ln};

/// The geometric mean of positive values; nothing if there are none, one is not positive, or
/// several are infinite.
///
/// ```
/// let mean = benchstat::statistics::geometric_mean([2.0, 8.0]).unwrap();
/// assert!((mean - 4.0).abs() < 1e-14);
/// assert_eq!(benchstat::statistics::geometric_mean([2.0, 0.0]), None);
/// ```
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut mean = 0.0;
    let mut count = 0.0;
    for value in values {
        if value <= 0.0 || value.is_nan() {
            return None;
        }
        // A running mean: a sum of logarithms would lose digits over many rows.
        count += 1.0;
        mean += (ln(value) - mean) / count;
    }
    (count > 0.0 && !mean.is_nan()).then(|| exp(mean))
}
