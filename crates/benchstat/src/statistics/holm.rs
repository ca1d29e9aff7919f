//! Many tests at once.

/// The p values of a family of tests, adjusted by Holm's method: calling those that are below a level keeps the chance of
/// any false call in the family below that level, whatever the tests' dependence.
///
/// S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979.
///
/// ```
/// let adjusted = benchstat::statistics::holm(&[0.01, 0.04, 0.03]);
/// let rounded: Vec<_> = adjusted.iter().map(|p| (p * 100.0).round()).collect();
/// assert_eq!(rounded, [3.0, 6.0, 6.0]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        let remaining = (p_values.len() - rank) as f64;
        largest = largest.max((p_values[index] * remaining).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}
