//! The list of cases: names that read back, operations that check, a gate set that is bounded and is the one that the
//! committed gates select.

use std::collections::HashSet;

use benchfmt::{Benchmark, Measurement, Reader, Record, Writer};
use benchstat::Gates;
use cases::Kind;

#[test]
fn names_are_unique_and_read_back() {
    let cases = cases::all();
    let names: HashSet<_> = cases.iter().map(cases::Case::name).collect();
    assert_eq!(names.len(), cases.len());
    for name in names {
        let measurements = vec![Measurement {
            value: 1.0,
            unit: "sec/op".to_owned(),
        }];
        let result = Benchmark {
            name: name.to_owned(),
            iterations: 1,
            measurements,
            ..Benchmark::default()
        };
        let mut text = Vec::new();
        Writer::new(&mut text).write(&result).unwrap();
        let mut reader = Reader::new(&text[..], "text");
        let Some(Record::Result(read)) = reader.next_record().unwrap() else {
            panic!("{name}")
        };
        assert_eq!(read.to_benchmark(), result);
    }
}

#[test]
fn every_case_prepares_and_repeats() {
    for case in cases::all() {
        // Preparing checks the answer.
        case.prepare().run(3);
    }
}

#[test]
fn equal_answers_have_equal_digests_and_others_do_not() {
    let cases = cases::all();
    let answer = |name: &str| {
        let case = cases.iter().find(|case| case.name() == name).unwrap();
        case.prepare().answer()
    };
    // The variants give the same answers, to the byte; so do the parsers, and the steps of the ladder.
    let invoice = answer("Invoice/items=10/variant=naive");
    assert_eq!(
        answer("Invoice/items=10/variant=preallocated-simd"),
        invoice
    );
    assert_ne!(answer("Invoice/items=1/variant=naive"), invoice);
    let parsed = answer("Parse/items=10/parser=serde_json");
    assert_eq!(answer("Parse/items=10/parser=sonic-rs"), parsed);
    assert_ne!(answer("Parse/items=100/parser=sonic-rs"), parsed);
    assert_eq!(answer("Buffer/step=exact"), answer("Buffer/step=push"));
}

#[test]
fn inputs_stand_before_what_is_measured() {
    for case in cases::all() {
        let mut calls = 0;
        case.prepare_watched(&mut || calls += 1).run(1);
        assert_eq!(calls, 1, "{}", case.name());
    }
}

#[test]
fn the_gate_set_is_bounded_and_the_one_of_the_gates() {
    let gates = Gates::parse(include_str!("../../../baselines/gates.toml")).unwrap();
    let cases = cases::all();
    let tagged: Vec<_> = cases
        .iter()
        .filter(|case| case.is_gating())
        .map(cases::Case::name)
        .collect();
    let selected: Vec<_> = cases
        .iter()
        .map(cases::Case::name)
        .filter(|name| gates.selects(name))
        .collect();
    assert_eq!(tagged, selected);
    assert!((1..=40).contains(&tagged.len()), "{}", tagged.len());
}

#[test]
fn only_what_threads_share_is_timed_alone() {
    for case in cases::all() {
        let exact = case.is_measured_in(Kind::Instructions);
        assert_eq!(
            exact,
            !case.name().contains("/threads=2/"),
            "{}",
            case.name()
        );
        assert_eq!(case.is_measured_in(Kind::Allocations), exact);
        assert_eq!(case.is_measured_in(Kind::Paired), exact);
        assert!(case.is_measured_in(Kind::Time));
    }
}
