//! The Mann-Whitney U test.

use hashbrown::HashMap;
use thiserror::Error;

use super::elementary::{choose, normal_cdf};
use super::ranks::RankSums;

/// Up to this size of both samples the test is exact if no two values are equal.
const EXACT: usize = 50;
/// Up to this size of both samples the test is exact if some values are equal.
const EXACT_WITH_TIES: usize = 25;

/// Why samples cannot be tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UTestError {
    /// A sample has no values.
    #[error("sample is too small")]
    SampleSize,
    /// There is one value only, in both samples.
    #[error("all samples are equal")]
    SamplesEqual,
}

/// Tests whether two samples come from one distribution.
///
/// The test is exact for small samples, with ties too, and uses the normal approximation beyond:
/// 50 values a side, or 25 if some are equal. What it works out for one pair of samples it keeps
/// for the next.
///
/// H. B. Mann and D. R. Whitney, "On a Test of Whether one of Two Random Variables is
/// Stochastically Larger than the Other", Annals of Mathematical Statistics 18, 1947.
///
/// ```
/// let mut test = benchstat::statistics::UTest::default();
/// let p = test.p_value(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap();
/// assert!((p - 0.1).abs() < 1e-15); // 2 of the 20 ways to mix them
/// ```
#[derive(Debug, Default)]
pub struct UTest {
    ranks: RankSums,
    /// By the sizes of the samples: the probability of each U or a smaller one.
    untied: HashMap<(usize, usize), Vec<f64>>,
    ties: Ties,
    /// The sizes of the last samples, and how many ways there are to mix such.
    ways: (usize, usize, f64),
}

impl UTest {
    /// The two-sided p value of the samples, both in ascending order.
    ///
    /// It is twice the probability of the smaller U or less. Where many values are equal that may be more than half of
    /// all, and the p value more than 1; the reference prints it so.
    ///
    /// # Errors
    ///
    /// If a sample is empty, or all values of both are equal.
    pub fn p_value(&mut self, first: &[f64], second: &[f64]) -> Result<f64, UTestError> {
        self.test(first, second, Self::tied_tail)
    }

    /// The p value that the tables show: the same, but for samples of different sizes that have
    /// only two values between them.
    ///
    /// There the reference implementation finds by a division how many of the higher values the
    /// first sample may have for its U, and rounds the quotient towards zero. A quotient between
    /// -1 and 0, which allows none, it takes for 0. What it prints then, which may exceed 1, is
    /// shown here too, so that the tables agree.
    ///
    /// # Errors
    ///
    /// As [`p_value`](Self::p_value).
    ///
    /// ```
    /// let mut test = benchstat::statistics::UTest::default();
    /// let (first, second) = ([42.0], [41.0, 41.0]);
    /// assert_eq!(test.p_value(&first, &second), Ok(0.0));
    /// assert_eq!(test.shown_p_value(&first, &second), Ok(2.0 * 2.0 / 3.0));
    /// ```
    pub fn shown_p_value(&mut self, first: &[f64], second: &[f64]) -> Result<f64, UTestError> {
        self.test(first, second, |test, n1, n2, doubled_u| {
            if test.ties.groups == 2
                && let lower = test.ties.ends.trailing_zeros() as usize + 1
                && let higher = n1 + n2 - lower
                && n1 < lower
                && let quotient = n1 * (lower - n1)
                && (doubled_u + 1..doubled_u + lower + higher).contains(&quotient)
            {
                return choose(lower, n1) / choose(n1 + n2, n1);
            }
            test.tied_tail(n1, n2, doubled_u)
        })
    }

    fn test(
        &mut self,
        first: &[f64],
        second: &[f64],
        tied_tail: impl FnOnce(&mut Self, usize, usize, usize) -> f64,
    ) -> Result<f64, UTestError> {
        let (n1, n2) = (first.len(), second.len());
        if n1 == 0 || n2 == 0 {
            return Err(UTestError::SampleSize);
        }
        if first[0] == second[0] && first[n1 - 1] == first[0] && second[n2 - 1] == first[0] {
            return Err(UTestError::SamplesEqual);
        }
        // Everything is doubled, so that the mean ranks of ties are whole.
        let doubled_sum = rank_sum(first, second, &mut self.ties);
        let u1 = doubled_sum - n1 * (n1 + 1);
        let u2 = 2 * n1 * n2 - u1;
        let smaller = u1.min(u2);
        let larger_size = n1.max(n2);
        let ties = self.ties.groups < n1 + n2;
        if larger_size > if ties { EXACT_WITH_TIES } else { EXACT } {
            return Ok(self.approximate(n1, n2, u1));
        }
        if u1 == u2 {
            // Both tails contain the middle of the distribution: together they are all of it.
            return Ok(1.0);
        }
        let tail = if ties {
            tied_tail(self, n1, n2, smaller)
        } else {
            self.untied_tail(n1, n2, smaller / 2)
        };
        Ok(2.0 * tail)
    }

