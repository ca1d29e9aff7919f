//! When requests are due, and which: nothing here knows a clock.

use std::time::Duration;

use load::{Ask, Mix, MixError, Pace, Schedule, ScheduleError};
use proptest::prelude::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// The moments of all requests.
fn dues(schedule: &Schedule) -> Vec<f64> {
    let due = |number| schedule.due(number).unwrap().as_secs_f64();
    (0..schedule.count().unwrap()).map(due).collect()
}

/// A mix of equal requests with these weights.
fn mix_of(weights: &[u32], seed: u64) -> Result<Mix, MixError> {
    let ask = Ask::new(Vec::new(), 200, Vec::new());
    Mix::new(weights.iter().map(|&weight| (ask.clone(), weight)), seed)
}

proptest! {
    #[test]
    fn a_constant_rate_is_the_same_distance_between_all(
        rate in 0.5..5000.0_f64, warm_up in 0.0..2.0_f64, length in 0.1..3.0_f64,
    ) {
        let schedule = Schedule::new(Pace::Constant(rate), seconds(warm_up), seconds(length)).unwrap();
        let dues = dues(&schedule);
        let (before, measured) = dues.split_at(schedule.warm_up_count().unwrap() as usize);
        prop_assert!(before.iter().all(|&due| due < warm_up + 1e-6));
        prop_assert!(measured.iter().all(|&due| due < warm_up + length + 1e-6));
        // As many as fit: one more would be due at the end or after it.
        for (part, seconds) in [(before, warm_up), (measured, length)] {
            let fit = rate * seconds;
            prop_assert!((part.len() as f64 - fit).abs() <= 1.0, "{} of {fit}", part.len());
            for pair in part.windows(2) {
                prop_assert!((pair[1] - pair[0] - 1.0 / rate).abs() < 1e-8);
            }
        }
        prop_assert!(dues.is_sorted());
        if let Some(first) = measured.first() {
            prop_assert!((first - warm_up).abs() < 1e-8);
        }
    }

    #[test]
    fn a_ramp_has_asked_for_the_area_under_its_rate(
        from in 0.5..3000.0_f64, to in 0.5..3000.0_f64, length in 0.1..3.0_f64,
    ) {
        let schedule = Schedule::new(Pace::Ramp { from, to }, Duration::ZERO, seconds(length)).unwrap();
        let dues = dues(&schedule);
        prop_assert!(dues.is_sorted());
        prop_assert!(dues.iter().all(|&due| due < length + 1e-6));
        // The area under the rate up to the n-th request, added up in small steps, is n.
        let steps = 20_000;
        let step = length / f64::from(steps);
        let mut area = 0.0;
        let mut next = dues.iter().enumerate().peekable();
        for i in 0..steps {
            let middle = (f64::from(i) + 0.5) * step;
            area += (from + (to - from) * middle / length) * step;
            let now = f64::from(i + 1) * step;
            while let Some((number, _)) = next.next_if(|(_, due)| **due <= now) {
                let most = from.max(to) * step;
                prop_assert!((number as f64 - area).abs() <= most + 1e-3, "{number} at {now}: {area}");
            }
        }
    }

    #[test]
    fn a_limit_cuts_the_end_off(rate in 1.0..5000.0_f64, most in 0..3000_u64) {
        let whole = Schedule::new(Pace::Constant(rate), Duration::ZERO, seconds(1.0)).unwrap();
        let cut = whole.at_most(most);
        prop_assert_eq!(cut.count(), Some(whole.count().unwrap().min(most)));
        let all = dues(&whole);
        prop_assert_eq!(&dues(&cut)[..], &all[..cut.count().unwrap() as usize]);
    }

    #[test]
    fn the_same_seed_draws_the_same(weights in prop::collection::vec(0..100_u32, 1..8), seed: u64) {
        prop_assume!(weights.iter().any(|&weight| weight > 0));
        let draw = |mut mix: Mix| -> Vec<usize> { (0..200).map(|_| mix.draw()).collect() };
        let mix = mix_of(&weights, seed).unwrap();
        let drawn = draw(mix.clone());
        prop_assert_eq!(&drawn, &draw(mix_of(&weights, seed).unwrap()));
        // What has no weight is never drawn.
        if weights.len() > 1 {
            prop_assert!(drawn.iter().all(|&place| weights[place] > 0));
        }
    }
}

#[test]
fn each_request_is_drawn_as_often_as_its_weight_says() {
    let weights = [6, 0, 3, 1];
    let mut mix = mix_of(&weights, 7).unwrap();
    let draws: u32 = 100_000;
    let mut counts = [0_u32; 4];
    for _ in 0..draws {
        counts[mix.draw()] += 1;
    }
    for (count, weight) in counts.into_iter().zip(weights) {
        let share = f64::from(weight) / 10.0;
        // Five standard deviations of a binomial.
        let most = 5.0 * (f64::from(draws) * share * (1.0 - share)).sqrt();
        assert!(
            (f64::from(count) - f64::from(draws) * share).abs() <= most,
            "{counts:?}"
        );
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let second = Duration::from_secs(1);
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        for pace in [
            Pace::Constant(rate),
            Pace::Ramp {
                from: rate,
                to: 1.0,
            },
            Pace::Ramp {
                from: 1.0,
                to: rate,
            },
        ] {
            let refused = Schedule::new(pace, second, second);
            assert!(matches!(refused, Err(ScheduleError::Rate(_))), "{pace:?}");
        }
    }
    let refused = Schedule::new(Pace::Constant(1.0), second, Duration::ZERO);
    assert_eq!(refused, Err(ScheduleError::Length(Duration::ZERO)));
    assert!(Schedule::new(Pace::Constant(1.0), second * 1_000_000, second).is_err());
    assert_eq!(mix_of(&[], 1).unwrap_err(), MixError::Empty);
    assert_eq!(mix_of(&[0, 0], 1).unwrap_err(), MixError::Empty);
    assert_eq!(mix_of(&[u32::MAX, 1], 1).unwrap_err(), MixError::TooHeavy);
}
