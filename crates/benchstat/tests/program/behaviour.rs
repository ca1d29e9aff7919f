//! The program: its flags, its exit codes, and what it says of bad input.

use std::fs;
use std::process::{Command, Stdio};

use crate::folder::{Folder, stderr, stdout};

const OLD: &str = "goos: linux\nBenchmarkA-8 1 10 ns/op\nBenchmarkA-8 1 11 ns/op\n";
const NEW: &str = "goos: linux\nBenchmarkA-8 1 20 ns/op\nBenchmarkA-8 1 21 ns/op\n";

#[test]
fn one_dash_and_two_dashes_are_the_same() {
    let folder = Folder::new("dashes", &[("old", OLD), ("new", NEW)]);
    let one = folder.run(&[
        "-col",
        "goos",
        "-row=.name",
        "-filter",
        "-.name:B",
        "-alpha",
        "0.5",
        "old",
        "new",
    ]);
    let two = folder.run(&[
        "--col=goos",
        "--row",
        ".name",
        "--filter=-.name:B",
        "--alpha=0.5",
        "old",
        "new",
    ]);
    assert!(one.status.success(), "{}", stderr(&one));
    assert_eq!(one.stdout, two.stdout);
    assert!(stdout(&one).contains("linux     │"), "{}", stdout(&one));
}

