//! The program: what it refuses, what it writes, how it exits.

mod stub;

use std::fs;
use std::process::{Command, Output};

use benchfmt::{Reader, Record};
use stub::{Reply, Stub, answer};

fn load(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_load"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// A server that gives the right answer to `GET /data`.
fn data() -> Stub {
    let exchange = cases::exchanges()
        .into_iter()
        .find(|exchange| exchange.name == "Data")
        .unwrap();
    let body = String::from_utf8(exchange.answer).unwrap();
    stub::start(move |_| Reply::Answer(answer(200, &body)))
}

#[test]
fn only_this_machine_is_a_target() {
    // An address that is set aside for documentation (RFC 5737): nothing is sent, whatever happens.
    let output = load(&[
        "--target",
        "192.0.2.1:80",
        "--rate",
        "10",
        "--duration",
        "1",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(
        error.contains("192.0.2.1:80") && error.contains("--allow-remote"),
        "{error}"
    );
}

#[test]
fn what_makes_no_sense_is_said() {
    for (arguments, expected) in [
        (&["--rate", "0"][..], "a rate of 0"),
        (&["--rate", "10", "--duration", "0"], "a length of 0"),
        (&["--rate", "10", "--case", "Nothing"], "Nothing"),
        (&["--rate", "10", "--case", "Data:x"], "no weight"),
        (&["--rate", "10", "--case", "Data:0"], "weight above zero"),
        (&["--ramp", "10"], "FROM..TO"),
        (&["--rate", "10", "--label", "a b"], "KEY=VALUE"),
        (&["--rate", "10", "--target", "nowhere"], "HOST:PORT"),
        (&["--rate", "10", "--saturate"], "--saturate"),
        (&[], "--rate"),
    ] {
        let output = load(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = text(&output.stderr);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}

#[test]
fn results_are_in_the_benchmark_format_one_line_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results.txt");
    let stub = data();
    let target = stub.address.to_string();
    let pid = std::process::id().to_string();
    for pace in [
        // Over in a quarter of a second, half of what there is time for.
        &["--rate", "200", "--requests", "50"][..],
        &["--ramp", "100..300"],
        &["--saturate", "--requests", "500"],
    ] {
        let mut arguments = vec!["--target", &target, "--pid", &pid, "--connections", "4"];
        arguments.extend(["--duration", "0.5", "--warm-up", "0"]);
        arguments.extend([
            "--label",
            "variant=pooled",
            "--results",
            file.to_str().unwrap(),
        ]);
        arguments.extend(pace);
        let output = load(&arguments);
        // 3: this machine was busy, and the result says so.
        assert!(
            matches!(output.status.code(), Some(0 | 3)),
            "{}",
            text(&output.stderr)
        );
        // Standard error is no terminal.
        assert_eq!(text(&output.stderr), "");
        assert!(
            text(&output.stdout).contains("errors: none"),
            "{}",
            text(&output.stdout)
        );
    }
    let written = fs::read(&file).unwrap();
    let mut reader = Reader::new(&written[..], "results.txt");
    let mut units = benchfmt::Metadata::default();
    let (mut names, mut rates) = (Vec::new(), Vec::new());
    while let Some(record) = reader.next_record().unwrap() {
        match record {
            Record::Unit(unit) => units.add(&unit).unwrap(),
            Record::Result(result) => {
                assert!(result.config().get("generator").is_some());
                assert_eq!(result.config().get("connections"), Some("4"));
                assert!(result.values().all(|value| value >= 0.0));
                let units: Vec<&str> = result
                    .measurements()
                    .map(|measured| measured.unit)
                    .collect();
                // At saturation a request's time says nothing of how long a user waits.
                let saturated = result.name().full().contains("rate=max");
                // A percentile has an answer above it.
                let answers = result.iterations();
                let percentiles = [2, 10, 100, 1000].iter().filter(|least| **least <= answers);
                let expected = if saturated {
                    3
                } else {
                    3 + percentiles.count()
                };
                assert_eq!(units.len(), expected, "{units:?}");
                let at = units.iter().position(|&unit| unit == "req/s").unwrap();
                rates.push(result.values().nth(at).unwrap());
                names.push(result.name().full().to_owned());
            }
            Record::Malformed(error) => panic!("{error}"),
        }
    }
    assert_eq!(
        names,
        [
            "Load/route=data/rate=200/variant=pooled",
            "Load/route=data/rate=100..300/variant=pooled",
            "Load/route=data/rate=max/variant=pooled",
        ]
    );
    // Each was answered; so the rate is that of the schedule, but for the last answer's time.
    assert!((180.0..=200.0).contains(&rates[0]), "{rates:?}");
    assert_eq!(units.better("p99.9-sec"), Some(benchfmt::Better::Lower));
    assert_eq!(units.better("req/s"), Some(benchfmt::Better::Higher));
}

#[test]
fn wrong_answers_fail_the_run() {
    let stub = stub::start(|_| Reply::Answer(answer(200, "something else")));
    let target = stub.address.to_string();
    let arguments = [
        "--target",
        &target,
        "--rate",
        "100",
        "--warm-up",
        "0",
        "--requests",
        "10",
    ];
    let output = load(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("errors: 10 wrong body"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn every_case_is_listed() {
    let output = load(&["--list"]);
    let names: Vec<_> = cases::exchanges()
        .into_iter()
        .map(|exchange| exchange.name)
        .chain(load::FORMS.map(str::to_owned))
        .collect();
    assert_eq!(text(&output.stdout).lines().collect::<Vec<_>>(), names);
}
