//! What counts as growing: simulated gauges whose truth is known.

use proptest::prelude::*;
use soak::{GAUGES, Series, judge, sum};

/// Two minutes of a gauge, a value a second.
fn series(value: impl FnMut(f64) -> f64) -> Series {
    let times: Vec<f64> = (0..120).map(f64::from).collect();
    let values = times.iter().copied().map(value).collect();
    Series {
        gauge: GAUGES[0],
        times,
        values,
    }
}

const MIB: f64 = 1024.0 * 1024.0;

#[test]
fn a_leak_under_noise_grows() {
    // 16 bytes at 10,000/s; an allocator takes 32 for them.
    for a_second in [160e3, 320e3] {
        let mut state = 1_u64;
        let judged = judge(series(|time| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            5.0 * MIB + a_second * time + (state >> 44) as f64
        }));
        assert!(judged.grows);
        let (low, high) = judged.trend.unwrap().interval;
        assert!(low <= a_second && a_second <= high, "{low} to {high}");
    }
}

#[test]
fn what_settles_or_swings_does_not_grow() {
    // A level that is reached early, and a pool that fills and empties.
    let settled = judge(series(|time| 5.0 * MIB + MIB * (1.0 - (-time).exp())));
    assert!(!settled.grows);
    let swinging = judge(series(|time| 5.0 * MIB + MIB * (time / 7.0).sin()));
    assert!(!swinging.grows);
    // A page now and then is below what counts.
    let creeping = judge(series(|time| 5.0 * MIB + 1000.0 * time));
    assert!(!creeping.grows && creeping.trend.unwrap().p_up < 0.01);
    // Less than there are stretches.
    let short = judge(Series {
        times: vec![0.0, 1.0],
        values: vec![1.0, 2.0],
        ..series(|_| 0.0)
    });
    assert!(!short.grows && short.trend.is_none());
}

proptest! {
    #[test]
    fn text_without_the_metric_has_no_sum(text in "(.{0,20}\n){0,10}", metric in "[a-z_]{1,8}") {
        prop_assume!(!text.lines().any(|line| line.trim_start().starts_with(&metric)));
        prop_assert_eq!(sum(&text, &metric), None);
        let known = format!("{text}\n{metric}{{a=\"b\"}} 3\n{metric} 4\n");
        prop_assert_eq!(sum(&known, &metric), Some(7.0));
    }

    #[test]
    fn samples_are_added_up(values in prop::collection::vec(0..1_000_000_u32, 1..20)) {
        let mut text = String::from("# TYPE open gauge\nopened_total 5\n");
        for (label, value) in values.iter().enumerate() {
            text += &format!("open{{state=\"{label} }} {{ 7\"}} {value} 17.5\n");
        }
        let expected: f64 = values.iter().map(|&value| f64::from(value)).sum();
        prop_assert_eq!(sum(&text, "open"), Some(expected));
    }
}
