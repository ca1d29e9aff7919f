//! Verdicts on results of pairs, from files of both sides.

mod claims;
mod files;
mod problems;

use benchstat::paired::{PairProblem, PairedResults};
use benchstat::{
    Collection, Gates, Outcome, Style, Verdict, judge, write_json, write_verdicts,
    write_verdicts_markdown,
};

use files::{Files, around, one, stage};

#[test]
fn only_a_confirmation_shows_a_change() {
    for (screened, confirmed, verdict) in [
        (0.0, None, Verdict::Unchanged),
        (0.05, None, Verdict::Undecided),
        (0.05, Some(0.05), Verdict::Regressed),
        (-0.05, Some(-0.05), Verdict::Improved),
        // What screening suggested and the confirmation does not show is not there.
        (0.05, Some(0.0), Verdict::Unchanged),
        // A change for certain, but one that does not matter.
        (0.05, Some(0.006), Verdict::Unchanged),
        (0.05, Some(0.0095), Verdict::Regressed),
    ] {
        let judgement = one(screened, confirmed).judgement("", "sec/op");
        assert_eq!(judgement.verdict, verdict, "{screened} {confirmed:?}");
        assert!(judgement.gates);
        let paired = judgement.paired.unwrap();
        assert_eq!(paired.confirmed, confirmed.is_some());
        assert_eq!(paired.p.is_some(), confirmed.is_some());
        // The share is that of the stage that speaks, not that of all pairs.
        let share = judgement.change.unwrap().share().unwrap();
        assert!(
            (share - confirmed.unwrap_or(screened)).abs() < 0.001,
            "{share}"
        );
    }
}

#[test]
fn p_is_that_of_layouts_for_all_looks() {
    // Three pairs on each of 14 layouts, all above: 2 of the 2^14 choices of signs, and four looks.
    let paired = one(0.05, Some(0.05))
        .judgement("", "sec/op")
        .paired
        .unwrap();
    assert_eq!((paired.comparisons, paired.pairs), (14, 42));
    assert!((paired.p.unwrap() - 4.0 * 2.0 / 16384.0).abs() < 1e-12);
    assert!((paired.confidence - 0.975).abs() < 1e-12);
}

#[test]
fn the_family_is_that_of_confirmed_cases() {
    // Of 10 layouts one is below, by least: p = 2 × 2 / 2^10 × 4 looks = 0.016. Enough for one row, not for four; rows that
    // were screened alone do not count.
    let mut changes = around(0.05, 10);
    changes[0] = -0.0001;
    let mut comparisons = stage("screen", &around(0.05, 8));
    comparisons.extend(stage("confirm", &changes));
    let suite = |confirmed: usize| {
        let mut files = Files::new();
        for case in 0..confirmed {
            files = files.case(&format!("A{case}"), &comparisons);
        }
        for case in 0..30 {
            files = files.case(&format!("B{case}"), &comparisons[..8]);
        }
        files.verdicts("").count(Verdict::Regressed, true)
    };
    assert_eq!(suite(1), 1);
    assert_eq!(suite(3), 3);
    assert_eq!(suite(4), 0);
}

#[test]
fn wall_time_stands_beside_and_decides_nothing() {
    let judgement = one(0.05, Some(0.05)).judgement("", "wall-sec/op");
    assert_eq!(
        (judgement.verdict, judgement.gates),
        (Verdict::Undecided, false)
    );
    let error = Gates::parse("paired.'wall-sec/op'.gate = true").unwrap_err();
    assert!(
        error.to_string().starts_with("wall-sec/op shows"),
        "{error}"
    );
}

#[test]
fn gates_have_limits_of_their_own_for_pairs() {
    let files = one(0.05, Some(0.05));
    for (gates, verdict, gate) in [
        // What holds for times that are not paired says nothing of those that are.
        (
            "units.'sec/op' = { gate = false, delta = 0.5 }",
            Verdict::Regressed,
            true,
        ),
        ("paired.'sec/op'.allow = 0.1", Verdict::Unchanged, true),
        (
            "paired.'sec/op' = { allow = 0.049, delta = 0.01 }",
            Verdict::Undecided,
            true,
        ),
        ("paired.'sec/op'.delta = 0.06", Verdict::Unchanged, true),
        ("paired.'sec/op'.gate = false", Verdict::Undecided, false),
        ("filter = '.name:B'", Verdict::Undecided, false),
    ] {
        let judgement = files.judgement(gates, "sec/op");
        assert_eq!(
            (judgement.verdict, judgement.gates),
            (verdict, gate),
            "{gates}"
        );
    }
    // And times that are not paired do not gate because pairs do.
    let unpaired = |time: u32| format!("BenchmarkA 1 {time} ns/op\n").repeat(10);
    let files = Files {
        base: unpaired(100),
        head: unpaired(200),
    };
    assert!(
        !files
            .judgement("paired.'sec/op'.delta = 0.01", "sec/op")
            .gates
    );
}