    /// The probability that twice U is at most `doubled_u` with the ties of the samples.
    fn tied_tail(&mut self, n1: usize, n2: usize, doubled_u: usize) -> f64 {
        let limit = doubled_u + n1 * (n1 + 1);
        let count = self.ranks.at_most(self.ties.ends, n1 + n2, n1, limit);
        if (self.ways.0, self.ways.1) != (n1, n2) {
            self.ways = (n1, n2, choose(n1 + n2, n1));
        }
        count / self.ways.2
    }

    /// The probability that U is at most `u` if no values are equal.
    fn untied_tail(&mut self, n1: usize, n2: usize, u: usize) -> f64 {
        let (n, m) = (n1.min(n2), n1.max(n2));
        let tail = self.untied.entry((n, m)).or_insert_with(|| untied(n, m));
        tail[u]
    }

    /// The p value by the normal approximation, with the corrections for ties and continuity.
    /// `doubled_u` is twice the first sample's U.
    fn approximate(&self, n1: usize, n2: usize, doubled_u: usize) -> f64 {
        let pairs = n1 as f64 * n2 as f64;
        let n = (n1 + n2) as f64;
        let deviation = (pairs * ((n + 1.0) - self.ties.cubes / (n * (n - 1.0))) / 12.0).sqrt();
        let mut distance = doubled_u as f64 / 2.0 - pairs / 2.0;
        if distance != 0.0 {
            distance -= 0.5_f64.copysign(distance);
        }
        let below = normal_cdf(distance / deviation);
        2.0 * below.min(1.0 - below)
    }
}

/// The groups of equal values of two samples.
#[derive(Clone, Copy, Debug, Default)]
struct Ties {
    groups: usize,
    /// The bit before the place where a group ends is set, counted from the smallest value: for the first 64 values, more
    /// than those that are counted exactly.
    ends: u64,
    /// The sum of the cubes of the groups' sizes, less that of the sizes.
    cubes: f64,
}

impl Ties {
    /// Adds the next group, whose values are from one place to another.
    fn add(&mut self, start: usize, end: usize) {
        self.groups += 1;
        if end <= u64::BITS as usize {
            self.ends |= 1 << (end - 1);
        }
        let size = end - start;
        if size > 1 {
            let size = size as f64;
            self.cubes += size * size * size - size;
        }
    }
}

/// Twice the sum of the ranks that the first sample has in both together, where equal values
/// share the mean of their ranks.
fn rank_sum(first: &[f64], second: &[f64], ties: &mut Ties) -> usize {
    *ties = Ties::default();
    let (mut i, mut j) = (0, 0);
    let mut sum = 0;
    while i < first.len() || j < second.len() {
        let (start, from_first) = (i + j, i);
        let value = match (first.get(i), second.get(j)) {
            (Some(&a), Some(&b)) => a.min(b),
            (Some(&value), None) | (None, Some(&value)) => value,
            (None, None) => break,
        };
        while i < first.len() && first[i] <= value {
            i += 1;
        }
        while j < second.len() && second[j] <= value {
            j += 1;
        }
        ties.add(start, i + j);
        sum += (i - from_first) * (start + 1 + i + j);
    }
    sum
}

/// The distribution function of U for samples of `n <= m` different values, up to the middle.
///
/// By Mann and Whitney's recurrence over the sample that the largest value belongs to:
/// `(n + m) p(n, m, u) = n p(n - 1, m, u - m) + m p(n, m - 1, u)`, where the distribution of
/// `(n, m)` is that of `(m, n)`.
fn untied(n: usize, m: usize) -> Vec<f64> {
    let most = n * m / 2;
    // rows[i][u] is p(i, j, u) for the j at hand.
    let mut rows = vec![vec![0.0; most + 1]; n + 1];
    for row in &mut rows {
        row[0] = 1.0;
    }
    for j in 1..=m {
        for i in 1..=n.min(j) {
            let (before, after) = rows.split_at_mut(i);
            let (fewer, row) = (&before[i - 1], &mut after[0]);
            for u in (0..=most.min(i * j)).rev() {
                let shifted = u.checked_sub(j).map_or(0.0, |u| fewer[u]);
                // p(i, j - 1), or by symmetry p(j - 1, i) where i has just reached j.
                let same = if i < j { row[u] } else { fewer[u] };
                row[u] = (i as f64 * shifted + j as f64 * same) / (i + j) as f64;
            }
        }
    }
    let mut sum = 0.0;
    rows.swap_remove(n)
        .into_iter()
        .map(|p| {
            sum += p;
            sum
        })
        .collect()
}
