//! criterion's files.

use std::fs;
use std::path::PathBuf;

use benchfmt::Metadata;
use benchfmt::import::{Defect, Options, Sample, Tool, criterion, unit_lines};

use crate::{assert_reads_back, data, read_all, recordings};

const BENCHMARK: &[u8] = br#"{"full_id":"x"}"#;

fn samples(text: &str) -> Result<Vec<Sample>, Defect> {
    criterion::parse_samples(text.as_bytes())
}

#[test]
fn names_are_the_full_ids_and_not_the_folders() {
    let names: Vec<_> = recordings("criterion")
        .into_iter()
        .map(|recording| recording.name)
        .collect();
    let long = "sum%20of%20numbers/collect%20a%20vector:%20a%20name%20that%20is%20longer%20than%20sixty-four%20bytes,";
    assert_eq!(
        names,
        [
            "Invoice/items=10/variant=naive".to_owned(),
            format!("{long}%20first/100"),
            format!("{long}%20second/100"),
        ]
    );
}

/// criterion's own estimate of the median is the independent truth, in nanoseconds.
#[test]
fn the_summary_is_criterions_median() {
    for baseline in ["new", "tuned"] {
        let recordings = read_all(&data("criterion"), Options { baseline });
        let folders = [
            "Invoice_items=10_variant=naive",
            "sum of numbers/collect a vector_ a name that is longer than sixty-four bytes, f/100",
            "sum of numbers/collect a vector_ a name that is longer than sixty-four bytes, s/100",
        ];
        assert_eq!(recordings.len(), folders.len());
        for (recording, folder) in recordings.into_iter().zip(folders) {
            let path: PathBuf = [folder, baseline, "estimates.json"].iter().collect();
            let estimates = fs::read_to_string(data("criterion").join(path)).unwrap();
            let estimates: serde_json::Value = serde_json::from_str(&estimates).unwrap();
            let median = estimates["median"]["point_estimate"].as_f64().unwrap();
            let summary = recording.unwrap().summary();
            let seconds = summary.measurements[0].value;
            assert!(
                (seconds * 1e9 / median - 1.0).abs() < 1e-12,
                "{baseline} {folder}: {seconds} s, criterion: {median} ns"
            );
        }
    }
}

#[test]
fn each_sample_is_a_result() {
    let recording = &recordings("criterion")[0];
    assert_eq!(
        (recording.tool, &recording.command),
        (Tool::Criterion, &None)
    );
    let text = fs::read(data(
        "criterion/Invoice_items=10_variant=naive/new/sample.json",
    ))
    .unwrap();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let results: Vec<_> = recording.samples().collect();
    assert_eq!(results.len(), 10);
    for (index, result) in results.iter().enumerate() {
        let (iters, time) = (&file["iters"][index], &file["times"][index]);
        assert_eq!(Some(result.iterations as f64), iters.as_f64());
        let seconds = time.as_f64().unwrap() / iters.as_f64().unwrap() / 1e9;
        assert_eq!(result.measurements.len(), 1);
        assert_eq!(result.measurements[0].value, seconds);
        assert_eq!(result.measurements[0].unit, "sec/op");
    }
    let iterations: i64 = results.iter().map(|result| result.iterations).sum();
    assert_eq!(recording.summary().iterations, iterations);
    assert_reads_back(recording);
}

#[test]
fn the_median_of_an_even_number_lies_in_the_middle() {
    let text = r#"{"iters":[1,2,1,4],"times":[4e9,2e9,3e9,400e9]}"#;
    let recording = criterion::parse(BENCHMARK, text.as_bytes()).unwrap();
    // 4, 1, 3 and 100 seconds.
    assert_eq!(recording.summary().measurements[0].value, 3.5);
    assert_eq!(recording.summary().iterations, 8);
}

#[test]
fn time_needs_no_unit_line() {
    assert_eq!(unit_lines("sec/op").count(), 0);
    assert!(Metadata::default().better("sec/op").is_some());
}

