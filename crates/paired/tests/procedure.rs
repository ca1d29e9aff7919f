//! The procedure: its error rates on simulated suites, its rounds, and that files of its results come to the same verdicts.

use std::fmt::Write as _;
use std::time::Duration;

use benchfmt::Better;
use benchstat::paired::{Layouts, Limits, PairedResults, decide};
use benchstat::{Collection, Gates, Verdict, judge};
use fastrand::Rng;
use paired::procedure::simulate::{Model, Noise, Recorded, Settings, simulate, uniformity};
use paired::procedure::{Plan, Procedure, Round, Stage};

const LIMITS: Limits = Limits {
    allow: 0.0,
    delta: 0.01,
    better: Some(Better::Lower),
};

fn settings(suites: u32, changes: &[f64]) -> Settings {
    Settings {
        cases: 12,
        suites,
        changes: changes.to_vec(),
        ..Settings::default()
    }
}

/// At most 5 % of suites without a change may have a false call. Of 200 with that rate 3 or fewer have one in 1 of 110 times.
#[test]
fn suites_without_a_change_are_rarely_called() {
    let report = simulate(&settings(200, &[]), &Model::default());
    assert!(report.false_calls <= 3, "{}", report.false_calls);
    let uniformity = report.uniformity.unwrap();
    assert_eq!(uniformity.count, 200 * 12);
    assert!(uniformity.distance < uniformity.critical, "{uniformity:?}");
}

/// The same where layouts differ twice as much, and where pairs do: of 600 at 5 % 17 or fewer have one in 1 of 100 times.
#[test]
fn false_calls_stay_rare_with_more_noise() {
    for noise in [
        Model {
            layouts: 0.046,
            ..Model::default()
        },
        Model {
            pairs: 0.04,
            outliers: 0.1,
            ..Model::default()
        },
    ] {
        let few = Settings {
            cases: 6,
            ..settings(600, &[])
        };
        let report = simulate(&few, &noise);
        assert!(
            report.false_calls <= 17,
            "{noise:?}: {}",
            report.false_calls
        );
    }
}

/// The bars are 80 %, 90 % and 99 %: as many of so many suites, or more, are called in about 1 of 100 times at those rates.
#[test]
fn changes_are_found() {
    for (change, suites, fewest) in [
        (0.01, 200, 173),
        (-0.01, 200, 173),
        (0.02, 200, 190),
        (0.05, 500, 500),
    ] {
        let report = simulate(&settings(suites, &[change]), &Model::default());
        let found = report.found[0];
        assert!(
            found.called >= fewest,
            "{change}: {} of {suites}",
            found.called
        );
        assert!(report.false_calls <= 6, "{change}: {}", report.false_calls);
    }
}

/// At most 5 % of changes of twice delta may be called unchanged, and no more of changes of delta itself, which is the bound
/// of what the test promises: of 300 at 5 %, more than 24 are in 1 of 100 times.
#[test]
fn changes_are_rarely_called_unchanged() {
    for change in [0.02, 0.0101] {
        let report = simulate(&settings(300, &[change]), &Model::default());
        assert!(
            report.found[0].unchanged <= 24,
            "{change}: {}",
            report.found[0].unchanged
        );
    }
}

/// By 0.03 s a pair and 0.22 s for two links: screening 40 cases takes at most 6 minutes, confirming up to 3 at most 5.
#[test]
fn the_cost_is_bounded() {
    for changes in [vec![], vec![0.01; 3], vec![0.02; 40]] {
        let settings = Settings {
            cases: 40,
            ..settings(10, &changes)
        };
        let report = simulate(&settings, &Model::default());
        for cost in report.costs {
            let screening =
                0.03 * f64::from(cost.screen_pairs) + 0.22 * f64::from(cost.screen_layouts);
            assert!(screening <= 360.0, "{cost:?}");
            let confirming =
                0.03 * f64::from(cost.confirm_pairs) + 0.22 * f64::from(cost.confirm_layouts);
            assert!(cost.suspects > 3 || confirming <= 300.0, "{cost:?}");
        }
    }
}

