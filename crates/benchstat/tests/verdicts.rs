//! Verdicts and outcomes, from files of results and gates.

use benchstat::{Collection, Gates, Judgement, Outcome, Verdict, Verdicts, judge};

const HEAD: &str =
    "rustc: 1.95.0\ntarget: x86_64-unknown-linux-gnu\nUnit allocs/op assume=exact better=lower\n";

fn verdicts(gates: &str, baseline: &str, head: &str) -> Verdicts {
    let mut collection = Collection::default();
    for (label, text) in [("baseline", baseline), ("here", head)] {
        collection.read(label, label, text.as_bytes()).unwrap();
    }
    assert_eq!(collection.problems(), []);
    let labels = ["baseline".to_owned(), "here".to_owned()];
    judge(&collection, &Gates::parse(gates).unwrap(), "*", &labels).unwrap()
}

/// The verdict on one case in `allocs/op`, from its values on each side.
fn exact(gates: &str, baseline: &str, head: &str) -> Judgement {
    let text = |values: &str| {
        let lines = values
            .split(' ')
            .map(|value| format!("BenchmarkA 1 {value} allocs/op\n"));
        format!("{HEAD}{}", lines.collect::<String>())
    };
    let verdicts = verdicts(gates, &text(baseline), &text(head));
    assert_eq!(verdicts.judgements.len(), 1);
    verdicts.judgements[0].clone()
}

/// The verdict on one case in `sec/op`.
fn timed(gates: &str, baseline: &[f64], head: &[f64]) -> Judgement {
    let text = |values: &[f64]| {
        let lines = values
            .iter()
            .map(|value| format!("BenchmarkA 1 {value} sec/op\n"));
        format!("rustc: 1.95.0\n{}", lines.collect::<String>())
    };
    verdicts(gates, &text(baseline), &text(head)).judgements[0].clone()
}

#[test]
fn exact_values_are_judged_by_their_difference_alone() {
    for (gates, baseline, head, verdict) in [
        ("", "10 10", "10 10", Verdict::Unchanged),
        ("", "10 10", "11 11", Verdict::Regressed),
        ("", "10", "11", Verdict::Regressed),
        ("", "10 10", "9 9", Verdict::Improved),
        ("", "0 0", "1 1", Verdict::Regressed),
        ("", "1 1", "0 0", Verdict::Improved),
        ("", "0 0", "0 0", Verdict::Unchanged),
        ("", "-10 -10", "-10 -10", Verdict::Unchanged),
        ("", "-10 -10", "-9 -9", Verdict::Regressed),
        ("", "-10 -10", "-11 -11", Verdict::Improved),
        (
            "units.'allocs/op'.allow = 0.1",
            "-11",
            "-10",
            Verdict::Unchanged,
        ),
        (
            "units.'allocs/op'.allow = 0.1",
            "10",
            "11",
            Verdict::Unchanged,
        ),
        (
            "units.'allocs/op'.allow = 0.1",
            "10",
            "12",
            Verdict::Regressed,
        ),
        (
            "units.'allocs/op'.allow = 0.1",
            "10",
            "8",
            Verdict::Improved,
        ),
        (
            "units.'allocs/op' = { allow = 0.1, delta = 0.0 }",
            "10",
            "11",
            Verdict::Unchanged,
        ),
        // Allowed or not: from nothing, any share is infinite.
        (
            "units.'allocs/op'.allow = 0.1",
            "0",
            "1",
            Verdict::Regressed,
        ),
    ] {
        let judgement = exact(gates, baseline, head);
        assert_eq!(
            judgement.verdict, verdict,
            "{baseline} to {head} under {gates:?}"
        );
        assert!(judgement.gates);
    }
}

#[test]
fn a_counter_that_is_not_exact_is_judged_by_its_range() {
    for (baseline, head, verdict) in [
        ("10 10", "10 11", Verdict::Undecided),
        ("10 12", "11 11", Verdict::Undecided),
        ("50000 50000", "90000 90010", Verdict::Regressed),
        ("90000 90010", "50000 50000", Verdict::Improved),
    ] {
        assert_eq!(
            exact("", baseline, head).verdict,
            verdict,
            "{baseline} to {head}"
        );
    }
    // Within what is of no matter, it does not matter.
    assert_eq!(
        exact("units.'allocs/op'.allow = 0.1", "100 101", "101 102").verdict,
        Verdict::Unchanged
    );
}

#[test]
fn gates_may_say_that_a_unit_is_exact() {
    let text = |value: u32| format!("BenchmarkA 1 {value} widgets/op\n");
    let gates = "units.'widgets/op' = { exact = true, agree = [] }";
    // Which direction is better is not known: any change is for the worse.
    for head in [4, 6] {
        assert_eq!(
            verdicts(gates, &text(5), &text(head)).outcome(false),
            Outcome::Failed
        );
    }
    assert_eq!(
        verdicts("", &text(5), &text(6)).outcome(false),
        Outcome::Passed
    );
}

