//! Whole numbers in given proportions.

/// Divides a total in proportion to weights, exactly: the parts are whole and sum to the total. What rounding down leaves
/// goes to the largest fractions, the first of equal ones first (Hamilton's method). Nothing is divided where all weights
/// are 0.
pub(crate) fn apportion(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if sum == u128::from(total) {
        return weights.to_vec();
    }
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let products = weights
        .iter()
        .map(|&weight| u128::from(weight) * u128::from(total));
    let mut parts: Vec<u64> = products
        .clone()
        .map(|product| (product / sum) as u64)
        .collect();
    let fractions: Vec<u128> = products.map(|product| product % sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&place| std::cmp::Reverse(fractions[place]));
    let left = total - parts.iter().sum::<u64>();
    for place in order.into_iter().take(left as usize) {
        parts[place] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::apportion;

    #[test]
    fn sums_to_the_total() {
        for (total, weights) in [(10, vec![1, 1, 1]), (7, vec![0, 5, 9]), (3, vec![100, 1])] {
            let parts = apportion(total, &weights);
            assert_eq!(parts.iter().sum::<u64>(), total, "{weights:?}");
            for (part, weight) in parts.iter().zip(&weights) {
                let quota = (weight * total) as f64 / weights.iter().sum::<u64>() as f64;
                assert!((*part as f64 - quota).abs() < 1.0, "{part} of {quota}");
            }
        }
    }
}
