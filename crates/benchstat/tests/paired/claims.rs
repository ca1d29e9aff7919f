//! That results are pairs is what they say of themselves: it takes nothing from what the gates say.

use benchstat::{Outcome, Verdict};

use crate::files::{Files, one};

const AGREE: &str = "units.'allocs/op' = { exact = true, agree = [] }";

fn allocs(base: &str, head: &str) -> Files {
    let line = |start: &str, value: u32| format!("{start}BenchmarkData 1 {value} allocs/op\n");
    Files {
        base: line(base, 10),
        head: line(head, 9000),
    }
}

#[test]
fn an_exact_unit_is_judged_as_such_whatever_is_paired() {
    for (base, head) in [
        ("", "pair: 1\n"),
        ("pair: 1\n", ""),
        ("pair: 1\n", "pair: 1\n"),
    ] {
        let files = allocs(base, head);
        let judgement = files.judgement(AGREE, "allocs/op");
        assert_eq!(
            (judgement.verdict, judgement.gates),
            (Verdict::Regressed, true),
            "{base:?} {head:?}"
        );
        assert_eq!(files.verdicts(AGREE).outcome(false), Outcome::Failed);
    }
}

#[test]
fn a_row_that_gates_goes_on_to_gate() {
    let gates = "units.'widgets/op' = { gate = true, agree = [] }";
    let files = |base: &str, head: &str| {
        let text = |start: &str, value: u32| format!("{start}BenchmarkA 1 {value} widgets/op\n");
        Files {
            base: text(base, 1),
            head: text(head, 9),
        }
    };
    for (base, head) in [("", "pair: 1\n"), ("pair: 1\n", "")] {
        let files = files(base, head);
        assert_eq!(files.verdicts(gates).outcome(false), Outcome::Incomparable);
    }
    let both = files("pair: 1\n", "pair: 1\n").verdicts(gates);
    assert_eq!(both.outcome(true), Outcome::Undecided);
    // And a row that is not there is missing, of whatever it was.
    let missing = Files {
        head: String::new(),
        ..files("pair: 1\n", "")
    };
    assert_eq!(missing.verdicts(gates).outcome(false), Outcome::Failed);
}

#[test]
fn a_claim_to_be_exact_takes_nothing_from_pairs() {
    let files = one(0.05, Some(0.05));
    let claimed = Files {
        head: format!("Unit sec/op assume=exact\n{}", files.head),
        ..files
    };
    let judgement = claimed.judgement("", "sec/op");
    assert_eq!(judgement.verdict, Verdict::Regressed);
    assert!(judgement.paired.is_some());
}