#[test]
fn with_one_layout_only_large_changes_are_called_and_nothing_is_unchanged() {
    let one = |changes: &[f64]| Settings {
        layouts: Layouts::One,
        ..settings(100, changes)
    };
    let none = simulate(&one(&[]), &Model::default());
    assert_eq!(none.called_unchanged, 0);
    assert_eq!(none.uniformity, None);
    // Of 100 at 5 % none is called in 1 of 170 times.
    assert_eq!(none.false_calls, 0);
    let large = simulate(&one(&[0.3]), &Model::default());
    assert!(large.found[0].called >= 90, "{}", large.found[0].called);
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let report = |seed| {
        simulate(
            &Settings {
                seed,
                ..settings(5, &[0.01])
            },
            &Model::default(),
        )
    };
    assert_eq!(report(3), report(3));
    assert_ne!(report(3), report(4));
}

/// The same rates where eight machines measure a share of the cases each: of 200 at 5 % 3 or fewer are called in 1 of 110
/// times, and of 200 changes at 80 % and 90 % as many as before are found.
#[test]
fn shards_are_as_rarely_wrong_and_find_as_much() {
    let sharded = |changes: &[f64]| Settings {
        shards: 8,
        ..settings(200, changes)
    };
    let none = simulate(&sharded(&[]), &Model::default());
    assert!(none.false_calls <= 3, "{}", none.false_calls);
    for (change, fewest) in [(0.01, 173), (0.02, 190)] {
        let report = simulate(&sharded(&[change]), &Model::default());
        let found = report.found[0];
        assert!(found.called >= fewest, "{change}: {}", found.called);
        assert!(report.false_calls <= 6, "{change}: {}", report.false_calls);
    }
}

/// What a shard takes for decided, and measures no further, is decided when all are together; and no other is called.
#[test]
fn what_a_shard_decides_stays_decided_in_the_union() {
    let changes: Vec<f64> = (0..24)
        .map(|case| f64::from(case % 6) * 0.004 - 0.008)
        .collect();
    let (mut rows, mut decided) = (Vec::new(), Vec::new());
    for shard in 0..8 {
        let own: Vec<f64> = changes.iter().copied().skip(shard).step_by(8).collect();
        let plan = Plan {
            others: changes.len() - own.len(),
            ..Plan::default()
        };
        let procedure = Procedure::new(plan, vec![LIMITS; own.len()], Layouts::Shuffled);
        let procedure = run(procedure, &own, |_, _| {});
        decided.extend(procedure.decisions());
        rows.extend(procedure.rows().to_vec());
    }
    let together = decide(&rows, Plan::default().alpha);
    let mut stopped = 0;
    for (alone, together) in decided.iter().zip(&together) {
        assert!(together.p <= alone.p, "{alone:?} {together:?}");
        if alone.verdict != Verdict::Undecided {
            assert_eq!(alone.verdict, together.verdict);
            stopped += 1;
        }
    }
    let called = |verdict| together.iter().any(|row| row.verdict == verdict);
    assert!(called(Verdict::Regressed) && called(Verdict::Improved) && called(Verdict::Unchanged));
    assert!(stopped > 6, "{stopped}");
}

/// Runs the procedure on the model's noise; `watch` sees each round and its results.
fn run(
    mut procedure: Procedure,
    changes: &[f64],
    mut watch: impl FnMut(&Round, &[Option<Vec<f64>>]),
) -> Procedure {
    let (noise, mut random) = (Model::default(), Rng::with_seed(11));
    while let Some(round) = procedure.next(Duration::ZERO) {
        let results: Vec<Option<Vec<f64>>> = round
            .cases
            .iter()
            .map(|&case| {
                let layout = noise.layout(case, &mut random);
                let pair = |_| noise.pair(case, layout, &mut random) + changes[case].ln_1p();
                Some((0..round.pairs).map(pair).collect())
            })
            .collect();
        watch(&round, &results);
        procedure.take(&round, &results);
    }
    procedure
}

