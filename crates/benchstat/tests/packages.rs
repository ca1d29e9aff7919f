//! Benchmarks of one name in several packages.

use benchstat::document::Document;
use benchstat::{Collection, Gates, Outcome, Style, Verdict, Verdicts, judge, write_verdicts};

const A: &str = "pkg: a\nBenchmarkX 1 10 allocs/op\n";
const B: &str = "pkg: b\nBenchmarkX 1 10 allocs/op\n";

fn verdicts(gates: &str, baseline: &str, head: &str) -> Verdicts {
    let mut collection = Collection::default();
    for (label, text) in [("old", baseline), ("new", head)] {
        collection.read(label, label, text.as_bytes()).unwrap();
    }
    let gates = format!("units.'allocs/op' = {{ exact = true, agree = [] }}\n{gates}");
    let labels = ["old".to_owned(), "new".to_owned()];
    judge(&collection, &Gates::parse(&gates).unwrap(), "*", &labels).unwrap()
}

fn found(verdicts: &Verdicts) -> Vec<(Option<&str>, Verdict)> {
    let rows = verdicts.judgements.iter();
    rows.map(|row| (row.package.as_deref(), row.verdict))
        .collect()
}

#[test]
fn a_package_that_is_lost_is_missing() {
    let verdicts = verdicts("", &format!("{A}{B}"), A);
    assert_eq!(
        found(&verdicts),
        [
            (Some("a"), Verdict::Unchanged),
            (Some("b"), Verdict::Missing)
        ]
    );
    assert_eq!(verdicts.outcome(false), Outcome::Failed);
}

#[test]
fn a_regression_in_one_package_is_not_pooled_with_the_other() {
    let worse = B.replace("10", "11");
    let verdicts = verdicts("", &format!("{A}{B}"), &format!("{worse}{A}"));
    assert_eq!(verdicts.count(Verdict::Regressed, true), 1);
    assert_eq!(verdicts.count(Verdict::Unchanged, true), 1);
    let mut text = Vec::new();
    write_verdicts(&verdicts, Style::default(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.starts_with("regressed     X (pkg b)  allocs/op  10 → 11"),
        "{text}"
    );
    let mut json = Vec::new();
    let all = Some((&verdicts, verdicts.outcome(false)));
    Document::new(&[], all, None).write(&mut json).unwrap();
    let document = Document::parse(&json).unwrap();
    let packages: Vec<_> = document.verdicts.unwrap().judgements;
    let packages: Vec<_> = packages.iter().map(|row| row.package.as_deref()).collect();
    assert_eq!(packages, [Some("a"), Some("b")]);
}

#[test]
fn one_package_is_not_told_apart() {
    let unnamed = "BenchmarkX 1 10 allocs/op\n";
    for (baseline, head) in [(A, A), (unnamed, A), (A, unnamed), (unnamed, unnamed)] {
        let verdicts = verdicts("", baseline, head);
        assert_eq!(found(&verdicts), [(None, Verdict::Unchanged)]);
    }
    // Nor is a name that is in one package of several.
    let other = B.replace('X', "Y");
    let both = format!("{A}{other}");
    let all = [(None, Verdict::Unchanged), (None, Verdict::Unchanged)];
    assert_eq!(found(&verdicts("", &both, &both)), all);
}

#[test]
fn results_without_a_package_are_not_those_of_one() {
    let unnamed = "BenchmarkX 1 10 allocs/op\n";
    let verdicts = verdicts("", &format!("{unnamed}{A}"), unnamed);
    assert_eq!(
        found(&verdicts),
        [
            (Some(""), Verdict::Unchanged),
            (Some("a"), Verdict::Missing)
        ]
    );
}

#[test]
fn gates_match_the_case_in_every_package() {
    let worse = format!("{A}{B}").replace("10", "11");
    let accepted =
        "accepted = [{ case = 'X', unit = 'allocs/op', value = 11, reason = 'a check' }]";
    let verdicts = verdicts(accepted, &format!("{A}{B}"), &worse);
    assert_eq!(verdicts.count(Verdict::Regressed, true), 2);
    assert_eq!(verdicts.outcome(false), Outcome::Passed);
    let renamed = "renamed = [{ from = 'X', to = 'Z' }]";
    let verdicts = self::verdicts(
        renamed,
        &format!("{A}{B}"),
        &format!("{A}{B}").replace('X', "Z"),
    );
    assert_eq!(verdicts.count(Verdict::Unchanged, true), 2);
    assert_eq!(verdicts.judgements.len(), 2);
}