#[test]
fn rows_without_a_counterpart_are_missing_or_new() {
    let both = format!("{HEAD}BenchmarkA 1 5 allocs/op\nBenchmarkB 1 5 allocs/op\n");
    let one = format!("{HEAD}BenchmarkA 1 5 allocs/op\n");
    let missing = verdicts("", &both, &one);
    assert_eq!(missing.count(Verdict::Missing, true), 1);
    assert_eq!(
        (missing.outcome(false), missing.outcome(false).code()),
        (Outcome::Failed, 1)
    );
    let new = verdicts("", &one, &both);
    assert_eq!(new.count(Verdict::New, true), 1);
    assert_eq!(new.outcome(false), Outcome::Passed);
}

#[test]
fn a_unit_that_one_side_lacks_altogether_is_missing_or_new() {
    let allocs = format!("{HEAD}BenchmarkA 1 5 allocs/op\n");
    let both =
        format!("{HEAD}BenchmarkA 1 5 allocs/op 7 widgets/op\nUnit widgets/op assume=exact\n");
    assert_eq!(verdicts("", &both, &allocs).outcome(false), Outcome::Failed);
    let new = verdicts("", &allocs, &both);
    assert_eq!(
        (
            new.count(Verdict::New, true),
            new.count(Verdict::Unchanged, true)
        ),
        (1, 1)
    );
}

#[test]
fn environments_that_differ_are_named_and_never_passed_over() {
    let here = format!("{HEAD}BenchmarkA 1 5 allocs/op\n");
    for (key, old, new) in [
        ("rustc: 1.95.0\n", "rustc: 1.94.0\n", "1.94.0"),
        ("rustc: 1.95.0\n", "", "not given"),
    ] {
        let baseline = here.replace(key, old);
        let verdicts = verdicts("", &baseline, &here);
        let judgement = &verdicts.judgements[0];
        assert_eq!(judgement.verdict, Verdict::Incomparable);
        let said: Vec<_> = judgement
            .differences
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(said, [format!("rustc: {new} against 1.95.0")]);
        assert_eq!(verdicts.outcome(false).code(), 4);
    }
    // A side of which one result does not say is not known.
    let half = format!("Unit allocs/op assume=exact\nBenchmarkA 1 5 allocs/op\n{here}");
    assert_eq!(
        verdicts("", &here, &half).judgements[0].verdict,
        Verdict::Incomparable
    );
    // What the unit does not depend on may differ: another processor allocates as often.
    let elsewhere = here.replace("rustc", "cpu: other\nkernel: 1\nrustc");
    assert_eq!(
        verdicts("", &elsewhere, &here).judgements[0].verdict,
        Verdict::Unchanged
    );
    // Unless the gates say that it does.
    let gates = "units.'allocs/op'.agree = ['cpu']";
    assert_eq!(
        verdicts(gates, &elsewhere, &here).judgements[0].verdict,
        Verdict::Incomparable
    );
}

#[test]
fn a_time_depends_on_the_machine() {
    let text = |cpu: &str| format!("cpu: {cpu}\nBenchmarkA 1 5 ns/op\n");
    let judgement = verdicts("", &text("a"), &text("b")).judgements[0].clone();
    assert_eq!(
        (judgement.verdict, judgement.gates),
        (Verdict::Incomparable, false)
    );
}

const TEN: [f64; 10] = [1.00, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09];

#[test]
fn times_that_do_not_gate_are_at_best_undecided() {
    let doubled = TEN.map(|time| time * 2.0);
    for head in [TEN, doubled] {
        let judgement = timed("", &TEN, &head);
        assert_eq!(
            (judgement.verdict, judgement.gates),
            (Verdict::Undecided, false)
        );
    }
}

#[test]
fn a_gating_sample_is_tested() {
    let gates = "units.'sec/op' = { gate = true, delta = 0.05 }";
    assert_eq!(
        timed(gates, &TEN, &TEN.map(|time| time * 2.0)).verdict,
        Verdict::Regressed
    );
    assert_eq!(
        timed(gates, &TEN, &TEN.map(|time| time / 2.0)).verdict,
        Verdict::Improved
    );
    // The 90 % interval of the ratio of equal samples with a spread of 9 % lies within 5 %.
    assert_eq!(timed(gates, &TEN, &TEN).verdict, Verdict::Unchanged);
    let narrow = "units.'sec/op' = { gate = true, delta = 0.001 }";
    let undecided = timed(narrow, &TEN, &TEN);
    assert_eq!(undecided.verdict, Verdict::Undecided);
    let visible = undecided.visible.unwrap();
    assert!((0.02..0.05).contains(&visible), "{visible}");
    // A change that the test sees, but that may be no more than is allowed, is no regression.
    let allowed = "units.'sec/op' = { gate = true, allow = 0.2, delta = 0.0 }";
    assert_eq!(
        timed(allowed, &TEN, &TEN.map(|time| time * 1.15)).verdict,
        Verdict::Undecided
    );
}

