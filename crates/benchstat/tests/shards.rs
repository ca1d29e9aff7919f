//! Suites that are measured in shards: the union is judged as if one machine had measured it, and is refused where it is none.

#[path = "paired/files.rs"]
#[allow(
    dead_code,
    reason = "the tests of pairs have uses for all that it can make"
)]
mod files;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use benchfmt::{Benchmark, Reader, Record, UnitLine, Writer};
use benchstat::shard::{Part, PartError, Shard, ShardError, Split, Union, UnionError, VERSION};
use benchstat::{
    Collection, Expressions, Gates, Outcome, Query, Renamed, Style, Verdict, judge, write_json,
    write_markdown, write_text, write_verdicts, write_verdicts_markdown,
};
use fastrand::Rng;
use proptest::prelude::*;

use files::{Files, around, stage};

fn shards(of: u16) -> Vec<Shard> {
    let first: Shard = format!("1/{of}").parse().unwrap();
    first.siblings().collect()
}

/// The results and the units of a file's text.
fn read(text: &str) -> (Vec<Benchmark>, Vec<UnitLine>) {
    let mut reader = Reader::new(text.as_bytes(), "file");
    let (mut results, mut units) = (Vec::new(), Vec::new());
    while let Some(record) = reader.next_record().unwrap() {
        match record {
            Record::Result(result) => results.push(result.to_benchmark()),
            Record::Unit(unit) => units.push(unit),
            Record::Malformed(error) => panic!("{error}"),
        }
    }
    (results, units)
}

fn write(results: &[Benchmark], units: &[UnitLine]) -> String {
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    for unit in units {
        writer.write_unit(unit).unwrap();
    }
    for result in results {
        writer.write(result).unwrap();
    }
    String::from_utf8(text).unwrap()
}

/// A suite's files by their names, such as `base/pairs`.
type Suite = BTreeMap<String, String>;

/// What all shards of a suite write: its parts, and the files of each.
fn sharded(suite: &Suite, of: u16, gates: &str) -> Vec<(Part, Suite)> {
    let files = suite.iter().map(|(name, text)| {
        let mut cases: Vec<String> = Vec::new();
        for result in read(text).0 {
            if !cases.contains(&result.name) {
                cases.push(result.name);
            }
        }
        (name.clone(), cases)
    });
    let files: BTreeMap<String, Vec<String>> = files.collect();
    let write_shard = |shard| {
        let part = Part {
            version: VERSION,
            shard,
            base: Some("1".repeat(40)),
            head: "2".repeat(40),
            toolchain: "1.95.0 (0123456 2026-01-01)".to_owned(),
            filter: "*".to_owned(),
            gates: gates.to_owned(),
            base_gates: None,
            files: files.clone(),
        };
        let split = part.split().unwrap();
        let own = suite.iter().map(|(name, text)| {
            let (mut results, units) = read(text);
            results.retain(|result| split.gives(shard, &result.name));
            (name.clone(), write(&results, &units))
        });
        let own = own.collect();
        (part, own)
    };
    shards(of).into_iter().map(write_shard).collect()
}

/// The files of one machine, from those of all shards in any order.
fn merged(mut parts: Vec<(Part, Suite)>) -> Result<Suite, UnionError> {
    let places = parts.iter().map(|(part, _)| {
        let place = format!("at {}", part.shard);
        let json = part.to_json().unwrap();
        (place, Part::parse(json.as_bytes()).unwrap())
    });
    let union = Union::new(places.collect())?;
    parts.sort_by_key(|(part, _)| part.shard);
    let mut whole = Suite::new();
    for name in union.whole().files.keys() {
        let own = parts.iter().map(|(_, suite)| read(&suite[name]));
        let (results, units): (Vec<_>, Vec<_>) = own.unzip();
        let results = union.merged(name, results)?;
        whole.insert(name.clone(), write(&results, &units[0]));
    }
    Ok(whole)
}

/// All that is printed of a suite, and what it comes to.
fn shown(suite: &Suite, gates: &str) -> (String, Outcome, Vec<Verdict>) {
    let mut collection = Collection::default();
    for side in ["base", "head"] {
        for (name, text) in suite.iter().filter(|(name, _)| name.starts_with(side)) {
            collection.read(side, name, text.as_bytes()).unwrap();
        }
    }
    assert_eq!(collection.problems(), []);
    let query = Query::new(&Expressions {
        table: "",
        ignore: ".config",
        ..Expressions::default()
    });
    let query = query.unwrap();
    let tables = query.tables(&collection);
    let labels = ["base".to_owned(), "head".to_owned()];
    let verdicts = judge(&collection, &Gates::parse(gates).unwrap(), "*", &labels).unwrap();
    let outcome = verdicts.outcome(true);
    let mut text = Vec::new();
    write_text(&tables, Style::default(), &mut text).unwrap();
    write_verdicts(&verdicts, Style::default(), &mut text).unwrap();
    write_markdown(&tables, &mut text).unwrap();
    write_verdicts_markdown(&verdicts, outcome, &mut text).unwrap();
    let caveat = collection.caveat();
    write_json(&tables, Some((&verdicts, outcome)), caveat, &mut text).unwrap();
    let all = verdicts.judgements.iter().map(|row| row.verdict).collect();
    (String::from_utf8(text).unwrap(), outcome, all)
}

