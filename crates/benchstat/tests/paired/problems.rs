//! What is no pair, and what is missing.

use benchstat::{Outcome, Verdict};
use proptest::prelude::*;

use crate::files::{Files, one};

/// Without a line, or with another instead, from the results of one side.
#[test]
fn what_is_no_pair_is_incomparable_and_says_why() {
    let good = one(0.05, Some(0.05));
    let last = good.head.lines().last().unwrap().to_owned() + "\n";
    let first_two: Vec<&str> = good
        .head
        .lines()
        .filter(|line| line.starts_with("Benchmark"))
        .take(2)
        .collect();
    let swapped = good
        .head
        .replacen("pair: 1\n", "pair: #\n", 1)
        .replacen("pair: 2\n", "pair: 1\n", 1)
        .replacen("pair: #\n", "pair: 2\n", 1);
    for (head, said) in [
        (
            good.head.replace(&last, ""),
            "pair 3 of layout 14 in stage confirm is missing from the other side",
        ),
        (
            good.head.clone() + &last,
            "pair 3 of layout 14 in stage confirm is there more than once in the other side",
        ),
        (
            good.head.replacen("pair: 2", "pair: 9", 1),
            "pair 2 of layout 1 in stage screen is missing from the other side",
        ),
        (
            swapped,
            "the sides differ in the order of pairs: pair 1 of layout 1 in stage screen stands where pair 2 of layout 1 in stage screen does",
        ),
        (
            good.head.replacen("pair: 1\n", "pair: x\n", 1),
            "pair: \"x\" makes no sense",
        ),
        (
            good.head.replacen("stage: confirm", "stage: other", 1),
            "stage: \"other\" makes no sense",
        ),
        (
            good.head.replacen("looks: 4", "looks: 0", 1),
            "looks: \"0\" makes no sense",
        ),
        (
            good.head.replacen("looks: 4", "looks: -4", 1),
            "looks: \"-4\" makes no sense",
        ),
        // Screening would confirm itself.
        (
            good.head.replace("seed: 2008", "seed: 2007"),
            "pair 1 of layout 1 in stage confirm has the seed \"2007\" of the other side, which another layout has or its own layout lacks",
        ),
        (
            good.head
                .replacen(first_two[0], "BenchmarkA 1 0 ns/op 0 wall-ns/op", 1),
            "pair 1 of layout 1 in stage screen has a value that is not positive in the other side",
        ),
        (
            "BenchmarkA 1 1000 ns/op 1000 wall-ns/op\n".to_owned(),
            "results of the other side are of no pair",
        ),
        (
            format!("BenchmarkA 1 1000 ns/op 1000 wall-ns/op\n{}", good.head),
            "results of the other side are of no pair",
        ),
    ] {
        let files = Files {
            base: good.base.clone(),
            head,
        };
        let judgement = files.judgement("", "sec/op");
        assert_eq!(judgement.verdict, Verdict::Incomparable, "{said}");
        assert_eq!(judgement.problem.unwrap().to_string(), said);
        assert_eq!(files.verdicts("").outcome(false).code(), 4);
    }
    // The other way round it is the baseline's fault.
    let files = Files {
        base: "BenchmarkA 1 1000 ns/op\n".to_owned(),
        head: good.head,
    };
    let problem = files.judgement("", "sec/op").problem;
    assert_eq!(
        problem.unwrap().to_string(),
        "results of the baseline are of no pair"
    );
}

proptest! {
    /// Whatever line of a file gets lost, comes twice or moves: equal sides never become a change.
    #[test]
    fn damage_never_becomes_a_change(lines in prop::collection::vec((0_usize..300, 0_usize..300), 1..4), what in 0..3) {
        let files = one(0.0, Some(0.0));
        let mut head: Vec<&str> = files.head.lines().collect();
        for (from, to) in lines {
            let (from, to) = (from % head.len(), to % head.len());
            match what {
                0 => drop(head.remove(from)),
                1 => head.insert(to, head[from]),
                _ => head.swap(from, to),
            }
        }
        let head = head.join("\n") + "\n";
        let damaged = Files { base: files.base, head };
        for judgement in damaged.verdicts("").judgements {
            prop_assert!(!matches!(judgement.verdict, Verdict::Regressed | Verdict::Improved), "{judgement:?}");
        }
    }
}

#[test]
fn a_case_that_one_side_lacks_is_missing_or_new() {
    let both = one(0.0, None);
    let none = "Unit sec/op better=lower\n".to_owned();
    let missing = Files {
        base: both.base.clone(),
        head: none.clone(),
    };
    assert_eq!(missing.verdicts("").outcome(false), Outcome::Failed);
    let new = Files {
        base: none,
        head: both.head,
    };
    assert_eq!(new.judgement("", "sec/op").verdict, Verdict::New);
}