/// What is simulated is what is judged: files of a run come to the procedure's own decisions.
#[test]
fn files_come_to_the_same_verdicts() {
    let changes: Vec<f64> = (0..20)
        .map(|case| f64::from(case % 5) * 0.006 - 0.012)
        .collect();
    for layouts in [Layouts::Shuffled, Layouts::One] {
        let mut files = [String::new(), String::new()];
        for file in &mut files {
            *file += "Unit sec/op better=lower\n";
        }
        let plan = Plan::default();
        let procedure = Procedure::new(plan.clone(), vec![LIMITS; changes.len()], layouts);
        let procedure = run(procedure, &changes, |round, results| {
            let looks = plan.looks();
            for (side, file) in files.iter_mut().enumerate() {
                let seed = match layouts {
                    Layouts::Shuffled => {
                        u32::from(round.stage == Stage::Confirm) * 1000 + round.layout
                    }
                    Layouts::One => 0,
                };
                let Round { stage, layout, .. } = round;
                let _ = writeln!(
                    file,
                    "stage: {stage}\nlooks: {looks}\nlayout: {layout}\nseed: {seed}"
                );
                for (case, pairs) in round.cases.iter().zip(results) {
                    for (pair, ratio) in (round.first_pair..).zip(pairs.iter().flatten()) {
                        let time = if side == 0 { 1e-6 } else { 1e-6 * ratio.exp() };
                        let _ = writeln!(file, "pair: {pair}\nBenchmarkCase{case} 1 {time} sec/op");
                    }
                }
            }
        });
        let mut collection = Collection::default();
        for (label, file) in ["base", "head"].into_iter().zip(&files) {
            collection.read(label, label, file.as_bytes()).unwrap();
        }
        let labels = ["base".to_owned(), "head".to_owned()];
        let judged = judge(&collection, &Gates::default(), "*", &labels)
            .unwrap()
            .judgements;
        let decisions = procedure.decisions();
        assert_eq!(judged.len(), decisions.len());
        for (case, decision) in decisions.iter().enumerate() {
            let name = format!("Case{case}");
            let row = judged.iter().find(|row| row.case == name).unwrap();
            assert_eq!(row.problem, None);
            assert_eq!(row.verdict, decision.verdict, "{name}, {layouts:?}");
            let p = row.paired.unwrap().p;
            assert_eq!(p.is_some(), decision.p.is_some());
            assert!((p.unwrap_or(0.0) - decision.p.unwrap_or(0.0)).abs() < 1e-9);
        }
        let verdicts: Vec<Verdict> = decisions.iter().map(|decision| decision.verdict).collect();
        // The test would say little if all came to the same.
        assert!(verdicts.contains(&Verdict::Undecided));
        if layouts == Layouts::Shuffled {
            assert!(
                verdicts.contains(&Verdict::Regressed) && verdicts.contains(&Verdict::Unchanged)
            );
            let pairs = PairedResults::of(&collection);
            let pairs = pairs
                .pairs(("base", "Case0"), ("head", "Case0"), "sec/op")
                .unwrap();
            assert!(Recorded::of(&[vec![&pairs]]).is_some());
        }
    }
}