/// Pairs of `count` cases, some of which change by so much that the size of the family decides about them.
fn pairs(random: &mut Rng, count: usize) -> Files {
    let mut files = Files::new();
    for case in 0..count {
        let change = [0.0, 0.012, -0.012][random.usize(..3)];
        let mut comparisons = stage("screen", &around(change, 8));
        if change != 0.0 || random.bool() {
            let about = |_| change + 0.06 * (random.f64() - 0.5);
            let confirmed: Vec<f64> = (0..24).map(about).collect();
            comparisons.extend(stage("confirm", &confirmed));
        }
        files = files.case(&format!("Case{:03}", (case * 37) % 101), &comparisons);
    }
    files
}

/// A suite of pairs, of counts and of unpaired times, a case of which only one side has.
fn suite(seed: u64, count: usize) -> Suite {
    let mut random = Rng::with_seed(seed);
    let pairs = pairs(&mut random, count);
    let mut suite = Suite::from([
        ("base/pairs".to_owned(), pairs.base),
        ("head/pairs".to_owned(), pairs.head),
    ]);
    for (side, more) in [("base", 0), ("head", 1)] {
        let mut text = "Unit allocs/op assume=exact better=lower\nUnit x/op better=lower\n\
             rustc: 1.95.0\ntarget: x\nprofile: x\nallocator: x\n"
            .to_owned();
        for case in 0..count + more {
            let name = if case == 3 { side } else { "Case" };
            let allocations = random.u32(1..3);
            for run in 0..6 {
                let time = 1.0 + f64::from(run) * 0.01 + f64::from(random.u32(0..3)) * 0.2;
                text +=
                    &format!("Benchmark{name}{case:03} 1 {allocations} allocs/op {time} x/op\n");
            }
        }
        suite.insert(format!("{side}/counts"), text);
    }
    suite
}

const GATES: &str = "[units.'x/op']\ngate = true\nagree = []\n[paired.'sec/op']\ngate = true\n\
    [[renamed]]\nfrom = 'base003'\nto = 'head003'\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_union_is_shown_as_what_one_machine_measured(
        seed: u64, count in 1_usize..40, of in 1_u16..12, turn in 0_usize..12,
    ) {
        let suite = suite(seed, count);
        let mut parts = sharded(&suite, of, GATES);
        // In whatever order the folders are named.
        let length = parts.len();
        parts.rotate_left(turn % length);
        let merged = merged(parts).unwrap();
        prop_assert_eq!(shown(&merged, GATES), shown(&suite, GATES));
    }

    #[test]
    fn each_case_is_in_one_shard_and_shards_are_even(
        names in prop::collection::btree_set("[A-D](/x=[0-9]{1,3})?", 0..60), of in 1_u16..20,
    ) {
        let split = Split::new(names.iter().map(String::as_str), &[]);
        let mut sizes = Vec::new();
        for shard in shards(of) {
            sizes.push(split.cases(shard).count());
        }
        for name in &names {
            let takers = shards(of).into_iter().filter(|&shard| split.gives(shard, name));
            prop_assert_eq!(takers.count(), 1);
        }
        prop_assert_eq!(sizes.iter().sum::<usize>(), names.len());
        let (most, least) = (sizes.iter().max().unwrap(), sizes.iter().min().unwrap());
        prop_assert!(most - least <= 1, "{sizes:?}");
        // By the names alone, in whatever order they are given.
        prop_assert_eq!(split, Split::new(names.iter().rev().map(String::as_str), &[]));
    }
}

/// The family is that of the suite: a shard's own verdicts would be others.
#[test]
fn eight_shards_come_to_the_verdicts_of_the_suite_and_not_to_their_own() {
    let suite = suite(7, 64);
    let parts = sharded(&suite, 8, GATES);
    let (_, outcome, whole) = shown(&suite, GATES);
    let mut alone = Vec::new();
    for (_, own) in &parts {
        alone.extend(shown(own, GATES).2);
    }
    let (_, merged_outcome, together) = shown(&merged(parts).unwrap(), GATES);
    assert_eq!((merged_outcome, &together), (outcome, &whole));
    let count =
        |verdicts: &[Verdict], verdict| verdicts.iter().filter(|&&own| own == verdict).count();
    assert_eq!(alone.len(), whole.len());
    // Levels that were spent eight times over call more.
    let called = |verdicts: &[Verdict]| {
        count(verdicts, Verdict::Regressed) + count(verdicts, Verdict::Improved)
    };
    assert!(called(&alone) > called(&whole), "{alone:?}");
    for verdict in [Verdict::Regressed, Verdict::Improved, Verdict::Undecided] {
        assert!(count(&whole, verdict) > 0, "{verdict}: {whole:?}");
    }
}