#[test]
fn the_sampling_mode_and_unknown_keys_do_not_matter() {
    for text in [
        r#"{"iters":[1],"times":[5]}"#,
        r#"{"sampling_mode":"Flat","iters":[1.0],"times":[5.0]}"#,
        r#"{"new_key":{"a":[null]},"times":[5.0],"sampling_mode":"Linear","iters":[1.0]}"#,
    ] {
        assert_eq!(samples(text).unwrap()[0].nanoseconds, 5.0);
    }
}

#[test]
fn malformed_samples_are_errors_with_their_place() {
    for (text, message) in [
        ("", "the file is empty"),
        ("{", "1:1: EOF while parsing an object"),
        ("{\"iters\":[1.0,\n2.0", "2:3: EOF while parsing a list"),
        (r#"{"iters":[1.0]}"#, "1:15: missing field `times`"),
        (
            r#"{"iters":[1],"times":[1,2]}"#,
            "1 iteration counts, but 2 times",
        ),
        (r#"{"iters":[],"times":[]}"#, "there are no samples"),
        (
            r#"{"iters":[1,0],"times":[1,2]}"#,
            "1:14: invalid value: floating point `0.0`, expected a whole number of iterations from 1 to 2^53",
        ),
        (
            r#"{"iters":[1.5],"times":[1]}"#,
            "1:14: invalid value: floating point `1.5`, expected a whole number of iterations from 1 to 2^53",
        ),
        (
            r#"{"iters":[1e300],"times":[1]}"#,
            "1:16: invalid value: floating point `1e+300`, expected a whole number of iterations from 1 to 2^53",
        ),
        (
            "{\"iters\":[1],\n\"times\":[-1]}",
            "2:12: invalid value: floating point `-1.0`, expected a number that is not negative",
        ),
        (
            r#"{"iters":[1],"times":[1e999]}"#,
            "1:27: number out of range",
        ),
        (r#"{"iters":[1],"times":[NaN]}"#, "1:23: expected value"),
        (
            r#"{"iters":[1],"times":[null]}"#,
            "1:26: invalid type: null, expected f64",
        ),
        (
            r#"{"iters":7,"times":[1]}"#,
            "1:10: invalid type: integer `7`, expected a sequence",
        ),
        (
            r#"{"iters":[1],"times":[1]} x"#,
            "1:27: trailing characters",
        ),
        ("\u{1f}", "1:1: expected value"),
    ] {
        assert_eq!(samples(text).unwrap_err().to_string(), message, "{text}");
    }
    // Each fits an i64, their sum does not.
    let many = vec!["9007199254740992"; 1025].join(",");
    let zeros = vec!["0"; 1025].join(",");
    assert_eq!(
        samples(&format!(r#"{{"iters":[{many}],"times":[{zeros}]}}"#)),
        Err(Defect::TooManyIterations)
    );
}

#[test]
fn malformed_names_are_errors() {
    let name = |text: &[u8]| criterion::parse_name(text).map_err(|defect| defect.to_string());
    assert_eq!(
        name(br#"{"full_id": null}"#).unwrap_err(),
        "1:16: invalid type: null, expected a string"
    );
    assert_eq!(
        name(b"[]").unwrap_err(),
        "1:2: invalid length 0, expected criterion's benchmark.json"
    );
    let not_utf8 = name(b"{\"full_id\": \"\xff\"}").unwrap_err();
    assert_eq!(not_utf8, "1:14: invalid unicode code point");
    let long = format!(r#"{{"full_id": "{}"}}"#, " ".repeat(2000));
    assert_eq!(
        name(long.as_bytes()).unwrap_err(),
        "a name longer than 4096 bytes"
    );
}

/// What a message quotes of a file is short and drives no terminal.
#[test]
fn messages_are_bounded_and_printable() {
    let long = "\\u001b[31m".repeat(1_000_000);
    let text = format!("{{\"iters\": \"{long}\"}}");
    let message = samples(&text).unwrap_err().to_string();
    assert!(
        message.len() < 1000 && !message.contains(char::is_control),
        "{message}"
    );
}
