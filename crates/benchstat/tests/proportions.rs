//! The interval of a proportion, against published values and by counting.

use benchstat::statistics::proportion_interval;

#[test]
fn intervals_are_those_of_published_tables() {
    // Clopper and Pearson's intervals at 95 %, as tables of them print.
    for (successes, trials, low, high) in [
        (0, 20, 0.0, 0.1684),
        (1, 20, 0.0013, 0.2487),
        (3, 20, 0.0321, 0.3789),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
    ] {
        let (own_low, own_high) = proportion_interval(successes, trials, 0.95);
        assert!(
            (own_low - low).abs() < 6e-5,
            "{successes} of {trials}: {own_low}"
        );
        assert!(
            (own_high - high).abs() < 6e-5,
            "{successes} of {trials}: {own_high}"
        );
    }
}

/// Whatever the proportion, the intervals of all that can be seen cover it often enough: counted over every number of
/// successes.
#[test]
fn intervals_cover_the_proportion_as_often_as_they_say() {
    for trials in 1..=12_u32 {
        for percent in 1..100 {
            let p = f64::from(percent) / 100.0;
            let mut covered = 0.0;
            let mut chance = (1.0 - p).powi(trials as i32);
            for successes in 0..=trials {
                let (low, high) = proportion_interval(successes, trials, 0.9);
                if low <= p && p <= high {
                    covered += chance;
                }
                let left = f64::from(trials - successes);
                chance *= left / f64::from(successes + 1) * p / (1.0 - p);
            }
            assert!(covered >= 0.9 - 1e-9, "{percent} % in {trials}: {covered}");
        }
    }
}

#[test]
fn nothing_seen_says_nothing() {
    assert_eq!(proportion_interval(0, 0, 0.95), (0.0, 1.0));
    assert_eq!(
        proportion_interval(5, 3, 0.95),
        proportion_interval(3, 3, 0.95)
    );
}
