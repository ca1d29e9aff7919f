//! Folders and files of other tools as inputs of the program.

use std::fs;
use std::path::Path;

use crate::folder::{Folder, stderr, stdout};

const SAMPLES_KEY: &str = "samples: of one process\n";

/// criterion's files of one benchmark; each sample is of ten iterations, and its time is given for
/// one, in nanoseconds.
fn criterion(folder: &Path, name: &str, run: &str, nanoseconds: &[f64]) {
    let folder = folder.join(name.replace('/', "_")).join(run);
    fs::create_dir_all(&folder).unwrap();
    let times: Vec<f64> = nanoseconds.iter().map(|time| 10.0 * time).collect();
    let iters = vec![10.0; times.len()];
    fs::write(
        folder.join("benchmark.json"),
        format!("{{\"full_id\": {name:?}}}"),
    )
    .unwrap();
    fs::write(
        folder.join("sample.json"),
        format!("{{\"sampling_mode\": \"Flat\", \"iters\": {iters:?}, \"times\": {times:?}}}"),
    )
    .unwrap();
}

fn around(center: f64) -> Vec<f64> {
    (0..11).map(|i| center + 0.01 * f64::from(i - 5)).collect()
}

/// Two runs of criterion's, of which the second took twice the time in every sample.
fn two_runs(name: &str) -> Folder {
    let folder = Folder::new(name, &[]);
    criterion(&folder.path("old"), "Sum of/10", "new", &around(100.0));
    criterion(&folder.path("new"), "Sum of/10", "new", &around(200.0));
    folder
}

fn heap(blocks: u32) -> String {
    format!(
        "{{\"dhatFileVersion\": 2, \"mode\": \"rust-heap\", \"cmd\": \"target/service\", \
         \"pps\": [{{\"tb\": 640, \"tbk\": {blocks}, \"gb\": 64, \"eb\": 0}}], \"ftbl\": []}}"
    )
}

const GATES: &str = "[units.\"sec/op\"]\ngate = true\n[units.\"allocs/op\"]\ngate = true\n";