/// Null files of a run as the noise of others: what was recorded is what is drawn, on either side.
#[test]
fn recorded_pairs_are_noise_for_simulations() {
    let mut files = ["looks: 1\n".to_owned(), "looks: 1\n".to_owned()];
    for layout in 1..=3 {
        for pair in 1..=2 {
            let _ = writeln!(
                files[0],
                "seed: {layout}\nlayout: {layout}\npair: {pair}\nBenchmarkA 1 1 sec/op"
            );
            let time = 1.0 + f64::from(layout) * 0.01 + f64::from(pair) * 0.001;
            let _ = writeln!(
                files[1],
                "seed: {layout}\nlayout: {layout}\npair: {pair}\nBenchmarkA 1 {time} sec/op"
            );
        }
    }
    let mut collection = Collection::default();
    for (label, file) in ["base", "head"].into_iter().zip(&files) {
        collection.read(label, label, file.as_bytes()).unwrap();
    }
    let pairs = PairedResults::of(&collection)
        .pairs(("base", "A"), ("head", "A"), "sec/op")
        .unwrap();
    let noise = Recorded::of(&[vec![&pairs]]).unwrap();
    let mut random = Rng::with_seed(5);
    let mut seen = std::collections::BTreeSet::new();
    for case in 0..200 {
        // One was recorded: all cases have its noise.
        let layout = noise.layout(case, &mut random);
        let draws: Vec<i64> = (0..20)
            .map(|_| (noise.pair(case, layout, &mut random).exp() * 1e6).round() as i64)
            .collect();
        assert!(
            draws
                .iter()
                .all(|&draw| (draw > 1_000_000) == (draws[0] > 1_000_000)),
            "one side a layout"
        );
        seen.extend(draws);
    }
    // Three layouts of two pairs, either side up: the ratios and their reciprocals.
    assert_eq!(seen.len(), 12);
    assert!(
        seen.contains(&1_011_000) && seen.contains(&1_032_000),
        "{seen:?}"
    );
    assert!(Recorded::of(&[]).is_none());
}

#[test]
fn p_values_that_are_too_small_are_not_uniform() {
    let mut random = Rng::with_seed(9);
    let mut p_values = |shift: f64| -> Vec<f64> {
        (0..2_000)
            .map(|_| {
                let values: Vec<f64> = (0..8).map(|_| random.f64() - 0.5 + shift).collect();
                benchstat::statistics::signed_rank(&values).unwrap()
            })
            .collect()
    };
    let exact = uniformity(&p_values(0.0), 8).unwrap();
    assert!(exact.distance < exact.critical, "{exact:?}");
    let shifted = uniformity(&p_values(0.1), 8).unwrap();
    assert!(shifted.distance > shifted.critical, "{shifted:?}");
    assert_eq!(uniformity(&[], 8), None);
    assert_eq!(uniformity(&[0.5], 0), None);
}

#[test]
fn rounds_number_layouts_and_pairs() {
    let mut rounds = Vec::new();
    let procedure = Procedure::new(Plan::default(), vec![LIMITS; 2], Layouts::Shuffled);
    run(procedure, &[0.05, 0.05], |round, _| {
        rounds.push(round.clone());
    });
    let of = |stage| -> Vec<u32> {
        rounds
            .iter()
            .filter(|round| round.stage == stage)
            .map(|round| round.layout)
            .collect()
    };
    assert_eq!(of(Stage::Screen), (1..=192).collect::<Vec<_>>());
    // A plain change is decided at the first look.
    assert_eq!(of(Stage::Confirm), (1..=96).collect::<Vec<_>>());
    assert!(rounds.iter().all(|round| round.first_pair == 1));

    let mut pairs = Vec::new();
    let procedure = Procedure::new(Plan::default(), vec![LIMITS], Layouts::One);
    run(procedure, &[0.0], |round, _| {
        assert_eq!(round.layout, 1);
        pairs.extend(round.first_pair..round.first_pair + round.pairs);
    });
    assert_eq!(pairs, (1..=192).collect::<Vec<_>>());
}