/// The committed results, with a copy that is changed in some rows.
#[test]
fn committed_results_in_shards_are_shown_as_they_are() {
    let baselines = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../baselines");
    let mut suite = Suite::new();
    for kind in ["instructions", "allocs", "time"] {
        let text = fs::read_to_string(baselines.join(format!("{kind}.txt"))).unwrap();
        let head = text
            .replace(" 33 allocs/op", " 34 allocs/op")
            .replace("Data/variant=arena", "Data/variant=new");
        suite.insert(format!("base/{kind}"), text);
        suite.insert(format!("head/{kind}"), head);
    }
    let gates = fs::read_to_string(baselines.join("gates.toml")).unwrap();
    let (text, outcome, _) = shown(&suite, &gates);
    assert_eq!(outcome, Outcome::Failed);
    assert!(text.contains("regressed") && text.contains("missing") && text.contains("new"));
    for of in [2, 8, 200] {
        let merged = merged(sharded(&suite, of, &gates)).unwrap();
        assert_eq!(shown(&merged, &gates), shown(&suite, &gates), "{of} shards");
    }
}

/// What is done to the parts of a suite.
type Change<'c> = &'c dyn Fn(&mut Vec<(Part, Suite)>);

#[test]
fn what_is_no_whole_comparison_is_refused_by_name() {
    let of_three = || sharded(&suite(1, 9), 3, GATES);
    let refused = |change: Change<'_>| {
        let mut parts = of_three();
        change(&mut parts);
        merged(parts).unwrap_err().to_string()
    };
    assert!(merged(of_three()).is_ok());
    let at = |parts: &mut Vec<(Part, Suite)>, change: &dyn Fn(&mut Part)| change(&mut parts[1].0);
    let cases: [(Change<'_>, &str); 12] = [
        (&|parts| parts.clear(), "no parts"),
        (&|parts| drop(parts.remove(1)), "1 of 3 shards missing: 2/3"),
        (
            &|parts| parts.push(parts[2].clone()),
            "shard 3/3 is there twice: at 3/3 and at 3/3",
        ),
        (
            &|parts| at(parts, &|part| part.base = None),
            "at 1/3 and at 2/3 differ in the base's commit",
        ),
        (
            &|parts| at(parts, &|part| part.head = "3".to_owned()),
            "differ in the head's commit",
        ),
        (
            &|parts| at(parts, &|part| part.toolchain = "1.95.1".to_owned()),
            "differ in the compiler: they are not of one comparison (\"1.95.0 (0123456 2026-01-01)\" and \"1.95.1\")",
        ),
        (
            &|parts| at(parts, &|part| part.shard = "2/4".parse().unwrap()),
            "differ in the number of shards: they are not of one comparison (3 and 4)",
        ),
        (
            &|parts| at(parts, &|part| part.filter = "Case001".to_owned()),
            "differ in the filter",
        ),
        (
            &|parts| at(parts, &|part| part.gates += "alpha = 0.5\n"),
            "differ in the gates",
        ),
        (
            &|parts| at(parts, &|part| part.base_gates = Some(String::new())),
            "differ in the gates",
        ),
        (
            &|parts| {
                at(parts, &|part| {
                    part.files.get_mut("head/pairs").unwrap().pop();
                });
            },
            "differ in the list of cases",
        ),
        (
            &|parts| {
                for (part, _) in parts {
                    part.gates = "nonsense".to_owned();
                }
            },
            "at 1/3: its gates",
        ),
    ];
    for (change, said) in cases {
        let error = refused(change);
        assert!(error.contains(said), "{error}");
    }
}

/// A file that was cut off, or has more than the shard's: named by file and case.
#[test]
fn results_that_are_missing_or_of_another_shard_are_refused() {
    let whole = suite(1, 9);
    let replaced = |name: &str, text: String| {
        let mut parts = sharded(&whole, 3, GATES);
        parts[1].1.insert(name.to_owned(), text);
        merged(parts).unwrap_err().to_string()
    };
    let error = replaced("head/pairs", String::new());
    assert!(
        error.starts_with("at 2/3: head/pairs has no result of Case")
            && error.ends_with("shard 2/3 was to measure"),
        "{error}"
    );
    let error = replaced("base/counts", whole["base/counts"].clone());
    assert!(
        error.starts_with("at 2/3: base/counts has a result of Case")
            && error.ends_with("which is not of shard 2/3"),
        "{error}"
    );
}

