//! Wilcoxon's signed-rank test.

use super::edgeworth::Edgeworth;

/// Up to so many values that are not zero the test is exact. Beyond, counting would take time that grows with the cube of
/// the size, and the series that replaces it gives p values down to 10^-6 within a hundredth of themselves.
const EXACT: usize = 100;

/// The two-sided p value of differences that are symmetric about zero, by Wilcoxon's signed-rank test.
///
/// The values may be in any order. Equal magnitudes share the mean of their ranks. Zeros take part in the ranking and are
/// then dropped (Pratt), so that a zero counts for the lack of a difference. The p value is exact given the magnitudes: the
/// share of all choices of signs whose sum of positive ranks is at least as far from the middle, up to 100 values; beyond,
/// it is that of Edgeworth's series. Nothing is returned if there are no values, or one is not finite.
///
/// F. Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1, 1945; J. W. Pratt, "Remarks on Zeros
/// and Ties in the Wilcoxon Signed Rank Procedures", Journal of the American Statistical Association 54, 1959.
///
/// ```
/// use benchstat::statistics::signed_rank;
///
/// // 2 of the 2^5 choices of signs are as extreme.
/// assert_eq!(signed_rank(&[0.3, 0.1, 0.4, 0.2, 0.5]), Some(2.0 / 32.0));
/// assert_eq!(signed_rank(&[0.0, 0.0]), Some(1.0));
/// assert_eq!(signed_rank(&[]), None);
/// ```
pub fn signed_rank(differences: &[f64]) -> Option<f64> {
    let ranks = SignedRanks::of(differences.iter().copied())?;
    // Doubling can exceed 1 where both tails hold the middle.
    Some((2.0 * ranks.at_least(ranks.above).min(ranks.at_least(ranks.below))).min(1.0))
}

/// The one-sided p value of differences being symmetric about `bound`, or about something less: small where they lie
/// above it. Otherwise as [`signed_rank`].
///
/// ```
/// use benchstat::statistics::signed_rank_above;
///
/// let differences = [1.3, 1.1, 1.4, 1.2, 1.5];
/// assert_eq!(signed_rank_above(&differences, 1.0), Some(1.0 / 32.0));
/// assert_eq!(signed_rank_above(&differences, 2.0), Some(1.0));
/// ```
pub fn signed_rank_above(differences: &[f64], bound: f64) -> Option<f64> {
    let ranks = SignedRanks::of(differences.iter().map(|value| value - bound))?;
    Some(ranks.at_least(ranks.above))
}

/// The ranks of the magnitudes of differences. All are doubled, which makes the means of ties whole.
struct SignedRanks {
    /// Of those that are not zero.
    ranks: Vec<usize>,
    /// The sum for those above zero.
    above: usize,
    /// The sum for those below.
    below: usize,
}

impl SignedRanks {
    fn of(differences: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = differences.collect();
        if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        values.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let mut all = Self {
            ranks: Vec::with_capacity(values.len()),
            above: 0,
            below: 0,
        };
        let mut before = 0;
        for tied in values.chunk_by(|a, b| a.abs() == b.abs()) {
            let rank = 2 * before + tied.len() + 1;
            before += tied.len();
            for &value in tied {
                if value == 0.0 {
                    continue;
                }
                all.ranks.push(rank);
                if value > 0.0 {
                    all.above += rank;
                } else {
                    all.below += rank;
                }
            }
        }
        Some(all)
    }

    /// The probability that the ranks with a positive sign add up to at least `sum`, if each sign is as likely as the other.
    fn at_least(&self, sum: usize) -> f64 {
        if sum == 0 {
            return 1.0;
        }
        if self.ranks.len() > EXACT {
            // Doubled, neighbouring sums are 2 apart.
            return Edgeworth::of(&self.ranks).at_least(sum as f64 - 1.0);
        }
        tail(&self.ranks, sum)
    }
}

/// The probability that of these ranks, each taken or left by a fair coin, those taken add up to at least `sum`.
fn tail(ranks: &[usize], sum: usize) -> f64 {
    let chances = chances(ranks);
    chances.get(sum..).unwrap_or_default().iter().sum()
}

/// The probabilities of all sums of ranks, each of which is taken or left by a fair coin.
fn chances(ranks: &[usize]) -> Vec<f64> {
    let mut chances = vec![0.0; ranks.iter().sum::<usize>() + 1];
    chances[0] = 1.0;
    let mut most = 0;
    for &rank in ranks {
        most += rank;
        // From the largest on, so that what is added to has not been added to itself.
        for sum in (0..=most).rev() {
            let with = sum.checked_sub(rank).map_or(0.0, |rest| chances[rest]);
            chances[sum] = f64::midpoint(chances[sum], with);
        }
    }
    chances
}

/// How many of the smallest sums of `n` different ranks have together at most the probability `tail`: the largest c with
/// P(W < c) ≤ tail.
pub(super) fn sums_within(n: usize, tail: f64) -> usize {
    let ranks: Vec<usize> = (1..=n).collect();
    if n > EXACT {
        let series = Edgeworth::of(&ranks);
        let most = n * (n + 1) / 2;
        // W < c is as likely as more than most - c.
        let is_within = |c: usize| series.at_least((most - c) as f64 + 0.5) <= tail;
        // Beyond the middle the chances only grow.
        let (mut within, mut beyond) = (0, most / 2 + 1);
        while beyond - within > 1 {
            let middle = usize::midpoint(within, beyond);
            if is_within(middle) {
                within = middle;
            } else {
                beyond = middle;
            }
        }
        return within;
    }
    let mut below = 0.0;
    chances(&ranks)
        .into_iter()
        .take_while(|chance| {
            below += chance;
            below <= tail
        })
        .count()
}
