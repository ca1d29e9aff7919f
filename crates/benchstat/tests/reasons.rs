//! What time, instructions and allocations say together: by the rules, for each kind of row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use benchstat::{
    Change, Collection, Gates, Judgement, Reasons, Verdict, Verdicts, judge, write_verdicts,
};

/// A case on both sides: times in pairs, and exact counts.
fn verdicts(time: f64, instructions: [u32; 2], allocations: Option<[u32; 2]>) -> Verdicts {
    let mut collection = Collection::default();
    for (side, label) in ["base", "head"].into_iter().enumerate() {
        let mut text = String::from(
            "Unit instructions/op assume=exact better=lower\nUnit allocs/op assume=exact better=lower\n",
        );
        let _ = writeln!(text, "BenchmarkA 1 {} instructions/op", instructions[side]);
        if let Some(allocations) = allocations {
            let _ = writeln!(text, "BenchmarkA 1 {} allocs/op", allocations[side]);
        }
        for stage in ["screen", "confirm"] {
            for layout in 1..=20 {
                let seed = layout + if stage == "screen" { 0 } else { 100 };
                let noise = f64::from(layout) * 1e-4 - 1e-3;
                let value = if side == 0 { 1.0 } else { 1.0 + time + noise };
                let _ = writeln!(
                    text,
                    "stage: {stage}\nlayout: {layout}\nseed: {seed}\npair: 1\nBenchmarkA 1 {value} sec/op"
                );
            }
        }
        collection.read(label, label, text.as_bytes()).unwrap();
    }
    let labels = ["base".to_owned(), "head".to_owned()];
    judge(&collection, &Gates::default(), "*", &labels).unwrap()
}

fn reason(verdicts: &Verdicts, unit: &str) -> Option<String> {
    let reasons = Reasons::new(verdicts);
    let row = verdicts.judgements.iter().find(|row| row.unit == unit);
    reasons.of(row.unwrap()).map(|reason| reason.to_string())
}

#[test]
fn a_changed_time_is_held_against_the_work() {
    for (time, instructions, allocations, expected) in [
        (
            0.03,
            [1000, 1000],
            Some([4, 4]),
            "the same work and as many allocations, but slower: layout or memory",
        ),
        (
            0.03,
            [1000, 1002],
            None,
            "more work and allocations not compared, and slower by far more: layout or memory (instructions +0.20%)",
        ),
        (
            0.03,
            [1000, 1005],
            Some([4, 4]),
            "more work and as many allocations, and slower: the work explains a part of it (instructions +0.50%)",
        ),
        (
            0.03,
            [1000, 1016],
            Some([0, 2]),
            "more work and more allocations, and slower: the work explains it (instructions +1.60%, allocations 0 → 2)",
        ),
        // Less of the one and more of the other is no reason.
        (
            0.03,
            [1000, 900],
            Some([4, 4]),
            "less work and as many allocations, but slower: layout or memory (instructions -10.00%)",
        ),
        (
            -0.03,
            [1000, 1000],
            Some([4, 4]),
            "the same work and as many allocations, but faster: layout or memory",
        ),
        (
            -0.03,
            [1000, 990],
            Some([4, 4]),
            "less work and as many allocations, and faster: the work explains a part of it (instructions -1.00%)",
        ),
        (
            -0.03,
            [1000, 950],
            Some([9, 1]),
            "less work and fewer allocations, and faster: the work explains it (instructions -5.00%, allocations 9 → 1)",
        ),
    ] {
        let verdicts = verdicts(time, instructions, allocations);
        assert_eq!(
            reason(&verdicts, "sec/op").as_deref(),
            Some(expected),
            "{time} {instructions:?}"
        );
    }
}

#[test]
fn changed_work_is_held_against_an_unchanged_time() {
    let fewer = verdicts(0.0, [1000, 900], Some([5, 2]));
    assert_eq!(
        reason(&fewer, "allocs/op").as_deref(),
        Some("less work and fewer allocations, but no faster (instructions -10.00%)")
    );
    assert_eq!(
        reason(&fewer, "instructions/op").as_deref(),
        Some("less work and fewer allocations, but no faster (allocations 5 → 2)")
    );
    let more = verdicts(0.0, [1000, 1000], Some([0, 1]));
    assert_eq!(
        reason(&more, "allocs/op").as_deref(),
        Some("the same work and more allocations, but no slower")
    );
}

#[test]
fn reasons_stand_behind_the_change() {
    let verdicts = verdicts(0.03, [1000, 1000], Some([4, 4]));
    let mut text = Vec::new();
    write_verdicts(&verdicts, benchstat::Style::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("regressed"))
        .unwrap();
    assert!(
        line.ends_with("the same work and as many allocations, but slower: layout or memory"),
        "{line}"
    );
    assert_eq!(verdicts.count(Verdict::Regressed, true), 1);
}