#[test]
fn two_folders_of_criterion_are_compared_with_intervals_and_a_warning() {
    let folder = two_runs("criterion");
    let output = folder.run(&["old", "new"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with(SAMPLES_KEY), "{text}");
    assert!(
        text.contains("Sum%20of/10   100.0n ± 0%   200.0n ± 0%  +100.00% (p=0.000 n=11)"),
        "{text}"
    );
    let warning = stderr(&output);
    assert!(
        warning.starts_with("note: samples of one process do not show a change")
            && warning.lines().count() == 1,
        "{warning}"
    );
}

#[test]
fn the_warning_is_part_of_what_is_a_document() {
    let folder = two_runs("documents");
    for format in ["markdown", "json"] {
        let output = folder.run(&["-format", format, "old", "new"]);
        assert!(
            stdout(&output).contains("samples of one process do not show a change"),
            "{format}"
        );
        assert_eq!(stderr(&output), "", "{format}");
    }
    let output = folder.run(&["-format=csv", "old", "new"]);
    assert!(stdout(&output).starts_with(SAMPLES_KEY));
    assert!(stderr(&output).ends_with(", and each counts once\n"));
}

#[test]
fn a_single_run_of_a_side_is_never_called_a_change() {
    let folder = two_runs("gate");
    fs::write(folder.path("gates.toml"), GATES).unwrap();
    let output = folder.run(&["-gate", "gates.toml", "old", "new"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("1 gating row: 1 undecided"), "{text}");
    assert!(
        text.contains("too few samples to show any change"),
        "{text}"
    );
    let output = folder.run(&["-gate", "gates.toml", "-require-decision", "old", "new"]);
    assert_eq!(output.status.code(), Some(3));
}

/// Also when they come as text that was once imported.
#[test]
fn samples_that_say_that_they_are_of_one_process_are_never_called_a_change() {
    let side = |value: f64| {
        let lines = around(value).into_iter();
        let lines = lines.map(|time| format!("BenchmarkA 1 {time} ns/op\n"));
        format!("{SAMPLES_KEY}{}", lines.collect::<String>())
    };
    let folder = Folder::new(
        "said",
        &[
            ("old", &side(100.0)),
            ("new", &side(200.0)),
            ("exact.toml", "[units.\"sec/op\"]\nexact = true\n"),
            ("gates.toml", GATES),
        ],
    );
    for gates in ["gates.toml", "exact.toml"] {
        let output = folder.run(&["-gate", gates, "old", "new"]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("1 gating row: 1 undecided"));
    }
}

#[test]
fn several_runs_of_a_side_count_once_each() {
    let folder = Folder::new("runs", &[("gates.toml", GATES)]);
    let mut arguments = vec!["-gate".to_owned(), "gates.toml".to_owned()];
    for run in 0..6 {
        for (side, center) in [("old", 100.0), ("new", 200.0)] {
            let name = format!("{side}{run}");
            criterion(&folder.path(&name), "A", "new", &around(center));
            arguments.push(format!("{side}={name}"));
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = folder.run(&arguments);
    // The smallest p value of six and six is 2 in 924.
    assert!(
        stdout(&output).contains("(p=0.002 n=6)"),
        "{}",
        stdout(&output)
    );
    assert_eq!(output.status.code(), Some(1));
    let output = folder.run(&arguments[2..]);
    assert!(stdout(&output).contains("(p=0.002 n=6)"));
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_saved_baseline_is_named_behind_the_folder() {
    let folder = Folder::new("saved", &[]);
    criterion(&folder.path("criterion"), "A", "new", &around(200.0));
    criterion(&folder.path("criterion"), "A", "before", &around(100.0));
    let output = folder.run(&["criterion@before", "criterion"]);
    let text = stdout(&output);
    assert!(
        text.contains("criterion@before") && text.contains("100.0n ± 0%   200.0n ± 0%"),
        "{text}"
    );
    let output = folder.run(&["x=criterion@gone"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "benchstat: criterion: no results found; looked for */gone/sample.json (criterion), \
         summary.json (iai-callgrind, gungraun) and dhat-heap.json (dhat); criterion's baselines \
         here: before, new\n"
    );
    // A file of this name is a file.
    fs::write(folder.path("criterion@before"), "BenchmarkB 1 1 ns/op\n").unwrap();
    assert!(stdout(&folder.run(&["criterion@before"])).contains("\nB "));
}

#[test]
fn counts_are_exact() {
    let folder = Folder::new("heap", &[("gates.toml", GATES)]);
    for (file, blocks) in [("old.json", 10), ("new.json", 11)] {
        fs::write(folder.path(file), heap(blocks)).unwrap();
    }
    let output = folder.run(&["-gate", "gates.toml", "a=old.json", "b=new.json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("service   10.00 ± 0%   11.00 ± 0%  +10.00% (n=1)"),
        "{text}"
    );
    assert!(
        text.contains("regressed     service  allocs/op  10 → 11  +10.00%"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_imported_is_said_with_its_place() {
    let folder = two_runs("broken");
    criterion(&folder.path("new"), "B", "new", &[1.0]);
    fs::write(folder.path("new/B/new/sample.json"), "{\n\"iters\": [1.0,").unwrap();
    fs::write(folder.path("gates.toml"), GATES).unwrap();
    let place = "new/B/new/sample.json:2:14: EOF while parsing a value\n";
    let output = folder.run(&["-ignore=samples", "old", "new"]);
    assert!(output.status.success());
    assert!(stderr(&output).starts_with(place), "{}", stderr(&output));
    assert!(stdout(&output).contains("Sum%20of/10"));
    // What is not all there is not judged.
    let output = folder.run(&["-gate", "gates.toml", "old", "new"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        format!("{place}benchstat: bad input cannot be judged\n")
    );
}

#[test]
fn what_holds_nothing_known_is_an_error() {
    let folder = Folder::new(
        "unknown",
        &[
            ("estimates.json", "{\"mean\": 1}"),
            ("x/readme", ""),
            ("broken/dhat-heap.json", "{\"dhatFil"),
            ("broken/a/summary.json", "oops"),
        ],
    );
    for (input, message) in [
        (
            "x",
            "benchstat: x: no results found; looked for */new/sample.json (criterion), \
             summary.json (iai-callgrind, gungraun) and dhat-heap.json (dhat)\n",
        ),
        (
            "broken/dhat-heap.json",
            "benchstat: broken/dhat-heap.json:1:9: EOF while parsing a string\n",
        ),
        (
            "broken",
            "benchstat: broken/a/summary.json:1:1: expected value\n",
        ),
        (
            "a=estimates.json",
            "benchstat: estimates.json: neither a summary of iai-callgrind or gungraun nor a heap \
             profile of dhat\n",
        ),
        (
            "x@y@z",
            "benchstat: open x@y@z: no such file or directory\n",
        ),
    ] {
        let output = folder.run(&[input]);
        assert_eq!(output.status.code(), Some(2), "{input}");
        assert_eq!(stderr(&output), message);
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn units_that_contradict_another_input_are_reported() {
    let text = "Unit allocs/op better=higher\nBenchmarkservice 1 12 allocs/op\n";
    let folder = Folder::new("units", &[("a.txt", text), ("b.json", &heap(10))]);
    let output = folder.run(&["a.txt", "b.json"]);
    assert!(output.status.success());
    assert_eq!(
        stderr(&output),
        "b.json: metadata better of unit allocs/op already set to higher\n"
    );
}