#[test]
fn a_sample_below_zero_does_not_regress_by_staying() {
    let base = [-1.0, -1.01, -1.02, -1.03, -1.04, -1.05];
    for better in ["lower", "higher"] {
        let gates = "units.x = { gate = true, allow = 0.5 }";
        let text = |values: &[f64]| {
            let lines = values
                .iter()
                .map(|value| format!("BenchmarkA 1 {value} x\n"));
            format!("Unit x better={better}\n{}", lines.collect::<String>())
        };
        let judged = verdicts(gates, &text(&base), &text(&base));
        assert_eq!(judged.judgements[0].verdict, Verdict::Undecided, "{better}");
    }
}

#[test]
fn the_direction_is_that_of_the_ranks() {
    // Two modes: the medians get slightly worse while nearly every value gets better.
    let old: Vec<f64> = (0..21)
        .map(|i| {
            if i < 11 {
                1.0 + f64::from(i) * 1e-4
            } else {
                2.0 + f64::from(i) * 1e-4
            }
        })
        .collect();
    let new: Vec<f64> = (0..21)
        .map(|i| {
            if i < 10 {
                0.5 + f64::from(i) * 1e-4
            } else {
                1.0011 + f64::from(i) * 1e-5
            }
        })
        .collect();
    let gates = "units.'sec/op' = { gate = true, delta = 0.001 }";
    assert_eq!(timed(gates, &old, &new).verdict, Verdict::Improved);
    assert_eq!(timed(gates, &new, &old).verdict, Verdict::Regressed);
}

#[test]
fn a_change_that_is_allowed_is_rarely_called() {
    // 400 suites of 10 rows whose true change is just below what is allowed: at most 5 % may have a false call, and 8.2 %
    // is three standard errors above.
    let gates = "units.'sec/op' = { gate = true, allow = 0.01, delta = 0.0 }";
    let mut random = 1_u64;
    let mut uniform = || {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 11) as f64 / (1_u64 << 53) as f64
    };
    // The sum of twelve uniform variables is nearly normal, with deviation 1.
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let mut suite = |change: f64| {
        let mut text = String::new();
        for row in 0..10 {
            for _ in 0..12 {
                text += &format!(
                    "BenchmarkA{row} 1 {} sec/op\n",
                    (1.0 + 0.01 * normal()) * change
                );
            }
        }
        text
    };
    let mut called = 0;
    for _ in 0..400 {
        let (old, new) = (suite(1.0), suite(1.0099));
        called += u32::from(verdicts(gates, &old, &new).count(Verdict::Regressed, true) > 0);
    }
    assert!(called <= 33, "{called} of 400 suites");
}

#[test]
fn the_family_is_corrected_for_its_size() {
    // p = 2 / C(10, 5) = 0.0079 for each: enough for one row, not for twelve (Holm: 12 × 0.0079 = 0.095).
    let gates = "units.'sec/op' = { gate = true, delta = 0.001 }";
    let text = |rows: usize, shift: f64| {
        let mut text = String::from("rustc: 1.95.0\n");
        for row in 0..rows {
            for value in [1.00, 1.01, 1.02, 1.03, 1.04] {
                text += &format!("BenchmarkA{row} 1 {} sec/op\n", value * shift);
            }
        }
        text
    };
    let regressed =
        |rows| verdicts(gates, &text(rows, 1.0), &text(rows, 2.0)).count(Verdict::Regressed, true);
    assert_eq!(regressed(1), 1);
    assert_eq!(regressed(6), 6);
    assert_eq!(regressed(12), 0);
}

#[test]
fn undecided_fails_only_where_a_decision_is_required() {
    let gates = "units.'sec/op' = { gate = true, delta = 0.001 }";
    let text = |values: [f64; 3]| {
        values
            .map(|value| format!("BenchmarkA 1 {value} sec/op\n"))
            .concat()
    };
    let verdicts = verdicts(gates, &text([1.0, 1.1, 1.2]), &text([1.0, 1.1, 1.2]));
    assert_eq!(verdicts.outcome(false), Outcome::Passed);
    assert_eq!(verdicts.outcome(true).code(), 3);
}