/// A row with a verdict; nothing where the unit is not there.
fn row(unit: &str, verdict: Option<Verdict>, to: f64) -> Option<Judgement> {
    let change = Change {
        from: 100.0,
        to,
        interval: None,
    };
    Some(Judgement {
        case: "A".to_owned(),
        package: None,
        unit: unit.to_owned(),
        column: "head".to_owned(),
        verdict: verdict?,
        gates: true,
        change: Some(change),
        visible: None,
        differences: Vec::new(),
        paired: None,
        problem: None,
        renamed: None,
        accepted: None,
    })
}

/// What a verdict allows to be said, in words that are said of nothing else.
fn shown(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Regressed) => "more",
        Some(Verdict::Improved) => "less",
        Some(Verdict::Unchanged) => "same",
        Some(Verdict::Undecided) => "undecided",
        Some(Verdict::Incomparable | Verdict::Missing | Verdict::New) | None => "not compared",
    }
}

/// What a sentence claims of each of the three.
fn claimed(sentence: &str) -> [&'static str; 3] {
    let claim = |claims: &[(&str, &'static str)]| {
        let found: Vec<_> = claims
            .iter()
            .filter(|(words, _)| sentence.contains(words))
            .collect();
        assert_eq!(found.len(), 1, "{sentence}: {found:?}");
        found[0].1
    };
    [
        claim(&[
            ("and slower", "more"),
            ("but slower", "more"),
            ("and faster", "less"),
            ("but faster", "less"),
            ("but no slower", "same"),
            ("but no faster", "same"),
            ("in the same time", "same"),
            ("time undecided", "undecided"),
            ("time not compared", "not compared"),
        ]),
        claim(&[
            ("more work", "more"),
            ("less work", "less"),
            ("the same work", "same"),
            ("work undecided", "undecided"),
            ("work not compared", "not compared"),
        ]),
        claim(&[
            ("more allocations", "more"),
            ("fewer allocations", "less"),
            ("as many allocations", "same"),
            ("allocations undecided", "undecided"),
            ("allocations not compared", "not compared"),
        ]),
    ]
}

#[test]
fn every_combination_of_verdicts_has_one_sentence_that_claims_what_they_show() {
    let all: Vec<_> = Verdict::ALL.into_iter().map(Some).chain([None]).collect();
    let to = |verdict: Option<Verdict>, share: f64| match verdict {
        Some(Verdict::Improved) => 100.0 - share,
        _ => 100.0 + share,
    };
    let mut sentences: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut rows = 0;
    for &time in &all {
        for &work in &all {
            for &allocations in &all {
                for explains in [0.5, 2.0, 9.0] {
                    let judgements = [
                        row("sec/op", time, to(time, 10.0)),
                        row("instructions/op", work, to(work, explains)),
                        row("allocs/op", allocations, to(allocations, 1.0)),
                    ];
                    let judgements: Vec<_> = judgements.into_iter().flatten().collect();
                    let verdicts = Verdicts { judgements };
                    let reasons = Reasons::new(&verdicts);
                    let said: BTreeSet<String> = verdicts
                        .judgements
                        .iter()
                        .filter_map(|row| Some(reasons.of(row)?.triangle().to_string()))
                        .collect();
                    if verdicts.judgements.len() < 2 {
                        assert_eq!(said.len(), 0, "{verdicts:?}");
                        continue;
                    }
                    // Of all rows of the case the same.
                    assert_eq!(said.len(), 1, "{said:?}");
                    let sentence = said.into_iter().next().unwrap();
                    let shown = [time, work, allocations].map(shown);
                    assert_eq!(claimed(&sentence), shown, "{sentence}");
                    let together = shown[0] == shown[1] && matches!(shown[0], "more" | "less");
                    assert_eq!(
                        sentence.contains("the work explains"),
                        together && explains > 1.0,
                        "{sentence}"
                    );
                    let known = matches!(shown[1], "more" | "less" | "same");
                    let moved = matches!(shown[0], "more" | "less");
                    assert_eq!(
                        sentence.contains("layout or memory"),
                        moved && known && !(together && explains > 1.0),
                        "{sentence}"
                    );
                    // Another combination has another sentence.
                    let detail = if together { explains } else { 0.0 };
                    let of = sentences.entry(sentence).or_default();
                    of.insert(format!("{shown:?} {detail}"));
                    rows += 1;
                }
            }
        }
    }
    assert!(rows > 1400, "{rows}");
    assert!(sentences.values().all(|of| of.len() == 1), "{sentences:#?}");
    // Five of each, where time and work went the same way three times.
    assert_eq!(sentences.len(), 5 * 5 * 5 + 2 * 2 * 5);
}

#[test]
fn a_unit_whose_more_is_better_is_told_by_its_values() {
    let judgements = vec![
        row("sec/op", Some(Verdict::Improved), 110.0).unwrap(),
        row("instructions/op", Some(Verdict::Regressed), 90.0).unwrap(),
    ];
    let verdicts = Verdicts { judgements };
    assert_eq!(
        reason(&verdicts, "sec/op").as_deref(),
        Some(
            "less work and allocations not compared, but slower: layout or memory (instructions -10.00%)"
        )
    );
}
