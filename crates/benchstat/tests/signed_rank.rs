//! The signed-rank test, the center and its interval, against counting, published tables and simulation.

use benchstat::statistics::{center, center_interval, signed_rank, signed_rank_above};
use fastrand::Rng;
use proptest::prelude::*;

/// Twice the sum of the mean ranks of those magnitudes whose sign is positive, by comparing all with all.
fn rank_sum(values: &[f64], positive: impl Fn(usize) -> bool) -> usize {
    let rank = |value: f64| {
        let below = values.iter().filter(|other| other.abs() < value.abs());
        let equal = values.iter().filter(|other| other.abs() == value.abs());
        2 * below.count() + equal.count() + 1
    };
    (0..values.len())
        .filter(|&at| values[at] != 0.0 && positive(at))
        .map(|at| rank(values[at]))
        .sum()
}

/// The share of all choices of signs whose sum is at least that of the values, and at most.
fn counted(values: &[f64]) -> (f64, f64) {
    let nonzero: Vec<usize> = (0..values.len()).filter(|&at| values[at] != 0.0).collect();
    let observed = rank_sum(values, |at| values[at] > 0.0);
    let (mut above, mut below) = (0, 0);
    let choices = 1_u32 << nonzero.len();
    for choice in 0..choices {
        let place = |at: usize| nonzero.iter().position(|&own| own == at);
        let sum = rank_sum(values, |at| {
            place(at).is_some_and(|place| choice >> place & 1 == 1)
        });
        above += u32::from(sum >= observed);
        below += u32::from(sum <= observed);
    }
    let share = |count: u32| f64::from(count) / f64::from(choices);
    (share(above), share(below))
}

proptest! {
    /// Few different values, so that ties and zeros are many.
    #[test]
    fn agrees_with_counting_all_choices_of_signs(values in prop::collection::vec(-4_i32..=4, 1..=9)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let (above, below) = counted(&values);
        let one_sided = signed_rank_above(&values, 0.0).unwrap();
        prop_assert!((one_sided - above).abs() < 1e-12, "{one_sided} {above}");
        let two_sided = signed_rank(&values).unwrap();
        let expected = (2.0 * above.min(below)).min(1.0);
        prop_assert!((two_sided - expected).abs() < 1e-12, "{two_sided} {expected}");
    }

    #[test]
    fn the_center_is_the_median_of_all_averages(values in prop::collection::vec(-1e3..1e3_f64, 1..40)) {
        let averages = averages(&values);
        let middle = averages.len() / 2;
        let expected = if averages.len() % 2 == 1 {
            averages[middle]
        } else {
            f64::midpoint(averages[middle - 1], averages[middle])
        };
        prop_assert_eq!(center(&values), Some(expected));
    }

    /// A center within the interval is not rejected at its level, and one outside is.
    #[test]
    fn the_interval_holds_what_the_test_does_not_reject(
        values in prop::collection::btree_set(-1000_i32..1000, 6..14),
        place in -1000_i32..1000,
    ) {
        // Powers make all averages different: ties would make the test of the interval another than that of the values.
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) + f64::from(value).powi(3) * 1e-7).collect();
        let place = f64::from(place) + 0.123_456;
        let (low, high) = center_interval(&values, 0.95).unwrap();
        let shifted: Vec<f64> = values.iter().map(|value| value - place).collect();
        prop_assert_eq!(signed_rank(&shifted).unwrap() > 0.05, low < place && place < high);
    }

    #[test]
    fn any_numbers_are_taken_or_refused(values in prop::collection::vec(prop::num::f64::ANY, 0..20), level in 0.0..1.0_f64) {
        let finite = !values.is_empty() && values.iter().all(|value| value.is_finite());
        prop_assert_eq!(signed_rank(&values).is_some(), finite);
        prop_assert_eq!(center(&values).is_some(), finite);
        if let Some((low, high)) = center_interval(&values, level) {
            prop_assert!(finite && low <= high);
        }
    }
}

fn averages(values: &[f64]) -> Vec<f64> {
    let mut averages: Vec<f64> = (0..values.len())
        .flat_map(|i| (i..values.len()).map(move |j| (i, j)))
        .map(|(i, j)| f64::midpoint(values[i], values[j]))
        .collect();
    averages.sort_by(f64::total_cmp);
    averages
}

/// The largest sums that are significant, two-sided, at 0.05 and at 0.01: one less than the quantiles 0.025 and 0.005 in
/// W. J. Conover, Practical Nonparametric Statistics, table of the signed-rank statistic.
const CRITICAL: [(usize, Option<usize>, Option<usize>); 15] = [
    (5, None, None),
    (6, Some(0), None),
    (7, Some(2), None),
    (8, Some(3), Some(0)),
    (9, Some(5), Some(1)),
    (10, Some(8), Some(3)),
    (11, Some(10), Some(5)),
    (12, Some(13), Some(7)),
    (13, Some(17), Some(9)),
    (14, Some(21), Some(12)),
    (15, Some(25), Some(15)),
    (16, Some(29), Some(19)),
    (18, Some(40), Some(27)),
    (20, Some(52), Some(37)),
    (25, Some(89), Some(68)),
];