#[test]
fn unchanged_cases_are_measured_no_further() {
    let mut last = Vec::new();
    let procedure = Procedure::new(Plan::default(), vec![LIMITS; 3], Layouts::Shuffled);
    let mut procedure = procedure;
    while let Some(round) = procedure.next(Duration::ZERO) {
        last.clone_from(&round.cases);
        // The second alternates between two layouts that are far apart.
        let value = |&case: &usize| {
            if case == 1 && round.layout % 2 == 0 {
                0.05
            } else {
                0.0001 * f64::from(round.layout)
            }
        };
        let results: Vec<_> = round
            .cases
            .iter()
            .map(|case| Some(vec![value(case); round.pairs as usize]))
            .collect();
        assert!(round.layout <= 48 || round.cases == [1]);
        procedure.take(&round, &results);
    }
    assert_eq!(last, [1]);
    assert_eq!(procedure.decisions()[0].verdict, Verdict::Unchanged);
}

#[test]
fn a_case_that_is_lost_is_undecided_and_the_others_go_on() {
    let mut procedure = Procedure::new(Plan::default(), vec![LIMITS; 3], Layouts::Shuffled);
    let mut rounds = 0;
    while let Some(round) = procedure.next(Duration::ZERO) {
        rounds += 1;
        assert!(rounds <= 3 || !round.cases.contains(&0));
        assert!(rounds <= 200 || !round.cases.contains(&1));
        let results: Vec<_> = round
            .cases
            .iter()
            .map(|&case| match (case, rounds) {
                // The first goes while all are screened, the second while it is confirmed.
                (0, 3) | (1, 200) => None,
                _ => Some(vec![
                    0.05 + 0.0001 * f64::from(round.layout);
                    round.pairs as usize
                ]),
            })
            .collect();
        procedure.take(&round, &results);
    }
    let decisions = procedure.decisions();
    assert_eq!(decisions[0].verdict, Verdict::Undecided);
    assert_eq!(decisions[2].verdict, Verdict::Regressed);
    // The second was seen to be slower on 7 layouts, which six looks and two cases make p = 2^-6 × 6 × 2 = 0.19 at best.
    assert_eq!(decisions[1].verdict, Verdict::Undecided);
}

/// Where no case is left, nothing is asked for; nor where there are none.
#[test]
fn nothing_is_asked_for_where_nothing_is_left() {
    let mut none = Procedure::new(Plan::default(), Vec::new(), Layouts::Shuffled);
    assert_eq!(none.next(Duration::ZERO), None);
    let mut one = Procedure::new(Plan::default(), vec![LIMITS], Layouts::Shuffled);
    let round = one.next(Duration::ZERO).unwrap();
    one.take(&round, &[None]);
    assert_eq!(one.next(Duration::ZERO), None);
    assert_eq!(one.decisions()[0].verdict, Verdict::Undecided);
}

#[test]
fn a_budget_leaves_time_to_confirm_and_then_ends() {
    let plan = Plan {
        budget: Some(Duration::from_secs(100)),
        ..Plan::default()
    };
    let mut procedure = Procedure::new(plan, vec![LIMITS; 2], Layouts::Shuffled);
    let (mut spent, mut stages) = (Duration::ZERO, Vec::new());
    while let Some(round) = procedure.next(spent) {
        assert!(spent < Duration::from_secs(100));
        spent += Duration::from_secs(10);
        stages.push(round.stage);
        let value = |&case: &usize| [0.05, 0.0][case] + 0.0001 * f64::from(round.layout);
        let results: Vec<_> = round
            .cases
            .iter()
            .map(|case| Some(vec![value(case); round.pairs as usize]))
            .collect();
        procedure.take(&round, &results);
    }
    assert_eq!(
        stages
            .iter()
            .filter(|&&stage| stage == Stage::Screen)
            .count(),
        6
    );
    assert_eq!(
        stages
            .iter()
            .filter(|&&stage| stage == Stage::Confirm)
            .count(),
        4
    );
    // Six comparisons are too few to show anything at six looks: 2^-6 is more than 5 % / 6.
    let verdicts: Vec<_> = procedure
        .decisions()
        .iter()
        .map(|decision| decision.verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Undecided, Verdict::Undecided]);
}