#[test]
fn nothing_of_the_environment_has_to_agree() {
    let files = one(0.05, Some(0.05)).replaced(
        ("looks", "rustc: 1\nlooks"),
        ("looks", "rustc: 2\ncpu: x\nlooks"),
    );
    assert_eq!(files.judgement("", "sec/op").verdict, Verdict::Regressed);
}

#[test]
fn answers_that_differ_cannot_be_compared() {
    for head in ["answer: 2e\n", ""] {
        let files = one(0.05, Some(0.05)).replaced(("", ""), ("answer: 1f\n", head));
        let judgement = files.judgement("", "sec/op");
        assert_eq!(judgement.verdict, Verdict::Incomparable);
        let said = judgement.differences[0].to_string();
        assert!(said.starts_with("answer: 1f against "), "{said}");
        assert_eq!(files.verdicts("").outcome(false), Outcome::Incomparable);
    }
}

#[test]
fn the_same_program_is_unchanged_whatever_was_measured() {
    let with = |base: &str, head: &str| {
        let files = one(0.05, Some(0.05));
        files.replaced(
            ("looks", &format!("{base}looks")),
            ("looks", &format!("{head}looks")),
        )
    };
    let judgement = with("code: ab\n", "code: ab\n").judgement("", "sec/op");
    assert_eq!(judgement.verdict, Verdict::Unchanged);
    assert!(judgement.paired.unwrap().same_code);
    for (base, head) in [("code: ab\n", "code: cd\n"), ("code: ab\n", "")] {
        assert_eq!(
            with(base, head).judgement("", "sec/op").verdict,
            Verdict::Regressed
        );
    }
}

/// One case on one layout of each side, with the pairs that are far off left out: a third would be too many where pairs are
/// all that there is.
fn on_one_layout(change: f64) -> Files {
    let mut comparisons = stage("screen", &around(change, 8));
    comparisons.extend(stage("confirm", &around(change, 14)));
    for comparison in &mut comparisons {
        comparison.ratios.pop();
    }
    one_layout(Files::new().case("A", &comparisons))
}

/// The same files without seeds: the layouts of each side are one.
fn one_layout(files: Files) -> Files {
    let without = |text: &str| -> String {
        let lines = text.split_inclusive('\n');
        lines.filter(|line| !line.starts_with("seed:")).collect()
    };
    Files {
        base: without(&files.base),
        head: without(&files.head),
    }
}

#[test]
fn one_layout_shows_no_less_than_layouts_are_known_to_differ_by() {
    for (change, verdict) in [
        (0.0, Verdict::Undecided),
        (0.02, Verdict::Undecided),
        (-0.02, Verdict::Undecided),
        (0.2, Verdict::Regressed),
        (-0.2, Verdict::Improved),
    ] {
        let files = on_one_layout(change);
        assert_eq!(files.judgement("", "sec/op").verdict, verdict, "{change}");
    }
    // A side that is not shuffled is enough.
    let half = Files {
        base: one_layout(one(0.02, Some(0.02))).base,
        ..one(0.02, Some(0.02))
    };
    assert_eq!(half.judgement("", "sec/op").verdict, Verdict::Undecided);
    let visible = one_layout(one(0.0, None))
        .judgement("", "sec/op")
        .visible
        .unwrap();
    assert!(visible > 0.134, "{visible}");
}

#[test]
fn an_accepted_change_covers_its_share_until_more_is_shown() {
    let gates =
        "accepted = [{ case = 'A', unit = 'sec/op', change = 0.05, reason = 'checks more' }]";
    let covered = one(0.05, Some(0.0505)).judgement(gates, "sec/op");
    assert_eq!(
        (covered.verdict, covered.accepted.as_deref()),
        (Verdict::Regressed, Some("checks more"))
    );
    assert!(!covered.fails());
    assert!(one(0.05, Some(0.06)).judgement(gates, "sec/op").fails());
    // A value that was seen on some machine says nothing of a ratio.
    let value = gates.replace("change = 0.05", "value = 1.0");
    assert!(one(0.05, Some(0.05)).judgement(&value, "sec/op").fails());
    // What the baseline's gates accept is in the baseline already: as much again is another regression.
    let labels = ["base".to_owned(), "head".to_owned()];
    let (old, new) = (Gates::parse(gates).unwrap(), Gates::parse(gates).unwrap());
    let collection = one(0.05, Some(0.05)).collection();
    let verdicts = judge(&collection, &new.since(&old), "*", &labels).unwrap();
    assert_eq!(verdicts.outcome(false), Outcome::Failed);
}

