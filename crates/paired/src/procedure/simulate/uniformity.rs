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
/// exactly: on the values that sums of ranks give.
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
    if p_values.is_empty() || n == 0 {
        return None;
    }
    let exact = exact(n as usize);
    let mut observed = p_values.to_vec();
    observed.sort_by(f64::total_cmp);
    let share = |p: f64| {
        // The same p value from another order of sums differs in its last digits.
        let count = observed.partition_point(|&own| own <= p * (1.0 + 1e-9));
        count as f64 / observed.len() as f64
    };
    // The distance is largest at one of the exact values, or just before it.
    let mut before = 0.0;
    let mut distance: f64 = 0.0;
    for (p, below) in exact {
        let earlier = observed.partition_point(|&own| own < p * (1.0 - 1e-9));
        let earlier = earlier as f64 / observed.len() as f64;
        distance = distance
            .max((share(p) - below).abs())
            .max((earlier - before).abs());
        before = below;
    }
    Some(Uniformity {
        distance,
        critical: 1.63 / (p_values.len() as f64).sqrt(),
        count: p_values.len(),
    })
}

/// The p values of `n` different magnitudes with random signs, in ascending order, and how likely one is that small.
fn exact(n: usize) -> Vec<(f64, f64)> {
    let mut chances = vec![1.0];
    for rank in 1..=n {
        let mut with = vec![0.0; chances.len() + rank];
        for (sum, chance) in chances.iter().enumerate() {
            with[sum] += chance / 2.0;
            with[sum + rank] += chance / 2.0;
        }
        chances = with;
    }
    // By the sum of ranks below zero: the p value depends on nothing else, and is the same for the sum above.
    let most = chances.len() - 1;
    let mut below = 0.0;
    (0..=most / 2)
        .map(|sum| {
            let twice = if 2 * sum == most { 1.0 } else { 2.0 };
            below += twice * chances[sum];
            (p_value(n, sum), below)
        })
        .collect()
}

/// The p value where the ranks below zero have this sum.
fn p_value(n: usize, sum: usize) -> f64 {
    let mut left = sum;
    let values: Vec<f64> = (1..=n)
        .rev()
        .map(|rank| {
            if rank > left {
                return rank as f64;
            }
            left -= rank;
            -(rank as f64)
        })
        .collect();
    signed_rank(&values).unwrap_or(1.0)
}
