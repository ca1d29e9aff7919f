//! Medians and their intervals against the binomial distribution and published tables.

use benchstat::statistics::{Interval, MedianIntervals, median};
use proptest::prelude::*;

/// The probability that `low <= k < high` of `n` values are below the median.
fn coverage(n: usize, low: usize, high: usize) -> f64 {
    let mut row = vec![1.0_f64];
    for _ in 0..n {
        row.push(0.0);
        for k in (1..row.len()).rev() {
            row[k] = f64::midpoint(row[k], row[k - 1]);
        }
        row[0] /= 2.0;
    }
    row[low..high].iter().sum()
}

#[test]
fn intervals_agree_with_published_tables() {
    // Size, order statistics and confidence at 0.95: W. J. Dixon and F. J. Massey, "Introduction
    // to Statistical Analysis", table A-25, where the interval is symmetric.
    for (n, low, high, confidence) in [
        (6, 1, 6, 0.969),
        (7, 1, 7, 0.984),
        (9, 2, 8, 0.961),
        (10, 2, 9, 0.979),
        (12, 3, 10, 0.961),
        (15, 4, 12, 0.965),
        (20, 6, 15, 0.959),
    ] {
        let interval = Interval::of_median(n, 0.95);
        assert_eq!((interval.low, interval.high), (low, high), "n = {n}");
        assert!((interval.confidence - confidence).abs() < 0.0005, "n = {n}");
    }
}

#[test]
fn intervals_are_as_short_as_the_level_allows() {
    for n in 1..=30 {
        for level in [0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999] {
            let Interval {
                low,
                high,
                confidence,
            } = Interval::of_median(n, level);
            let covered = coverage(n, low, high);
            assert!(
                (confidence - covered).abs() < 1e-9,
                "n = {n}, level {level}"
            );
            let all = low == 0 && high == n + 1;
            assert!(covered >= level - 1e-9 || all, "n = {n}, level {level}");
            if high - low > 1 {
                let shorter = coverage(n, low + 1, high).max(coverage(n, low, high - 1));
                assert!(shorter < level + 1e-9, "n = {n}, level {level}");
            }
        }
    }
}

#[test]
fn intervals_of_large_samples_have_about_the_level() {
    for n in 31..=400 {
        let Interval {
            low,
            high,
            confidence,
        } = Interval::of_median(n, 0.95);
        assert!((0.95..0.98).contains(&confidence), "n = {n}: {confidence}");
        assert!(
            (coverage(n, low, high) - confidence).abs() < 0.005,
            "n = {n}"
        );
    }
}

#[test]
fn few_values_have_no_bounded_interval() {
    assert!(!Interval::of_median(5, 0.95).is_bounded(5));
    assert_eq!(
        Interval::of_median(5, 0.95).ends(&[1.0; 5]).0,
        f64::NEG_INFINITY
    );
    assert_eq!(MedianIntervals::fewest(0.95), Some(6));
    assert_eq!(MedianIntervals::fewest(0.99), Some(8));
    assert_eq!(MedianIntervals::fewest(1.0), None);
    let everything = Interval::of_median(1000, 1.0);
    assert_eq!((everything.low, everything.high), (0, 1001));
}

#[test]
fn median_of_nothing_is_nan() {
    assert!(median(&[]).is_nan());
    assert!((median(&[7.0]) - 7.0).abs() < f64::EPSILON);
}

proptest! {
    #[test]
    fn median_is_the_middle(mut values in prop::collection::vec(-1e9..1e9_f64, 1..60)) {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let middle = f64::midpoint(values[(n - 1) / 2], values[n / 2]);
        prop_assert!((median(&values) - middle).abs() <= 1e-6 * middle.abs().max(1.0));
    }
}