#[test]
fn bad_usage_exits_with_2() {
    let folder = Folder::new("usage", &[("old", OLD)]);
    for (arguments, message) in [
        (
            &["nowhere"][..],
            "benchstat: open nowhere: no such file or directory\n",
        ),
        (
            &["old", "nowhere"],
            "benchstat: open nowhere: no such file or directory\n",
        ),
        (
            &["-alpha", "2", "old"],
            "benchstat: -alpha must be in range [0, 1]\n",
        ),
        (
            &["-confidence", "-1", "old"],
            "benchstat: -confidence must be in range [0, 1]\n",
        ),
        (
            &["-filter", "a:", "old"],
            "benchstat: parsing -filter: syntax error: expected key:value\n\ta:\n\t^\n",
        ),
        (
            &["-row", ".name@up", "old"],
            "benchstat: parsing -row: syntax error: unknown order \"up\"\n\t.name@up\n\t      ^\n",
        ),
        (
            &["-col", ".unit", "old"],
            "benchstat: parsing -col: syntax error: .unit is only allowed in filters\n\t.unit\n\t^\n",
        ),
    ] {
        let output = folder.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert_eq!(stderr(&output), message, "{arguments:?}");
    }
    for arguments in [&[][..], &["-nonsense", "old"], &["-alpha", "x", "old"]] {
        assert_eq!(
            folder.run(arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_folder_is_no_file() {
    let folder = Folder::new("folder", &[]);
    fs::create_dir(folder.0.join("dir")).unwrap();
    let output = folder.run(&["dir"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("benchstat: "),
        "{}",
        stderr(&output)
    );
}

#[test]
fn standard_input_is_a_dash() {
    let folder = Folder::new("stdin", &[("old", OLD)]);
    let output = folder.run_with(&["old", "x=-"], NEW);
    assert!(output.status.success());
    let header = stdout(&output).lines().nth(1).unwrap();
    assert!(
        header.contains("│") && header.contains("old") && header.contains(" x "),
        "{header}"
    );
    let twice = folder.run_with(&["-", "-"], NEW);
    assert!(stdout(&twice).contains("-#0") && !stdout(&twice).contains("-#1"));
}

#[test]
fn bad_lines_are_reported_and_passed_over() {
    let text = "\
BenchmarkA 1 10 ns/op
BenchmarkB
BenchmarkC 1
BenchmarkD x 1 ns/op
BenchmarkE 1 NaN ns/op
BenchmarkF 1 1e999 ns/op
BenchmarkG 1 1 ns/op +Inf B/op
BenchmarkH\u{1b}[31m 1 1 ns/op
Unit
Unit ns/op better
Unit ns/op better=lower
Unit sec/op better=higher
Unit B/op assume=normal
";
    let folder = Folder::new("lines", &[("file", text)]);
    let output = folder.run(&["file"]);
    assert!(output.status.success());
    assert_eq!(
        stderr(&output),
        "\
file:3: missing measurements
file:4: parsing iteration count: invalid syntax
file:5: parsing measurement: not a finite number
file:6: parsing measurement: value out of range
file:7: parsing measurement: not a finite number
file:8: control character in the benchmark name
file:9: missing unit
file:10: expected key=value
file:12: metadata better of unit sec/op already set to lower
file:13: assume=normal of unit B/op is not known, expected assume=nothing or exact
",
    );
    assert_eq!(
        stdout(&output)
            .lines()
            .filter(|line| line.contains('±'))
            .count(),
        1
    );
    assert!(!stdout(&output).contains('\u{1b}'));
}

#[test]
fn zeros_are_converted_like_other_values() {
    let folder = Folder::new(
        "zeros",
        &[("file", "BenchmarkA 1 0 ns/op\nBenchmarkA 1 5 ns/op\n")],
    );
    let output = folder.run(&["-format", "csv", "file"]);
    let start = ",file,\n,sec/op,CI\nA,2.5e-09,∞\ngeomean,";
    assert!(stdout(&output).starts_with(start), "{}", stdout(&output));
}

#[test]
fn columns_of_a_sheet_go_on_after_z() {
    let runs = (0..10)
        .map(|i| format!("BenchmarkA/i={i} 1 {} ns/op\n", i + 1))
        .collect::<Vec<_>>()
        .concat();
    let folder = Folder::new("columns", &[("file", &runs)]);
    let output = folder.run(&["-format=csv", "-col=/i", "file"]);
    let cells: Vec<&str> = stderr(&output)
        .lines()
        .filter(|line| line.contains("confidence"))
        .map(|line| line.split(':').next().unwrap())
        .collect();
    // Ten columns: the first takes two of the sheet, the others four.
    assert_eq!(
        cells,
        [
            "B3", "D3", "H3", "L3", "P3", "T3", "X3", "AB3", "AF3", "AJ3"
        ]
    );
}

#[test]
fn names_with_commas_and_quotes_are_quoted() {
    let folder = Folder::new(
        "quotes",
        &[("file", "note: a, \"b\"\nBenchmarkA,b\"c 1 1 ns/op\n")],
    );
    let output = folder.run(&["-format=csv", "file"]);
    let start = "\"note: a, \"\"b\"\"\"\n,file,\n,sec/op,CI\n\"A,b\"\"c\",1e-09,∞\ngeomean,";
    assert!(stdout(&output).starts_with(start), "{}", stdout(&output));
}

#[test]
fn nothing_in_nothing_out() {
    let folder = Folder::new("nothing", &[("empty", ""), ("other", "PASS\nok\n")]);
    for arguments in [
        &["empty"][..],
        &["empty", "other"],
        &["-format=csv", "empty"],
    ] {
        let output = folder.run(arguments);
        assert!(output.status.success());
        assert!(
            output.stdout.is_empty() && output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_reader_that_stops_is_no_failure() {
    let runs = (0..100_000)
        .map(|i| format!("BenchmarkA/i={i} 1 1 ns/op\n"))
        .collect::<Vec<_>>()
        .concat();
    let folder = Folder::new("pipe", &[("file", &runs)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_benchstat"))
        .arg("file")
        .current_dir(&folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(stderr(&output), "");
}

#[test]
fn help_and_version_take_one_dash_or_two() {
    let folder = Folder::new("help", &[]);
    for (one, two) in [("-help", "--help"), ("-version", "--version")] {
        let (one, two) = (folder.run(&[one]), folder.run(&[two]));
        assert!(one.status.success());
        assert_eq!(stdout(&one), stdout(&two));
    }
    let help = folder.run(&["-help"]);
    let examples = stdout(&help).split("Examples:\n").nth(1).unwrap();
    // Every flag of an example is one that there is.
    let flags = examples.split_whitespace().filter(|word| {
        word.starts_with('-') && word.len() > 1 && word != &"-bench" && word != &"-count"
    });
    for flag in flags {
        assert!(
            stdout(&help).contains(&format!(" -{flag} <")),
            "{flag} of the examples"
        );
    }
}

#[test]
fn an_unknown_flag_is_named_whole() {
    let folder = Folder::new("flags", &[]);
    let output = folder.run(&["-nonsense", "old"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("error: unexpected argument '--nonsense' found\n"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn of_repeated_flags_the_last_counts() {
    let folder = Folder::new("repeated", &[("old", OLD)]);
    let output = folder.run(&["-filter", ".name:B", "-filter", ".name:A", "old"]);
    assert!(stdout(&output).contains("\nA-8"), "{}", stderr(&output));
}

#[test]
fn verdicts_have_the_exit_codes_of_a_gate() {
    let unit = "Unit allocs/op assume=exact better=lower\ntarget: t\nrustc: 1\nprofile: p\n";
    let side = |result: &str| format!("{unit}{result}");
    let folder = Folder::new(
        "exits",
        &[
            ("old", &side("BenchmarkA 1 10 allocs/op\n")),
            ("same", &side("BenchmarkA 1 10 allocs/op\n")),
            ("worse", &side("BenchmarkA 1 11 allocs/op\n")),
            ("gone", &side("BenchmarkB 1 10 allocs/op\n")),
            (
                "torn",
                &side("BenchmarkA 1 9 allocs/op\nBenchmarkA 1 11 allocs/op\n"),
            ),
            ("other", &side("rustc: 2\nBenchmarkA 1 11 allocs/op\n")),
            ("bad", &side("BenchmarkA 1 10 allocs/op\nBenchmarkA x\n")),
            ("gates.toml", ""),
            ("bad.toml", "[units.\"allocs/op\"]\nallow = -1\n"),
        ],
    );
    for (arguments, code) in [
        (&["-gate=gates.toml", "old", "same"][..], 0),
        (&["-gate=gates.toml", "old", "worse"], 1),
        (&["-gate=gates.toml", "old", "gone"], 1),
        (&["-gate=gates.toml", "old", "torn"], 0),
        (&["-gate=gates.toml", "-require-decision", "old", "torn"], 3),
        (&["-gate=gates.toml", "old", "other"], 4),
        // What regressed comes before what is incomparable, and what is bad before both.
        (&["-gate=gates.toml", "old", "other", "worse"], 1),
        (&["-gate=gates.toml", "old", "worse", "bad"], 2),
        (&["-gate=gates.toml", "old"], 2),
        (&["-gate=bad.toml", "old", "same"], 2),
        (&["-gate=nowhere", "old", "same"], 2),
        (&["-require-decision", "old", "same"], 2),
    ] {
        for format in ["text", "csv", "markdown", "json", "bencher"] {
            let mut all = vec!["-format", format];
            all.extend(arguments);
            let output = folder.run(&all);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(code), "{all:?}: {said}");
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;

    use super::*;

    fn full_disk() -> File {
        File::options().write(true).open("/dev/full").unwrap()
    }

    #[test]
    fn a_full_disk_is_a_failure() {
        let folder = Folder::new("full", &[("old", OLD)]);
        for arguments in [&["old"][..], &["-format=json", "old"], &["-help"]] {
            let output = folder
                .command(arguments)
                .stdout(full_disk())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            assert!(stderr(&output).starts_with("benchstat: write output: No space left"));
        }
        // The notes are a part of what csv says; a complaint that nobody reads changes nothing.
        for arguments in [&["-format=csv", "old"][..], &["nowhere"], &["-nonsense"]] {
            let status = folder
                .command(arguments)
                .stdout(Stdio::null())
                .stderr(full_disk())
                .status()
                .unwrap();
            assert_eq!(status.code(), Some(2), "{arguments:?}");
        }
    }

    /// On a terminal that `script` makes.
    fn on_terminal(folder: &Folder, variables: &[(&str, &str)]) -> String {
        let program = env!("CARGO_BIN_EXE_benchstat");
        let output = Command::new("script")
            .args(["--quiet", "--return", "--command"])
            .arg(format!("'{program}' old new"))
            .arg("/dev/null")
            .current_dir(&folder.0)
            .env_remove("NO_COLOR")
            .env("TERM", "xterm")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success());
        stdout(&output).to_owned()
    }

    #[test]
    fn a_terminal_gets_colours_by_what_is_better() {
        let side =
            |value: u32| format!("BenchmarkA 1 {value} ns/op {value} MB/s {value} x\n").repeat(6);
        let folder = Folder::new("colours", &[("old", &side(10)), ("new", &side(20))]);
        let shown = on_terminal(&folder, &[]);
        // Time is worse when it is more, throughput is better, and of x nothing is known.
        let red = shown.matches("\u{1b}[31m+100.00%\u{1b}[0m").count();
        let green = shown.matches("\u{1b}[32m+100.00%\u{1b}[0m").count();
        assert_eq!((red, green), (1, 1), "{shown}");
        assert_eq!(shown.matches("+100.00%").count(), 3, "{shown}");
        assert!(on_terminal(&folder, &[("NO_COLOR", "")]).contains('\u{1b}'));
        for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            assert!(!on_terminal(&folder, &[variable]).contains('\u{1b}'));
        }
        assert!(!stdout(&folder.run(&["old", "new"])).contains('\u{1b}'));
    }
}
