//! What time, instructions and allocations say together: by the rules, for each kind of row.

use std::fmt::Write as _;

use benchstat::{Collection, Gates, Reasons, Verdict, Verdicts, judge, write_verdicts};

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
            "instructions +0.00%, allocations same: layout or memory, not more work",
        ),
        (
            0.03,
            [1000, 1002],
            None,
            "instructions +0.20%: layout or memory, not more work",
        ),
        (
            0.03,
            [1000, 1005],
            None,
            "instructions +0.50%: more work, which is not all",
        ),
        (
            0.03,
            [1000, 1016],
            Some([0, 2]),
            "instructions +1.60%, allocations 0 → 2: more work",
        ),
        // Less of the one and more of the other is no reason.
        (
            0.03,
            [1000, 900],
            None,
            "instructions -10.00%: layout or memory, not more work",
        ),
        (
            -0.03,
            [1000, 1000],
            None,
            "instructions +0.00%: layout or memory, not less work",
        ),
        (
            -0.03,
            [1000, 990],
            None,
            "instructions -1.00%: less work, which is not all",
        ),
        (
            -0.03,
            [1000, 950],
            Some([9, 1]),
            "instructions -5.00%, allocations 9 → 1: less work",
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
        Some("time unchanged: no faster")
    );
    assert_eq!(
        reason(&fewer, "instructions/op").as_deref(),
        Some("time unchanged: no faster")
    );
    assert_eq!(reason(&fewer, "sec/op"), None);
    let more = verdicts(0.0, [1000, 1001], Some([0, 1]));
    assert_eq!(
        reason(&more, "allocs/op").as_deref(),
        Some("time unchanged: no slower")
    );
    // Where the time changed, too, its own row says what there is to say.
    let both = verdicts(0.05, [1000, 1100], Some([0, 1]));
    assert_eq!(reason(&both, "allocs/op"), None);
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
        line.ends_with("instructions +0.00%, allocations same: layout or memory, not more work"),
        "{line}"
    );
    assert_eq!(verdicts.count(Verdict::Regressed, true), 1);
}