/// Differences of so many magnitudes, all different, of which those below zero have this sum of ranks.
fn with_sum(n: usize, mut sum: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (1..=n).map(|rank| rank as f64).collect();
    for rank in (1..=n).rev() {
        if rank <= sum {
            sum -= rank;
            values[rank - 1] *= -1.0;
        }
    }
    values
}

#[test]
fn critical_values_are_those_of_published_tables() {
    for (n, at_5, at_1) in CRITICAL {
        for (level, critical) in [(0.05, at_5), (0.01, at_1)] {
            let p = |sum| signed_rank(&with_sum(n, sum)).unwrap();
            let next = critical.map_or(0, |critical| critical + 1);
            assert!(p(next) > level, "{n} at {level}: {next} is significant");
            if let Some(critical) = critical {
                assert!(p(critical) <= level, "{n} at {level}: {critical} is not");
            }
            // The interval leaves out as many averages on each side.
            let values = with_sum(n, 0);
            let interval = center_interval(&values, 1.0 - level);
            let expected = critical.map(|critical| {
                let averages = averages(&values);
                (averages[critical], averages[averages.len() - 1 - critical])
            });
            assert_eq!(interval, expected, "{n} at {level}");
        }
    }
}

/// Beyond 100 values p values come from a series: it agrees with counting wherever a p value matters, and the interval
/// leaves out as many averages as counting does, or one more or less where they are thousands.
#[test]
fn beyond_what_is_counted_the_series_agrees_with_counting() {
    for n in [101, 128, 200] {
        let mut chances = vec![1.0];
        for rank in 1..=n {
            let without: Vec<f64> = chances.clone();
            chances.resize(chances.len() + rank, 0.0);
            for (sum, chance) in without.iter().enumerate() {
                chances[sum + rank] += chance;
            }
            for chance in &mut chances {
                *chance /= 2.0;
            }
        }
        let mut counted = 0.0;
        for (sum, chance) in chances.iter().enumerate() {
            counted += chance;
            if counted > 0.5 {
                break;
            }
            if counted > 1e-6 && sum % 7 == 0 {
                let own = signed_rank_above(&with_sum(n, sum), 0.0).unwrap();
                assert!(
                    (own / counted - 1.0).abs() < 0.01,
                    "{n} {sum}: {own} {counted}"
                );
            }
        }
        // Few averages of squares are equal.
        let values: Vec<f64> = (0..n).map(|at| (at as f64).powi(2)).collect();
        let mut averages = averages(&values);
        averages.sort_by(f64::total_cmp);
        for tail in [0.05, 0.0125, 0.001] {
            let mut below = 0.0;
            let left_out = chances.iter().take_while(|&chance| {
                below += chance;
                below <= tail
            });
            let left_out = left_out.count();
            let (low, high) = center_interval(&values, 1.0 - 2.0 * tail).unwrap();
            // The lowest average is that of rank 1, which is left out if one is.
            let near = |rank: usize, own: f64| averages[rank - 2] <= own && own <= averages[rank];
            assert!(near(left_out, low), "{n} {tail}: {low}");
            assert!(
                near(averages.len() + 1 - left_out, high),
                "{n} {tail}: {high}"
            );
        }
    }
}

#[test]
fn many_values_take_no_more_memory_than_themselves() {
    // All 5 × 10^9 averages would take 40 GB.
    let mut random = Rng::with_seed(7);
    let values: Vec<f64> = (0..100_000).map(|_| random.f64() - 0.5).collect();
    assert!(center(&values).unwrap().abs() < 0.01);
    let (low, high) = center_interval(&values, 0.999).unwrap();
    assert!(
        -0.01 < low && low < 0.0 && 0.0 < high && high < 0.01,
        "{low} {high}"
    );
    assert!(signed_rank(&values).unwrap() > 1e-4);
}

/// The interval covers the center of a symmetric distribution with long tails at least as often as it says: of 4,000
/// samples each, a true 90 % fails below 0.886 once in a thousand times.
#[test]
fn intervals_cover_the_center_as_often_as_they_say() {
    let mut random = Rng::with_seed(1);
    for n in [5, 8, 14, 28] {
        let mut covered = 0;
        for _ in 0..4_000 {
            let values: Vec<f64> = (0..n)
                .map(|_| {
                    let near = random.f64() + random.f64() + random.f64() - 1.5;
                    let far = if random.f64() < 0.1 { 10.0 } else { 1.0 };
                    3.0 + near * far
                })
                .collect();
            let (low, high) = center_interval(&values, 0.90).unwrap();
            covered += u32::from((low..=high).contains(&3.0));
        }
        let share = f64::from(covered) / 4_000.0;
        // Discreteness makes it cover more often, with few values by up to 4 %.
        assert!((0.886..0.955).contains(&share), "{n}: {share}");
    }
}
