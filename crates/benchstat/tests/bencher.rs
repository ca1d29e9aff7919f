//! `-format bencher`, read as the reference of the Bencher Metric Format describes it: an object of benchmarks by name, each an
//! object of measures by name, each with `value` and perhaps `lower_value` and `upper_value`.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use benchstat::document::Document;
use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metric {
    value: f64,
    lower_value: Option<f64>,
    upper_value: Option<f64>,
}

type Benchmarks = BTreeMap<String, BTreeMap<String, Metric>>;

fn benchstat(folder: &Path, arguments: &[&str], format: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_benchstat"))
        .args(arguments)
        .args(["-format", format])
        .current_dir(folder)
        .output()
        .unwrap()
}

fn read(output: &Output) -> Benchmarks {
    let benchmarks: Benchmarks = serde_json::from_slice(&output.stdout).unwrap();
    for (name, measures) in &benchmarks {
        assert!(!name.trim().is_empty() && name.chars().count() <= 1024);
        for (measure, metric) in measures {
            assert!(!measure.is_empty() && measure.chars().count() <= 64);
            let (low, high) = (metric.lower_value, metric.upper_value);
            assert!(low.is_none_or(|low| low <= metric.value), "{metric:?}");
            assert!(high.is_none_or(|high| high >= metric.value), "{metric:?}");
        }
    }
    benchmarks
}

fn folder(name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

#[test]
fn the_last_input_is_what_is_recorded() {
    // Of six values the interval at 95 % is from the smallest to the largest (binomial: 2 / 2^6 = 3.1 % lie outside).
    let old = "BenchmarkA 1 7 ns/op 1 allocs/op\n".repeat(6);
    let new = [1, 2, 3, 5, 6, 8]
        .map(|value| format!("BenchmarkA 1 {value}000000000 ns/op 3 allocs/op\n"))
        .concat();
    let folder = folder("bencher-last", &[("old", &old), ("new", &new)]);
    let benchmarks = read(&benchstat(&folder, &["old", "new"], "bencher"));
    assert_eq!(benchmarks.keys().collect::<Vec<_>>(), ["A"]);
    let measures = &benchmarks["A"];
    assert_eq!(measures.keys().collect::<Vec<_>>(), ["allocs/op", "sec/op"]);
    let metric = measures["sec/op"];
    assert_eq!(metric.value, 4.0);
    assert_eq!(
        (metric.lower_value, metric.upper_value),
        (Some(1.0), Some(8.0))
    );
    assert_eq!(measures["allocs/op"].value, 3.0);
}

#[test]
fn nothing_is_lost_without_a_note() {
    let long = "x".repeat(1025);
    let unit = "y".repeat(65);
    let text = format!(
        "pkg: a\nBenchmarkA 1 1 ns/op\npkg: b\nBenchmarkA 1 2 ns/op\nBenchmark{long} 1 1 ns/op\nBenchmarkB 1 1 {unit}\n"
    );
    let folder = folder("bencher-lost", &[("a", &text)]);
    let output = benchstat(&folder, &["a"], "bencher");
    let benchmarks = read(&output);
    assert_eq!(benchmarks.keys().collect::<Vec<_>>(), ["A", "A (b)"]);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("x sec/op: left out: its name"), "{notes}");
    assert!(notes.contains("y: left out: its unit"), "{notes}");
}

#[test]
fn recorded_tables_have_a_metric_for_each_cell_of_the_last_column() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut all = 0;
    for entry in fs::read_dir(cases).unwrap() {
        let folder = entry.unwrap().path();
        let arguments = fs::read_to_string(folder.join("args")).unwrap();
        let arguments: Vec<&str> = arguments.lines().collect();
        let output = benchstat(&folder, &arguments, "bencher");
        if !output.status.success() {
            // The case is one of bad usage.
            continue;
        }
        let left_out = String::from_utf8_lossy(&output.stderr)
            .matches(": left out: ")
            .count();
        let metrics: usize = read(&output).values().map(BTreeMap::len).sum();
        let json = benchstat(&folder, &arguments, "json").stdout;
        let tables = Document::parse(&json).unwrap().tables;
        let cells = tables.iter().flat_map(|table| {
            let last = table.columns.len() - 1;
            let cells = table.rows.iter().flat_map(|row| &row.cells);
            cells.filter(move |cell| cell.column == last)
        });
        assert_eq!(metrics + left_out, cells.count(), "{}", folder.display());
        all += metrics;
    }
    assert!(all > 500, "{all} metrics");
}

#[test]
fn what_the_last_input_does_not_have_is_not_the_first_ones() {
    let folder = folder(
        "without",
        &[
            ("old.txt", "BenchmarkA 1 7 ns/op 1 allocs/op\n"),
            ("new.txt", "BenchmarkA 1 2 allocs/op\n"),
        ],
    );
    let output = benchstat(&folder, &["old.txt", "new.txt"], "bencher");
    let measures: Vec<String> = read(&output)["A"].keys().cloned().collect();
    assert_eq!(measures, ["allocs/op"]);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(
        notes.contains("A sec/op: left out: the last input does not have it"),
        "{notes}"
    );
}
