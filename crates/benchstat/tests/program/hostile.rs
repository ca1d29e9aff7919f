//! Text that means to drive the terminal, wherever it can come from.

use benchfmt::is_obeyed;

use crate::folder::{Folder, stderr, stdout};

/// What a terminal obeys: C0 with NUL and an escape sequence, delete, C1, and turned directions.
const OBEYED: [&str; 8] = [
    "\0",
    "\u{7}",
    "\u{1b}[31m",
    "\u{1b}]0;title\u{7}",
    "\u{7f}",
    "\u{9b}31m",
    "\u{202e}",
    "\u{2066}",
];

/// The text in JSON's own escapes.
fn json(text: &str) -> String {
    text.chars()
        .map(|c| format!("\\u{:04x}", u32::from(c)))
        .collect::<Vec<_>>()
        .concat()
}

fn assert_obeys_nothing(text: &str, of: &str) {
    let obeyed = |c: char| is_obeyed(c) && !matches!(c, '\n' | '\t');
    assert!(!text.contains(obeyed), "{of}: {text:?}");
}

/// Runs in every format, and gives what both outputs hold.
fn run(folder: &Folder, arguments: &[&str]) -> String {
    let mut said = String::new();
    for format in ["text", "csv", "markdown", "json", "bencher"] {
        let mut all = vec!["-format", format];
        all.extend(arguments);
        let output = folder.run(&all);
        assert!(output.status.code().is_some(), "{all:?}");
        for text in [stdout(&output), stderr(&output)] {
            assert_obeys_nothing(text, format);
            said.push_str(text);
        }
    }
    said
}

#[test]
fn of_the_text_format() {
    for bad in OBEYED {
        let text = format!(
            "note: a{bad}b\nno{bad}te: b\nBenchmarkA{bad}/b=c 1 1 ns/op\nBenchmarkB 1 1 n{bad}s/op\n\
             BenchmarkC 1{bad} 1 ns/op\nBenchmarkD 1 1{bad} ns/op\nUnit n{bad}s better=lower\n\
             Unit ns bet{bad}ter=lower\nUnit ns better=low{bad}er\nBenchmarkE/b=c 1 1 ns/op\n\
             {bad}\n{bad}Benchmark\n"
        );
        let folder = Folder::new("text", &[("a.txt", &text), ("b.txt", &text)]);
        for arguments in [
            &["a.txt", "b.txt"][..],
            &["-col=/b", "-row=.name", "-table=note", "a.txt", "b.txt"],
        ] {
            let said = run(&folder, arguments);
            assert!(said.contains("E/b=c") || said.contains("| E |"), "{said}");
            assert!(said.contains("a.txt:"), "{said}");
        }
    }
}

#[test]
fn of_other_tools_files() {
    for bad in OBEYED {
        let bad = json(bad);
        let benchmark = format!("{{\"full_id\": \"A{bad}\"}}");
        let heap = format!(
            "{{\"dhatFileVersion\": 2, \"mode\": \"rust-heap\", \"cmd\": \"H{bad}\", \"pps\": []}}"
        );
        let summary = |version: &str| {
            format!(
                "{{\"version\": \"{version}\", \"benchmark_exe\": \"\", \"module_path\": \"S{bad}\", \
                 \"id\": \"{bad}\", \"profiles\": \"{bad}\"}}"
            )
        };
        let folder = Folder::new(
            "tools",
            &[
                ("all/a/new/benchmark.json", &benchmark),
                ("all/a/new/sample.json", "{\"iters\": [1], \"times\": [5]}"),
                ("all/b/new/benchmark.json", &benchmark),
                (
                    "all/b/new/sample.json",
                    &format!("{{\"iters\": \"{bad}\"}}"),
                ),
                ("all/dhat-heap.json", &heap),
                ("all/c/summary.json", &summary("6")),
                ("all/d/summary.json", &summary(&bad)),
            ],
        );
        let said = run(&folder, &["all"]);
        for known in ["A%", "H%", "b/new/sample.json:1:", "summary of schema"] {
            assert!(said.contains(known), "{known}: {said}");
        }
    }
}

#[test]
fn of_folders_and_files() {
    for bad in OBEYED.iter().filter(|bad| !bad.contains('\0')) {
        let (file, heap) = (format!("f{bad}"), format!("d/x{bad}/dhat-heap.json"));
        let folder = Folder::new("names", &[(&file, "BenchmarkA x\n"), (&heap, "")]);
        let saved = format!("d@s{bad}");
        for input in [&file, &saved, "d", &format!("missing{bad}")] {
            let said = run(&folder, &[input]);
            assert!(!said.is_empty(), "{input:?}");
        }
    }
}

#[test]
fn of_arguments() {
    let folder = Folder::new("arguments", &[("file", "BenchmarkA 1 1 ns/op\n")]);
    for bad in OBEYED.into_iter().filter(|bad| !bad.contains('\0')) {
        let label = format!("l{bad}=file");
        assert!(run(&folder, &[&label]).contains("\\u{"), "{bad:?}");
        for flag in [
            "filter", "table", "row", "col", "ignore", "alpha", "format", bad,
        ] {
            for value in [
                bad.to_owned(),
                format!("a{bad}"),
                format!("{bad}:"),
                format!("/{bad}(/"),
                format!("a:/{bad}(/"),
                format!("a:\"{bad}"),
                format!("a@{bad}"),
                format!("a@({bad}"),
            ] {
                let output = folder.run(&[&format!("-{flag}={value}"), "file"]);
                assert_obeys_nothing(stdout(&output), flag);
                assert_obeys_nothing(stderr(&output), flag);
            }
        }
    }
}

#[test]
fn of_gates() {
    let unit = "Unit allocs/op assume=exact better=lower\n";
    for bad in OBEYED {
        let escaped = json(bad);
        let accepted = format!(
            "[[accepted]]\ncase = \"A\"\nunit = \"allocs/op\"\nvalue = 2\nreason = \"r{escaped}\"\n"
        );
        let selected = format!("filter = \"{escaped}:a\"\n");
        let ranged = format!("[units.\"u{escaped}\"]\nallow = -1\n");
        let folder = Folder::new(
            "gates",
            &[
                ("old", &format!("{unit}BenchmarkA 1 1 allocs/op\n")),
                ("new", &format!("{unit}BenchmarkA 1 2 allocs/op\n")),
                ("accepted.toml", &accepted),
                ("selected.toml", &selected),
                ("ranged.toml", &ranged),
                ("broken.toml", bad),
            ],
        );
        for (gates, known) in [
            ("accepted.toml", "accepted: r"),
            ("selected.toml", "selected.toml: filter"),
            ("ranged.toml", "allow = -1 is out of range"),
            ("broken.toml", "broken.toml: "),
        ] {
            let said = run(&folder, &["-gate", gates, "old", "new"]);
            assert!(said.contains(known), "{gates}: {said}");
        }
    }
}
