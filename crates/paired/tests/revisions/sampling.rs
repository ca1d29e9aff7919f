//! Two commits sampled and judged. Their target speaks the protocol by itself and takes the time that its source says, so that
//! the truth is known.

use benchstat::{Collection, Gates, Judgement, Selection, Verdict, judge};
use paired::procedure::Plan;
use paired::{Sampled, Sampling, SamplingError, Settings, Side, Sides, limits};

use crate::repository::Repository;

/// The source of a target with these cases, which take so many nanoseconds an operation.
pub(crate) fn target(cases: &[(&str, u64)]) -> String {
    format!(
        r#"
const CASES: &[(&str, u64)] = &{cases:?};

fn main() {{
    println!("paired 1");
    let mut own = 0;
    for line in std::io::stdin().lines() {{
        let line = line.unwrap();
        match line.split_once(' ').unwrap_or((&line, "")) {{
            ("list", _) => {{
                CASES.iter().for_each(|(name, _)| println!("case {{name}}"));
                println!("end");
            }}
            ("prepare", name) => {{
                own = CASES.iter().find(|(case, _)| *case == name).unwrap().1;
                println!("ready 0000000000000001");
            }}
            ("run", times) => {{
                let took = own * times.parse::<u64>().unwrap();
                println!("took {{took}} {{took}}");
            }}
            _ => return,
        }}
    }}
}}
"#
    )
}

const RENAMED: &str = "[[renamed]]\nfrom = \"Old\"\nto = \"New\"\n";

/// Samples what is committed against what is in the files.
fn sample(repository: &Repository, gates: &Gates) -> Result<Sampled, SamplingError> {
    let revisions = repository.revisions();
    let commits = Sides {
        base: revisions.resolve("HEAD").unwrap(),
        head: revisions.working_tree().unwrap(),
    };
    let sampling = Sampling {
        revisions: &revisions,
        commits,
        package: "benches",
        target: "word",
        toolchain: "1.2.3",
        renamed: gates.renamed(),
        plan: Plan {
            screen: vec![8],
            confirm: vec![12],
            ..Plan::default()
        },
        settings: Settings::new().unwrap(),
        calibrates: false,
    };
    let all = Selection::all();
    sampling.run(|case| limits(gates, &all, case), &mut |_| ())
}

/// The verdicts on what was sampled, of one run after another.
fn judged(runs: &[Sampled], gates: &Gates) -> Vec<Judgement> {
    let mut collection = Collection::default();
    collection
        .read("base", "units", &b"Unit sec/op better=lower\n"[..])
        .unwrap();
    for side in [Side::Base, Side::Head] {
        for row in runs.iter().flat_map(|run| &run.rows) {
            collection.push(&side.to_string(), row.lines().get(side));
        }
    }
    let labels = ["base".to_owned(), "head".to_owned()];
    let verdicts = judge(&collection, gates, ".unit:sec/op", &labels).unwrap();
    verdicts.judgements
}

#[test]
fn what_takes_longer_is_called_under_its_new_name_too() {
    let repository = Repository::new();
    repository.bench(&target(&[
        ("Same", 1000),
        ("Slower", 1000),
        ("Old", 1000),
        ("Gone", 1000),
    ]));
    repository.commit();
    repository.bench(&target(&[
        ("New", 1020),
        ("Same", 1000),
        ("Slower", 1050),
        ("Added", 1000),
    ]));
    let gates = Gates::parse(RENAMED).unwrap();
    let run = sample(&repository, &gates).unwrap();
    assert_eq!(run.same_code, None);
    let expected = [
        ("Same", None, Verdict::Unchanged, 1.0),
        ("Slower", None, Verdict::Regressed, 1.05),
        ("New", Some("Old"), Verdict::Regressed, 1.02),
    ];
    let check = |runs: &[Sampled]| {
        let rows = judged(runs, &gates);
        assert_eq!(rows.len(), expected.len(), "{rows:?}");
        for (case, old, verdict, ratio) in expected {
            let row = rows.iter().find(|row| row.case == case).unwrap();
            assert_eq!(row.verdict, verdict, "{row:?}");
            assert_eq!(row.renamed.as_deref(), old);
            let change = row.change.unwrap().share().unwrap();
            assert!((change - (ratio - 1.0)).abs() < 1e-9, "{row:?}");
        }
        let slower = rows.iter().find(|row| row.case == "Slower").unwrap();
        slower.paired.as_ref().unwrap().comparisons
    };
    let comparisons = check(std::slice::from_ref(&run));
    // Two runs say the same with twice the pairs: the layouts of one are not taken for those of the other.
    let other = sample(&repository, &gates).unwrap();
    assert_eq!(check(&[run.clone(), other]), 2 * comparisons);
    // A run put to itself is no second run.
    let rows = judged(&[run.clone(), run], &gates);
    assert!(rows.iter().all(|row| row.problem.is_some()), "{rows:?}");
}

#[test]
fn the_same_code_is_seen_at_once() {
    let repository = Repository::new();
    repository.bench(&target(&[("One", 1000), ("Two", 1000)]));
    repository.commit();
    repository.write("unrelated", "");
    let run = sample(&repository, &Gates::parse("").unwrap()).unwrap();
    assert!(run.same_code.is_some());
    assert_eq!(run.rows.len(), 2);
}

#[test]
fn a_revision_without_the_target_is_an_error_that_names_it() {
    let repository = Repository::new();
    repository.bench("fn main() {}");
    repository.commit();
    repository.bench(&target(&[("One", 1000)]));
    // It is there, and is no target.
    let error = sample(&repository, &Gates::parse("").unwrap()).unwrap_err();
    assert!(
        matches!(
            error,
            SamplingError::List {
                side: Side::Base,
                ..
            }
        ),
        "{error}"
    );

    repository.write(
        "benches/Cargo.toml",
        "[package]\nname = \"benches\"\nedition = \"2024\"\n",
    );
    repository.commit();
    let error = sample(&repository, &Gates::parse("").unwrap()).unwrap_err();
    assert!(matches!(error, SamplingError::Revision(_)), "{error}");
    let said = error.to_string();
    assert!(said.contains("no bench target \"word\""), "{said}");
}