/// Results that were swapped for those of another build, under the part of this one.
#[test]
fn results_of_another_compiler_than_the_part_are_refused() {
    let with = |text: &str| {
        let mut parts = sharded(&suite(1, 9), 3, GATES);
        let file = parts[1].1.get_mut("head/counts").unwrap();
        *file = file.replace("rustc: 1.95.0\n", "").replacen(
            "Benchmark",
            &format!("{text}Benchmark"),
            1,
        );
        merged(parts).map_err(|error| error.to_string())
    };
    let error = with("rustc: 1.94.0\n").unwrap_err();
    assert!(
        error.starts_with("at 2/3: head/counts has a result of Case")
            && error
                .ends_with(" by rustc 1.94.0, where the part is of 1.95.0 (0123456 2026-01-01)"),
        "{error}"
    );
    with("rustc: 1.95.0\n").unwrap();
}

#[test]
fn shards_that_contradict_each_other_about_a_unit_are_refused() {
    let parts = sharded(&suite(1, 9), 3, GATES).into_iter();
    let parts = parts.map(|(part, _)| (format!("at/{}", part.shard.number()), part));
    let union = Union::new(parts.collect()).unwrap();
    let line = |unit: &str, value: &str, line: usize| UnitLine {
        unit: unit.to_owned(),
        key: "better".to_owned(),
        value: value.to_owned(),
        line,
    };
    let same = vec![vec![line("x-ns", "lower", 1)]; 3];
    assert_eq!(union.units("head/counts", same).unwrap().len(), 1);
    let others = vec![
        vec![line("x-ns", "lower", 1)],
        Vec::new(),
        vec![line("y", "lower", 2), line("x-sec", "higher", 3)],
    ];
    let error = union.units("head/counts", others).unwrap_err().to_string();
    assert_eq!(
        error,
        "at/3/head/counts:3: better=higher of unit x-sec, where at/1/head/counts:1 says better=lower"
    );
}

#[test]
fn a_case_is_with_its_other_names() {
    let renamed = |from: &str, to: &str| {
        let text = format!("[[renamed]]\nfrom = '{from}'\nto = '{to}'\n");
        Gates::parse(&text).unwrap().renamed().to_vec()
    };
    let chain: Vec<Renamed> = [renamed("Z", "B"), renamed("B", "M")].concat();
    let exchanged: Vec<Renamed> = [renamed("A", "D"), renamed("D", "A")].concat();
    let names = ["A", "B", "C", "D", "M", "Z"];
    for (renamed, together) in [(chain, &["B", "M", "Z"][..]), (exchanged, &["A", "D"])] {
        let split = Split::new(names, &renamed);
        for shard in shards(4) {
            let given: Vec<&str> = together
                .iter()
                .copied()
                .filter(|name| split.gives(shard, name))
                .collect();
            assert!(given.is_empty() || given == together, "{given:?}");
        }
    }
}

#[test]
fn what_names_no_shard_is_refused() {
    for text in [
        "", "3", "3/", "/8", "0/8", "3/0", "+3/8", "3/8/1", "a/b", "3 /8", "1/65536", "-1/8",
    ] {
        assert_eq!(
            text.parse::<Shard>(),
            Err(ShardError::Form(text.to_owned()))
        );
    }
    assert!(matches!(
        "9/8".parse::<Shard>(),
        Err(ShardError::Beyond {
            number: 9,
            of: 8,
            ..
        })
    ));
    assert_eq!(
        "65535/65535".parse::<Shard>().unwrap().to_string(),
        "65535/65535"
    );
}

#[test]
fn what_is_no_part_is_refused_with_the_place() {
    let (part, _) = sharded(&suite(1, 3), 2, "").swap_remove(0);
    let good = part.to_json().unwrap();
    assert_eq!(Part::parse(good.as_bytes()).unwrap(), part);
    for (bad, said) in [
        (String::new(), "EOF"),
        (good[..good.len() / 2].to_owned(), "EOF"),
        (good.replace("\"1/2\"", "\"3/2\""), "there is no number 3"),
        (good.replace("\"head\":", "\"tail\":"), "unknown field"),
        (
            good.replace("\"version\": 1", "\"version\": 2"),
            "version 2",
        ),
    ] {
        let error = Part::parse(bad.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        // Who prints the causes, too, would print it twice.
        assert!(std::error::Error::source(&error).is_none(), "{error}");
    }
    assert!(matches!(
        Part::parse(b"{\"version\": 9}"),
        Err(PartError::Version(9))
    ));
}
