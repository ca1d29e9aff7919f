//! Whether p values are what they say they are.

use benchstat::statistics::signed_rank;

/// How far p values lie from their exact distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniformity {
    /// The largest distance between the two distribution functions.
    pub distance: f64,
    /// The distance that chance exceeds in at most one of a hundred such samples: 1.63 / √n.
    pub critical: f64,
    /// How many p values there are.
    pub count: usize,
}

/// Compares p values of signed-rank tests without a change, each of `n` differences, with the distribution that they have
/// exactly: on the multiples of 2^(1-n) that sums of ranks give, up to 20 differences.
///
/// The distance is Kolmogorov and Smirnov's. For a distribution on few values chance exceeds the critical distance less often
/// than for a continuous one, so the comparison errs on the side of calling them equal (W. J. Conover, "A Kolmogorov
/// Goodness-of-Fit Test for Discontinuous Distributions", Journal of the American Statistical Association 67, 1972).
///
/// ```
/// use paired::procedure::simulate::uniformity;
///
/// // Of five differences 2 of the 32 choices of signs give 1/16: it cannot be all that is seen.
/// let always = uniformity(&[0.0625; 100], 5).unwrap();
/// assert!(always.distance > always.critical);
/// ```
pub fn uniformity(p_values: &[f64], n: u32) -> Option<Uniformity> {
    /// All choices of signs are gone through.
    const MOST: u32 = 20;
    if p_values.is_empty() || !(1..=MOST).contains(&n) {
        return None;
    }
    let exact = all_p_values(n);
    let mut observed = p_values.to_vec();
    observed.sort_by(f64::total_cmp);
    let below = |sorted: &[f64], p: f64| {
        // The same p value from another order of sums differs in its last digits.
        let count = sorted.partition_point(|&own| own <= p * (1.0 + 1e-9));
        count as f64 / sorted.len() as f64
    };
    let distance = exact
        .iter()
        .chain(&observed)
        .map(|&p| (below(&exact, p) - below(&observed, p)).abs())
        .fold(0.0, f64::max);
    Some(Uniformity {
        distance,
        critical: 1.63 / (p_values.len() as f64).sqrt(),
        count: p_values.len(),
    })
}

/// The p values of all choices of signs of `n` different magnitudes, in ascending order.
fn all_p_values(n: u32) -> Vec<f64> {
    let most = n * (n + 1) / 2;
    // By the sum of ranks below zero: the p value depends on nothing else.
    let of_sum: Vec<f64> = (0..=most)
        .map(|sum| {
            let mut left = sum;
            let mut values: Vec<f64> = (1..=n)
                .rev()
                .map(|rank| {
                    if rank <= left {
                        left -= rank;
                        return -f64::from(rank);
                    }
                    f64::from(rank)
                })
                .collect();
            values.reverse();
            signed_rank(&values).unwrap_or(1.0)
        })
        .collect();
    let mut all: Vec<f64> = (0_u32..1 << n)
        .map(|signs| {
            let sum: u32 = (0..n)
                .filter(|bit| signs >> bit & 1 == 1)
                .map(|bit| bit + 1)
                .sum();
            of_sum.get(sum as usize).copied().unwrap_or(1.0)
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}
