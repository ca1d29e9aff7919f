//! The summaries of iai-callgrind and gungraun.

use benchfmt::import::{Defect, Recording, Tool, iai_callgrind, unit_lines};
use benchfmt::{Better, Metadata};

use crate::{assert_reads_back, recordings, value};

fn parse(text: &str) -> Result<Recording, Defect> {
    iai_callgrind::parse(text.as_bytes())
}

/// A summary of schema 6 with these profiles.
fn six(profiles: &str) -> String {
    format!(r#"{{"id":"a","module_path":"f::g::b","profiles":[{profiles}],"version":"6"}}"#)
}

/// A profile of schema 6 with this total.
fn profile6(tool: &str, summary: &str) -> String {
    format!(
        r#"{{"summaries":{{"parts":[{{"details":{{"Both":[{{"command":"new -x"}},{{"command":"old"}}]}},"metrics_summary":"None"}}],"total":{{"regressions":[],"summary":{summary}}}}},"tool":"{tool}"}}"#
    )
}

/// A summary of schema 7 with this profile of callgrind's total.
fn seven(metrics: &str) -> String {
    format!(
        r#"{{"module_path":"f::g::b","profiles":[{{"data":{{"parts":[{{"metrics":{{}},"tool_run":{{"new":{{"command":"new -x"}},"old":{{"command":"old"}}}}}}],"total":{{"metrics":{metrics},"regressions":[]}}}},"tool":"Callgrind"}}],"version":"7"}}"#
    )
}

/// The same benchmarks by both tools; the figures are those that the tools printed.
#[test]
fn both_schemas_give_what_the_tool_printed() {
    for (folder, [sum, cachegrind]) in [
        ("iai-callgrind/lib", [4152.0, 341_816.0]),
        ("gungraun/lib", [4152.0, 384_673.0]),
    ] {
        let recordings = recordings(folder);
        let names: Vec<_> = recordings.iter().map(|found| &*found.name).collect();
        assert_eq!(
            names,
            ["lib::maths::bench_fib/id=short", "lib::maths::bench_sum"]
        );
        let recording = &recordings[1];
        assert_eq!(recording.tool, Tool::IaiCallgrind);
        let command = recording.command.as_deref().unwrap();
        assert!(command.starts_with("target/release/deps/lib-"), "{command}");
        for (unit, expected) in [
            ("instructions/op", sum),
            ("RamHits/op", 147.0),
            ("TotalRW/op", 5296.0),
            // A vector of 1000 numbers of 8 bytes.
            ("allocs/op", 1.0),
            ("B/op", 8000.0),
            ("peak-B", 8000.0),
            ("retained-B", 0.0),
            ("read-B/op", 8000.0),
            ("written-B/op", 8000.0),
            ("cachegrind-instructions/op", cachegrind),
        ] {
            assert_eq!(value(recording, unit), Some(expected), "{folder} {unit}");
        }
        assert_eq!(recording.samples().count(), 1);
        assert_eq!(recording.summary().iterations, 1);
        recordings.iter().for_each(assert_reads_back);
    }
}

#[test]
fn the_command_names_a_case_of_the_suite() {
    let recording = &recordings("iai-callgrind/instructions")[0];
    assert_eq!(
        recording.name,
        "instructions::suite::cases_in_instructions::case/id=Invoice_items_10_variant_pooled"
    );
    let command = recording.command.as_deref().unwrap();
    let case = command.split_once("--measure-case ").map(|(_, case)| case);
    assert_eq!(case, Some("Invoice/items=10/variant=pooled"));
    let result = recording.summary();
    assert_eq!(result.measurements.len(), 1);
    assert_eq!(value(recording, "instructions/op"), Some(49871.0));
}

#[test]
fn the_new_side_is_read() {
    let both = r#"{"Callgrind":{"Ir":{"metrics":{"Both":[{"Int":7},{"Int":8}]}},"Dr":{"metrics":{"Right":{"Int":9}}},"D1MissRate":{"metrics":{"Left":{"Float":0.5}}}}}"#;
    let recording = parse(&six(&profile6("Callgrind", both))).unwrap();
    assert_eq!(recording.name, "f::g::b/id=a");
    assert_eq!(recording.command.as_deref(), Some("new -x"));
    let values = |recording: &Recording| {
        let measurements = recording.summary().measurements.into_iter();
        measurements
            .map(|found| (found.value, found.unit))
            .collect::<Vec<_>>()
    };
    let expected = [
        (7.0, "instructions/op".into()),
        (0.5, "D1MissRate-%".into()),
    ];
    assert_eq!(values(&recording), expected);

    let both = r#"{"Ir":{"values":{"old":8,"new":7}},"Dr":{"values":{"old":9}},"D1MissRate":{"values":{"new":0.5}},"Later":{"values":"?"}}"#;
    let recording = parse(&seven(both)).unwrap();
    assert_eq!(recording.name, "f::g::b");
    assert_eq!(recording.command.as_deref(), Some("new -x"));
    assert_eq!(values(&recording), expected);
}

#[test]
fn tools_that_count_nothing_are_passed_over() {
    let errors = profile6(
        "Memcheck",
        r#"{"ErrorTool":{"Errors":{"metrics":{"Left":{"Int":1}}}}}"#,
    );
    let none = profile6("Massif", r#""None""#);
    assert_eq!(
        parse(&six(&format!("{errors},{none}"))),
        Err(Defect::NoCounts)
    );
    let count = profile6(
        "DHAT",
        r#"{"Dhat":{"TotalBlocks":{"metrics":{"Left":{"Int":3}}}}}"#,
    );
    let recording = parse(&six(&format!("{errors},{none},{count}"))).unwrap();
    assert_eq!(value(&recording, "allocs/op"), Some(3.0));
}

#[test]
fn malformed_summaries_are_errors_with_their_place() {
    let count = |value: &str| {
        profile6(
            "Callgrind",
            &format!(r#"{{"Callgrind":{{"Ir":{{"metrics":{{"Left":{{"Int":{value}}}}}}}}}}}"#),
        )
    };
    assert!(parse(&six(&count("1"))).is_ok());
    let twice = format!("{},{}", count("1"), count("1"));
    let cut = six(&count("1"));
    let cut = &cut[..cut.len() - 20];
    for (text, message) in [
        (String::new(), "the file is empty"),
        (cut.to_owned(), "1:262: EOF while parsing a string"),
        (
            r#"{"version":"5"}"#.to_owned(),
            "summary of schema 5, expected 6 (iai-callgrind 0.16) or 7 (gungraun)",
        ),
        (
            "{\"version\":\"\\u001b[2J\"}".to_owned(),
            "summary of schema \\u{1b}[2J, expected 6 (iai-callgrind 0.16) or 7 (gungraun)",
        ),
        (
            r#"{"version":7}"#.to_owned(),
            "1:12: invalid type: integer `7`, expected a string",
        ),
        ("{}".to_owned(), "1:2: missing field `version`"),
        (
            r#"{"version":"6"}"#.to_owned(),
            "1:15: missing field `module_path`",
        ),
        (six(""), "no counts of callgrind, cachegrind or DHAT"),
        (six(&twice), "more than one profile of callgrind"),
        (
            six(&count("-4")),
            "1:241: invalid value: floating point `-4.0`, expected a number that is not negative",
        ),
        (
            seven(r#"{"Ir":{"values":{"new":1}},"Ir":{"values":{"new":2}}}"#),
            "1:185: duplicate counter `Ir`",
        ),
        (
            seven(r#"{"Ir":{"values":{"new":"1"}}}"#),
            "1:180: invalid type: string \"1\", expected f64",
        ),
    ] {
        assert_eq!(parse(&text).unwrap_err().to_string(), message, "{text}");
    }
}

/// Every unit is spelled as a unit can be, and the lines about it are understood.
#[test]
fn what_is_known_of_the_units() {
    let mut metadata = Metadata::default();
    let units = recordings("gungraun")
        .into_iter()
        .flat_map(|recording| recording.summary().measurements)
        .map(|measurement| measurement.unit);
    for line in units.flat_map(|unit| unit_lines(&unit)) {
        metadata.add(&line).unwrap();
    }
    for unit in [
        "instructions/op",
        "cachegrind-instructions/op",
        "allocs/op",
        "retained-B",
    ] {
        assert!(metadata.is_exact(unit), "{unit}");
        assert_eq!(metadata.better(unit), Some(Better::Lower), "{unit}");
    }
    // The same benchmark, built the same, hit the cache once more or less under either tool.
    for unit in ["L1hits/op", "EstimatedCycles/op"] {
        assert!(!metadata.is_exact(unit), "{unit}");
    }
    assert_eq!(metadata.better("L1HitRate-%"), Some(Better::Higher));
}