#[test]
fn higher_is_better_turns_the_verdict() {
    let text =
        |rate: u32| format!("Unit req/s assume=exact better=higher\nBenchmarkA 1 {rate} req/s\n");
    let gates = "units.'req/s'.agree = []";
    assert_eq!(
        verdicts(gates, &text(100), &text(50)).judgements[0].verdict,
        Verdict::Regressed
    );
    assert_eq!(
        verdicts(gates, &text(100), &text(200)).judgements[0].verdict,
        Verdict::Improved
    );
}

#[test]
fn an_accepted_regression_covers_its_value_and_no_more() {
    let gates =
        "accepted = [{ case = 'A', unit = 'allocs/op', value = 12, reason = 'a cache for X' }]";
    let covered = exact(gates, "10", "12");
    assert_eq!(
        (covered.verdict, covered.accepted.as_deref()),
        (Verdict::Regressed, Some("a cache for X"))
    );
    assert!(!covered.fails());
    assert!(exact(gates, "10", "13").fails());
}

#[test]
fn exceptions_apply_to_what_they_select() {
    let gates = "[[exceptions]]\nfilter = '.name:A'\nunits = ['allocs/op']\ngate = false\nreason = 'it is being rewritten'";
    let judgement = exact(gates, "10", "12");
    assert_eq!(
        (judgement.verdict, judgement.gates),
        (Verdict::Regressed, false)
    );
    let other = gates.replace(".name:A", ".name:B");
    assert!(exact(&other, "10", "12").fails());
}

#[test]
fn gates_that_make_no_sense_are_refused_with_their_place() {
    for (text, said) in [
        ("alpha = 2.0", "alpha = 2 is out of range"),
        ("units.'a'.allow = -0.1", "a: allow = -0.1 is out of range"),
        ("units.'a'.delta = nan", "a: delta = NaN is out of range"),
        ("filter = '.name:('", "filter \".name:(\""),
        (
            "units.\"a\\u001b[1m\".allow = -0.1",
            "a\\u{1b}[1m: allow = -0.1 is out of range",
        ),
        ("alpha = \u{1b}[1m", "alpha = \\u{1b}[1m"),
        ("filter = 'cpu:x'", "cpu is not part of a benchmark's name"),
        ("units.'a'.alow = 1.0", "line 1, column 11"),
        (
            "[[exceptions]]\nfilter = '*'\nreason = ' '",
            "*: the reason is empty",
        ),
        (
            "accepted = [{ case = 'A', unit = 'b', value = 1, reason = '' }]",
            "A: the reason is empty",
        ),
        (
            "accepted = [{ case = 'A', unit = 'b', reason = 'c' }]",
            "accepted A in b: either value or change is needed, and only one",
        ),
        (
            "accepted = [{ case = 'A', unit = 'b', value = 1, change = 0.1, reason = 'c' }]",
            "accepted A in b: either value or change is needed, and only one",
        ),
        (
            "accepted = [{ case = 'A', unit = 'b', change = inf, reason = 'c' }]",
            "A: change = inf is out of range",
        ),
        (
            "paired.'a'.allow = -0.1",
            "paired a: allow = -0.1 is out of range",
        ),
        ("paired.'a'.exact = true", "line 1, column 12"),
        (
            "renamed = [{ from = 'A', to = 'A' }]",
            "renamed A: once is enough",
        ),
        (
            "renamed = [{ from = 'A', to = 'C' }, { from = 'B', to = 'C' }]",
            "renamed C: once is enough",
        ),
        (
            "renamed = [{ from = 'A', to = 'B' }, { from = 'A', to = 'C' }]",
            "renamed B: once is enough",
        ),
    ] {
        let error = Gates::parse(text).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn latencies_of_a_generator_that_fell_behind_are_compared_with_nothing() {
    let run = |generator: &str, unit: &str| {
        let lines = format!("BenchmarkLoad/route=data 1 0.002 {unit}\n").repeat(5);
        format!("rustc: 1.95.0\ngenerator: kept up\n{lines}generator: {generator}\n{lines}")
    };
    let behind = "fell behind: 30 of 10000 requests";
    for unit in ["p99-sec", "req/s", "cpu-sec/req", "peak-rss-B"] {
        let kept_up = run("kept up", unit);
        for (baseline, here) in [
            (&kept_up, &run(behind, unit)),
            (&run(behind, unit), &run(behind, unit)),
        ] {
            let verdicts = verdicts("", baseline, here);
            assert_eq!(
                verdicts.judgements[0].verdict,
                Verdict::Incomparable,
                "{unit}"
            );
        }
        // Shown, and deciding nothing.
        let verdicts = verdicts("", &kept_up, &kept_up);
        assert_eq!(verdicts.judgements[0].verdict, Verdict::Undecided, "{unit}");
        assert_eq!(verdicts.outcome(true).code(), 0);
    }
}
