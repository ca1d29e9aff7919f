//! What runs of code against itself come to: what is planted, and what is counted.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::time::Duration;

use benchfmt::Better;
use benchstat::Collection;
use benchstat::paired::{Layouts, Limits};
use fastrand::Rng;
use paired::Sides;
use paired::calibration::{Calibration, PLANTED, Run, plant, recorded};
use paired::procedure::simulate::Noise;
use paired::procedure::{Plan, Procedure, Stage};

const DELTA: f64 = 0.01;

fn plan() -> Plan {
    Plan {
        screen: vec![16],
        confirm: vec![24, 48],
        ..Plan::default()
    }
}

/// A run of the procedure on noise of this spread, written to files and read back. The last case always seems to be
/// faster by the bias.
fn run(seed: u64, extra: &[f64], spread: f64, bias: f64) -> Run {
    let limits = Limits {
        allow: 0.0,
        delta: DELTA,
        better: Some(Better::Lower),
    };
    let plan = plan();
    let mut random = Rng::with_seed(seed);
    let mut procedure = Procedure::new(plan.clone(), vec![limits; extra.len()], Layouts::Shuffled);
    let mut files = Sides::<String>::default();
    while let Some(round) = procedure.next(Duration::ZERO) {
        let mut results = Vec::new();
        for &case in &round.cases {
            let noise = spread * (random.f64() - 0.5);
            let bias = if case + 1 == extra.len() { bias } else { 0.0 };
            let ratio = (1.0 + extra[case]).ln() + noise - bias;
            results.push(Some(vec![ratio]));
            let seed = round.layout + 1000 * u32::from(round.stage == Stage::Confirm);
            for (file, time) in [(&mut files.base, 1.0), (&mut files.head, ratio.exp())] {
                let _ = writeln!(
                    file,
                    "stage: {}\nlooks: {}\nlayout: {}\nseed: {seed}\npair: 1",
                    round.stage,
                    plan.looks(),
                    round.layout,
                );
                if extra[case] > 0.0 {
                    let _ = writeln!(file, "extra: {}", extra[case]);
                }
                let _ = writeln!(file, "BenchmarkCase{case} 1 {time} sec/op\nextra:");
            }
        }
        procedure.take(&round, &results);
    }
    let mut collection = Collection::default();
    collection
        .read("base", "base", files.base.as_bytes())
        .unwrap();
    collection
        .read("head", "head", files.head.as_bytes())
        .unwrap();
    let sides = Sides {
        base: "base",
        head: "head",
    };
    Run {
        screening: 10.0 + seed as f64,
        ..Run::of(&collection, sides, "sec/op").unwrap()
    }
}

#[test]
fn what_is_planted_is_found_and_nothing_else() {
    let mut extra = PLANTED.to_vec();
    extra.extend([0.0; 9]);
    let runs: Vec<Run> = (0..10).map(|seed| run(seed, &extra, 0.004, 0.0)).collect();
    let all = Calibration::of(&runs, &plan(), DELTA);
    assert_eq!((all.false_runs.count, all.false_runs.of), (0, 10));
    assert_eq!((all.false_calls.count, all.false_calls.of), (0, 90));
    assert_eq!((all.unchanged.count, all.unchanged.of), (90, 90));
    for (extra, detection) in &all.detections {
        assert_eq!(
            (detection.called.count, detection.called.of),
            (10, 10),
            "{extra}"
        );
        assert_eq!(detection.unchanged.count, 0);
        assert_eq!(
            detection.comparisons.iter().collect::<Vec<_>>(),
            [(&24, &10)]
        );
    }
    // The noise is symmetric: intervals hold the truth about as often as they say, and p values are uniform.
    assert_eq!(all.coverage.of, 120);
    assert!(all.coverage.count >= 106, "{:?}", all.coverage);
    assert_eq!(all.p_values.len(), 90);
    let uniformity = all.uniformity.unwrap();
    assert!(uniformity.distance < uniformity.critical, "{uniformity:?}");
    assert_eq!(all.seconds[3], (13.0, 0.0));
}

#[test]
fn false_calls_are_counted() {
    let biased = [
        run(1, &[0.0, 0.0], 0.004, 0.03),
        run(2, &[0.0, 0.0], 0.004, 0.0),
    ];
    let all = Calibration::of(&biased, &plan(), DELTA);
    assert_eq!((all.false_runs.count, all.false_runs.of), (1, 2));
    assert_eq!((all.false_calls.count, all.false_calls.of), (1, 4));
    // Extra work that seems to be less is called in the wrong direction.
    let wrong = [run(1, &[0.01], 0.004, 0.05)];
    let all = Calibration::of(&wrong, &plan(), DELTA);
    assert_eq!(
        (all.false_runs.count, all.detections[0].1.called.count),
        (1, 0)
    );
}

#[test]
fn noise_is_taken_from_cases_without_extra_work() {
    let runs = [run(1, &[0.05, 0.0], 0.004, 0.0)];
    let noise = recorded(&runs).unwrap();
    let mut random = Rng::with_seed(1);
    for case in 0..2 {
        for _ in 0..100 {
            let layout = noise.layout(case, &mut random);
            assert!(noise.pair(case, layout, &mut random).abs() < 0.01);
        }
    }
    assert!(recorded(&[run(1, &[0.05], 0.004, 0.0)]).is_none());
}

#[test]
fn extra_work_goes_to_cases_that_can_do_it() {
    let operations: Vec<(String, u64)> = [50, 99, 100, 5000, 20_000, 300]
        .into_iter()
        .map(|count| (format!("Case{count}"), count))
        .collect();
    let mut seen = HashSet::new();
    for seed in 0..200 {
        let planted: HashMap<String, f64> = plant(&operations, &mut Rng::with_seed(seed));
        let mut shares: Vec<f64> = planted.values().copied().collect();
        shares.sort_by(f64::total_cmp);
        assert_eq!(shares, PLANTED);
        seen.extend(planted.into_keys());
    }
    let mut seen: Vec<String> = seen.into_iter().collect();
    seen.sort();
    assert_eq!(seen, ["Case100", "Case20000", "Case300", "Case5000"]);
    assert_eq!(plant(&operations[..3], &mut Rng::with_seed(1)).len(), 1);
}
