//! Properties that hold for any input.

use std::fs;

use benchfmt::import::{Defect, Options, Recording, Sample, criterion, dhat, iai_callgrind};
use proptest::prelude::*;

use crate::properties::check_import;
use crate::{assert_reads_back, data, read_all};

const FILES: [&str; 6] = [
    "criterion/Invoice_items=10_variant=naive/new/sample.json",
    "criterion/Invoice_items=10_variant=naive/new/benchmark.json",
    "iai-callgrind/lib/maths/bench_sum/summary.json",
    "gungraun/lib/maths/bench_sum/summary.json",
    "dhat/items=5/dhat-heap.json",
    "dhat/valgrind.json",
];

/// All that the importers make of a text.
fn parse(text: &[u8]) -> [Result<Recording, Defect>; 4] {
    [
        criterion::parse(br#"{"full_id":"any"}"#, text),
        criterion::parse(text, br#"{"iters":[1],"times":[1]}"#),
        iai_callgrind::parse(text),
        dhat::parse(text),
    ]
}

fn check(text: &[u8]) {
    parse(text).into_iter().for_each(check_import);
}

/// A piece of JSON that a file may get in the wrong place.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let texts = [
        "",
        "null",
        "0",
        "-0.0",
        "-1",
        "1e308",
        "1e999",
        "9223372036854775807",
        "18446744073709551616",
        "5e-324",
        "NaN",
        "\"",
        "\"\\u001b\"",
        "\"\\ud800\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "[[[[",
        "\n",
        "\u{feff}",
    ];
    prop_oneof![
        prop::sample::select(texts.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
    ]
}

proptest! {
    #[test]
    fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&text);
    }

    #[test]
    fn a_tools_file_with_a_part_replaced(
        file in prop::sample::select(FILES.to_vec()),
        from in any::<prop::sample::Index>(),
        length in 0..20_usize,
        piece in piece(),
    ) {
        let mut text = fs::read(data(file)).unwrap();
        let from = from.index(text.len());
        let to = text.len().min(from + length);
        text.splice(from..to, piece);
        check(&text);
    }

    #[test]
    fn a_tools_file_cut_off(file in prop::sample::select(FILES.to_vec()), end in any::<prop::sample::Index>()) {
        let text = fs::read(data(file)).unwrap();
        // The last byte ends the line, and the one before it the object.
        let text = &text[..end.index(text.len() - 2)];
        for result in &parse(text)[1..] {
            prop_assert!(result.is_err());
        }
    }

    #[test]
    fn names_that_differ_stay_apart(a in "\\PC{0,4}[ %/\t\u{a0}\u{85}2A]{0,6}", b in "\\PC{0,4}[ %/\t\u{a0}\u{85}2A]{0,6}") {
        let parse = |name: &str| {
            let benchmark = serde_json::json!({ "full_id": name }).to_string();
            criterion::parse(benchmark.as_bytes(), br#"{"iters":[3],"times":[10]}"#).unwrap()
        };
        let recordings = [parse(&a), parse(&b)];
        prop_assert_eq!(a == b, recordings[0].name == recordings[1].name);
        recordings.iter().for_each(assert_reads_back);
    }

    #[test]
    fn any_samples_read_back(samples in prop::collection::vec((1..=1_i64 << 53, prop_oneof![0.0..1e15, 0.0..f64::MAX]), 1..20)) {
        let (iters, times): (Vec<i64>, Vec<f64>) = samples.iter().copied().unzip();
        let text = serde_json::json!({ "sampling_mode": "Flat", "iters": iters, "times": times }).to_string();
        let recording = criterion::parse(br#"{"full_id":"any"}"#, text.as_bytes()).unwrap();
        prop_assert_eq!(recording.samples().count(), samples.len());
        // The median lies where it must: no more than half of the samples on either side.
        let median = recording.summary().measurements[0].value;
        let seconds = || criterion::parse_samples(text.as_bytes()).unwrap().into_iter().map(Sample::seconds);
        let below = seconds().filter(|&seconds| seconds < median).count();
        let above = seconds().filter(|&seconds| seconds > median).count();
        prop_assert!(2 * below <= samples.len() && 2 * above <= samples.len());
        assert_reads_back(&recording);
    }
}

#[test]
fn every_recorded_file_reads_back() {
    let recordings = read_all(&data(""), Options::default());
    assert_eq!(recordings.len(), 9);
    for recording in recordings {
        assert_reads_back(&recording.unwrap());
    }
}