#[test]
fn a_renamed_case_is_compared_with_its_old_name() {
    let gates = "renamed = [{ from = 'A', to = 'C/size=1' }]";
    let files = one(0.05, Some(0.05));
    let renamed = Files {
        head: files.head.replace("BenchmarkA", "BenchmarkC/size=1"),
        ..files.clone()
    };
    let judgement = renamed.judgement(gates, "sec/op");
    assert_eq!(
        (judgement.case.as_str(), judgement.verdict),
        ("C/size=1", Verdict::Regressed)
    );
    assert_eq!(judgement.renamed.as_deref(), Some("A"));
    // Where the baseline has the new name, too, there is nothing to map.
    let later = Files {
        base: files.base.clone() + &files.base.replace("BenchmarkA", "BenchmarkC/size=1"),
        ..renamed
    };
    let verdicts: Vec<_> = later
        .verdicts(gates)
        .judgements
        .iter()
        .filter(|row| row.unit == "sec/op")
        .map(|row| (row.case.clone(), row.verdict))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("A".to_owned(), Verdict::Missing),
            ("C/size=1".to_owned(), Verdict::Regressed)
        ]
    );
}

#[test]
fn verdicts_say_what_they_rest_on() {
    let verdicts = one(0.05, Some(0.05)).verdicts("");
    let mut text = Vec::new();
    write_verdicts(&verdicts, Style::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let line = text.lines().next().unwrap();
    assert!(line.starts_with("regressed     A  sec/op"), "{line}");
    for part in [
        "+5.00%",
        "at 97.5% for this row alone",
        "(p=0.000 confirmed on 14 layouts)",
    ] {
        assert!(line.contains(part), "{line}");
    }
    let mut markdown = Vec::new();
    write_verdicts_markdown(&verdicts, verdicts.outcome(false), &mut markdown).unwrap();
    assert!(
        String::from_utf8(markdown)
            .unwrap()
            .contains("for this row alone")
    );
    let mut json = Vec::new();
    write_json(
        &[],
        Some((&verdicts, verdicts.outcome(false))),
        None,
        &mut json,
    )
    .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let row = &json["verdicts"]["judgements"][0];
    assert_eq!(
        (&row["paired"]["stage"], &row["paired"]["layouts"]),
        (&"confirm".into(), &14.into())
    );

    let broken = one(0.05, None).replaced(("", ""), ("pair: 2", "pair: 7"));
    let mut text = Vec::new();
    write_verdicts(&broken.verdicts(""), Style::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("incomparable  1 row of sec/op: pair 2 of layout 1 in stage screen is missing from the other side\n"), "{text}");
}

#[test]
fn pairs_can_be_had_again_from_files() {
    let collection = one(0.05, None).collection();
    let results = PairedResults::of(&collection);
    let mut rows: Vec<_> = results.rows("base").collect();
    rows.sort_unstable();
    assert_eq!(rows, [("A", "sec/op"), ("A", "wall-sec/op")]);
    let pairs = results
        .pairs(("base", "A"), ("head", "A"), "sec/op")
        .unwrap();
    assert_eq!(pairs.ratios().len(), 24);
    let (key, ratio) = pairs.ratios().next().unwrap();
    assert_eq!((key.confirms, key.layout, key.pair), (false, 1, 1));
    assert!((ratio - 1.051_f64.ln()).abs() < 1e-9, "{ratio}");
    let missing = results.pairs(("base", "A"), ("head", "B"), "sec/op");
    assert!(matches!(missing, Err(PairProblem::Missing { .. })));
}

#[test]
fn tables_of_pairs_say_what_their_intervals_are() {
    let caveat = one(0.0, None).collection().caveat().unwrap();
    assert!(caveat.contains("each row alone"), "{caveat}");
    let mut collection = Collection::default();
    let plain = &b"BenchmarkA 1 5 ns/op\n"[..];
    collection.read("base", "base", plain).unwrap();
    assert_eq!(collection.caveat(), None);
}
