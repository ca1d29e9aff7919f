//! How far apart two samples lie.

use super::elementary::normal_quantile;
use super::select::select;

/// Up to this product of the sizes the interval's place is exact; beyond, the normal approximation serves.
const EXACT_PAIRS: usize = 2_500;

/// The interval of the relative change from one sample to another, at a confidence level: that of Hodges and Lehmann's
/// estimate on the logarithms, which inverts the Mann-Whitney test. `(0.01, 0.03)` is between 1 % and 3 % more.
///
/// Both samples are in ascending order. Nothing is returned where a value is not positive, or the samples are too small
/// for the level.
///
/// J. L. Hodges and E. L. Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34,
/// 1963; the interval as in M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods, section 4.3.
///
/// ```
/// let (low, high) = benchstat::statistics::shift_interval(
///     &[100.0, 101.0, 102.0, 103.0, 104.0],
///     &[110.0, 111.0, 112.0, 113.0, 114.0],
///     0.95,
/// ).unwrap();
/// assert!(0.05 < low && low < 0.10 && 0.10 < high && high < 0.15);
/// ```
pub fn shift_interval(baseline: &[f64], head: &[f64], confidence: f64) -> Option<(f64, f64)> {
    let positive = |sample: &[f64]| sample.first().is_some_and(|&least| least > 0.0);
    if !positive(baseline) || !positive(head) {
        return None;
    }
    let skipped = skipped(baseline.len(), head.len(), confidence)?;
    let ends = |sample: &[f64]| sample.first().copied().zip(sample.last().copied());
    let ((least, most), (head_least, head_most)) = ends(baseline).zip(ends(head))?;
    let (least, most) = (head_least / most, head_most / least);
    let ranked = |rank| select(least, most, |limit| at_most(baseline, head, limit) >= rank);
    let (low, high) = (skipped + 1, baseline.len() * head.len() - skipped);
    Some((ranked(low) - 1.0, ranked(high) - 1.0))
}

/// How many ratios of a value of `head` to one of `baseline` are at most `limit`: there may be too many to write them down.
fn at_most(baseline: &[f64], head: &[f64], limit: f64) -> usize {
    let mut end = 0;
    // As the value below grows, so does what the one above may be.
    let counts = baseline.iter().map(|&from| {
        while head.get(end).is_some_and(|&to| to / from <= limit) {
            end += 1;
        }
        end
    });
    counts.sum()
}

/// How many of the smallest ratios lie outside: the largest k with P(U < k) ≤ (1 − confidence) / 2; nothing where not even
/// leaving out none reaches the level.
fn skipped(n1: usize, n2: usize, confidence: f64) -> Option<usize> {
    // A level such as 0.9 has no exact value: the margin keeps 1 − 0.9 from falling short of 2 / 20.
    let tail = (1.0 - confidence) / 2.0 * (1.0 + 1e-9);
    let pairs = n1 * n2;
    if pairs > EXACT_PAIRS {
        let (n1, n2) = (n1 as f64, n2 as f64);
        let deviation = (n1 * n2 * (n1 + n2 + 1.0) / 12.0).sqrt();
        let place = n1 * n2 / 2.0 + normal_quantile(tail) * deviation;
        return (place >= 1.0).then(|| place as usize - 1);
    }
    let mut below = 0.0;
    let mut count = 0;
    for probability in u_distribution(n1, n2) {
        below += probability;
        if below > tail {
            break;
        }
        count += 1;
    }
    // P(U ≤ count − 1) ≤ tail: the interval runs from the ratio of rank `count` on, counted from 1.
    (count > 0).then(|| count - 1)
}

/// The probabilities of U = 0, 1, … under no difference, by the recurrence of Mann and Whitney (1947).
fn u_distribution(n1: usize, n2: usize) -> Vec<f64> {
    // ways[n][u]: of the first m values of one sample among n of the other.
    let mut ways: Vec<Vec<f64>> = (0..=n2).map(|_| vec![1.0]).collect();
    for m in 1..=n1 {
        let mut next: Vec<Vec<f64>> = vec![vec![1.0]];
        for n in 1..=n2 {
            // The largest value is of the first sample, and exceeds n of the other; or it is of the other.
            let share = m as f64 / (m + n) as f64;
            let mut probabilities = vec![0.0; m * n + 1];
            for (u, probability) in ways[n].iter().enumerate() {
                probabilities[u + n] += share * probability;
            }
            for (u, probability) in next[n - 1].iter().enumerate() {
                probabilities[u] += (1.0 - share) * probability;
            }
            next.push(probabilities);
        }
        ways = next;
    }
    ways.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The two-sided critical values of U at 0.05 that tables of the Mann-Whitney test give; a test that rejects up to U = k
    /// is inverted by the interval that leaves out k ratios.
    #[test]
    fn leaves_out_as_many_as_published_tables_reject() {
        for (n1, n2, critical) in [
            (4, 4, 0),
            (5, 5, 2),
            (6, 6, 5),
            (8, 8, 13),
            (10, 10, 23),
            (20, 20, 127),
            (5, 8, 6),
        ] {
            assert_eq!(skipped(n1, n2, 0.95), Some(critical), "{n1} {n2}");
        }
    }

    #[test]
    fn probabilities_agree_with_counting() {
        for n1 in 1..=5_usize {
            for n2 in 1..=5_usize {
                let mut counted = vec![0.0; n1 * n2 + 1];
                let mut total = 0.0;
                for picks in 0_u32..1 << (n1 + n2) {
                    if picks.count_ones() as usize != n1 {
                        continue;
                    }
                    let first = |place: &usize| picks >> place & 1 == 1;
                    let below = |place: usize| (0..place).filter(|other| !first(other)).count();
                    let u: usize = (0..n1 + n2).filter(first).map(below).sum();
                    counted[u] += 1.0;
                    total += 1.0;
                }
                for (probability, count) in u_distribution(n1, n2).iter().zip(&counted) {
                    assert!((probability - count / total).abs() < 1e-12, "{n1} {n2}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn is_that_of_all_ratios_in_their_order(
            mut baseline in prop::collection::vec(1_u32..50, 4..40),
            mut head in prop::collection::vec(1_u32..50, 4..40),
        ) {
            baseline.sort_unstable();
            head.sort_unstable();
            let sample = |values: &[u32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };
            let (baseline, head) = (sample(&baseline), sample(&head));
            let mut ratios: Vec<f64> = baseline.iter().flat_map(|from| head.iter().map(move |to| to / from)).collect();
            ratios.sort_by(f64::total_cmp);
            let expected = skipped(baseline.len(), head.len(), 0.9)
                .map(|skipped| (ratios[skipped] - 1.0, ratios[ratios.len() - 1 - skipped] - 1.0));
            prop_assert_eq!(shift_interval(&baseline, &head, 0.9), expected);
        }
    }

    #[test]
    fn three_and_three_are_too_few_for_95_percent() {
        assert_eq!(skipped(3, 3, 0.95), None);
        assert_eq!(skipped(3, 3, 0.90), Some(0));
    }
}
