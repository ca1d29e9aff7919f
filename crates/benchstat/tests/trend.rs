//! The test for a trend, against all orders of small series and against slopes that are known.

use benchstat::statistics::{stretches, trend};
use proptest::prelude::*;

/// All orders of some values.
fn orders(values: &[f64]) -> Vec<Vec<f64>> {
    if values.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for first in 0..values.len() {
        let mut rest = values.to_vec();
        let value = rest.remove(first);
        for mut order in orders(&rest) {
            order.insert(0, value);
            all.push(order);
        }
    }
    all
}

fn times(n: usize) -> Vec<f64> {
    (0..n).map(|time| time as f64).collect()
}

/// Kendall's S by its definition.
fn s(values: &[f64]) -> i64 {
    let mut s = 0;
    for (at, value) in values.iter().enumerate() {
        for after in &values[at + 1..] {
            s += match after.total_cmp(value) {
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
            };
        }
    }
    s
}

#[test]
fn p_is_near_the_share_of_orders_that_go_up_as_clearly() {
    // Without ties and with them; eight values have 40,320 orders.
    for values in [
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        [1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0],
    ] {
        let orders = orders(&values);
        let all: Vec<i64> = orders.iter().map(|order| s(order)).collect();
        for order in orders.iter().step_by(997) {
            let trend = trend(&times(8), order, 0.95).unwrap();
            assert_eq!(trend.s, s(order));
            let exact =
                all.iter().filter(|&&other| other >= trend.s).count() as f64 / all.len() as f64;
            // The normal approximation with its correction, at eight values.
            assert!(
                (trend.p_up - exact).abs() < 0.02,
                "{order:?}: {} for {exact}",
                trend.p_up
            );
        }
    }
}

#[test]
fn a_series_that_does_not_move_has_no_trend() {
    let flat = trend(&times(20), &[5.0; 20], 0.95).unwrap();
    assert_eq!((flat.s, flat.p_up, flat.slope), (0, 1.0, 0.0));
    assert_eq!(trend(&times(2), &[1.0, 2.0], 0.95), None);
    assert_eq!(trend(&times(3), &[1.0, f64::NAN, 2.0], 0.95), None);
}

#[test]
fn the_interval_of_the_slope_covers_it_as_often_as_it_says() {
    let mut random = fastrand::Rng::with_seed(11);
    let (runs, slope) = (2000, 0.3);
    let mut covered = 0;
    for _ in 0..runs {
        // Noise with a long tail, which moves a mean and not a median.
        let values: Vec<f64> = times(20)
            .iter()
            .map(|time| slope * time + (random.f64() - 0.5) / random.f64().max(0.01))
            .collect();
        let (low, high) = trend(&times(20), &values, 0.95).unwrap().interval;
        covered += i32::from(low <= slope && slope <= high);
    }
    // 95 % of 2000, less four standard deviations.
    assert!(covered >= 1900 - 39, "{covered} of {runs}");
}

#[test]
fn what_has_no_trend_is_seldom_called_one() {
    let mut random = fastrand::Rng::with_seed(12);
    let runs = 5000;
    let called = (0..runs)
        .filter(|_| {
            let values: Vec<f64> = (0..20).map(|_| random.f64()).collect();
            trend(&times(20), &values, 0.95).unwrap().p_up < 0.01
        })
        .count();
    // 1 % of 5000, and four standard deviations.
    assert!(called <= 50 + 28, "{called} of {runs}");
}

proptest! {
    #[test]
    fn a_line_has_its_own_slope(slope in -100.0..100.0_f64, start in -1e3..1e3_f64, n in 3..40_usize) {
        let values: Vec<f64> = times(n).iter().map(|time| start + slope * time).collect();
        let trend = trend(&times(n), &values, 0.95).unwrap();
        prop_assert!((trend.slope - slope).abs() <= 1e-9 * slope.abs().max(1e3));
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        let back = benchstat::statistics::trend(&times(n), &reversed, 0.95).unwrap();
        prop_assert_eq!(back.s, -trend.s);
    }

    #[test]
    fn stretches_keep_a_line(n in 20..200_usize, count in 3..20_usize) {
        let times = times(n);
        let values: Vec<f64> = times.iter().map(|time| 7.0 + 3.0 * time).collect();
        let (times, values) = stretches(&times, &values, count).unwrap();
        prop_assert_eq!(times.len(), count);
        for (time, value) in times.iter().zip(&values) {
            prop_assert!((value - (7.0 + 3.0 * time)).abs() < 1e-9);
        }
    }
}

#[test]
fn fewer_values_than_stretches_are_none() {
    assert_eq!(stretches(&times(4), &times(4), 5), None);
    assert_eq!(stretches(&times(4), &times(4), 0), None);
}
