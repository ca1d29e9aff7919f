//! `cargo xtask compare OLD NEW`, as a check calls it: what it prints, and how it exits.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use benchstat::shard::{Part, Shard, VERSION};
use tempfile::TempDir;

const GOOD: &str = "\
Unit allocs/op assume=exact better=lower
rustc: 1.95.0
target: x86_64-unknown-linux-gnu
BenchmarkInvoice/items=10/variant=naive 1 33 allocs/op
BenchmarkInvoice/items=10/variant=naive 1 33 allocs/op
BenchmarkInvoice/items=10/variant=pooled 1 0 allocs/op
";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn compare(&self, old: &str, new: impl AsRef<[u8]>, flags: &[&str]) -> Output {
        let (old, new) = (self.file("old.txt", old), self.file("new.txt", new));
        xtask(
            &[
                &["compare"],
                flags,
                &[old.to_str().unwrap(), new.to_str().unwrap()],
            ]
            .concat(),
        )
    }
}

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn equal_files_pass() {
    let output = Folder::new().compare(GOOD, GOOD, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("2 gating rows: 2 unchanged"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn one_more_allocation_fails_and_is_named() {
    let output = Folder::new().compare(GOOD, GOOD.replace("33", "34"), &[]);
    assert_eq!(output.status.code(), Some(1));
    let line = "regressed     Invoice/items=10/variant=naive  allocs/op  33 → 34  +3.03%";
    assert!(
        stdout(&output).lines().any(|own| own == line),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_case_that_is_gone_fails_and_is_named() {
    let gone: String = GOOD.split_inclusive('\n').take(5).collect();
    let output = Folder::new().compare(GOOD, gone, &[]);
    assert_eq!(output.status.code(), Some(1));
    let named = stdout(&output)
        .lines()
        .any(|line| line.starts_with("missing ") && line.contains("variant=pooled"));
    assert!(named, "{}", stdout(&output));
}

#[test]
fn another_toolchain_is_incomparable() {
    let output = Folder::new().compare(GOOD, GOOD.replace("1.95.0", "1.96.0"), &[]);
    assert_eq!(output.status.code(), Some(4));
    let line = "incomparable  2 rows of allocs/op: rustc: 1.95.0 against 1.96.0";
    assert!(
        stdout(&output).lines().any(|own| own == line),
        "{}",
        stdout(&output)
    );
}

#[test]
fn markdown_shows_names_literally() {
    let hostile = GOOD.replace("variant=naive", "variant=<img>|`@all`");
    let output = Folder::new().compare(
        &hostile,
        hostile.replace("33", "34"),
        &["--format", "markdown"],
    );
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(
        text.starts_with("### 1 gating row got worse or is missing\n"),
        "{text}"
    );
    for markup in ["<img>", "@all", "|`"] {
        assert!(!text.contains(markup), "{markup} in {text}");
    }
    assert!(
        text.contains("&#60;img&#62;&#124;&#96;`@`all&#96;"),
        "{text}"
    );
}

#[test]
fn flags_have_one_dash_or_two() {
    let folder = Folder::new();
    for flags in [
        ["-filter", "/variant:pooled"],
        ["--filter", "/variant:pooled"],
    ] {
        let output = folder.compare(GOOD, GOOD.replace("33", "34"), &flags);
        assert_eq!(output.status.code(), Some(0));
        assert!(
            stdout(&output).contains("1 gating row: 1 unchanged"),
            "{}",
            stdout(&output)
        );
    }
}

#[test]
fn bad_files_are_refused_with_their_place() {
    let long = format!("{GOOD}BenchmarkB 1 {} allocs/op\n", "9".repeat(20_000_000));
    let cases: [(&str, Vec<u8>, &str); 12] = [
        (
            "empty",
            Vec::new(),
            "new.txt: no benchmark results in this file",
        ),
        (
            "no results",
            b"rustc: 1.95.0\n".to_vec(),
            "new.txt: no benchmark results in this file",
        ),
        (
            "another format",
            b"\x89PNG\r\n\x1a\n\0\0\0\n".to_vec(),
            "new.txt: no benchmark results in this file",
        ),
        (
            "cut off in a line",
            GOOD.as_bytes()[..GOOD.len() - 4].to_vec(),
            "new.txt:6: the line has no end",
        ),
        (
            "cut off in a number",
            GOOD.as_bytes()[..GOOD.len() - 12].to_vec(),
            "new.txt:6: the line has no end",
        ),
        (
            "not a number",
            GOOD.replace("33", "NaN").into_bytes(),
            "new.txt:4:",
        ),
        (
            "infinite",
            GOOD.replace("33", "+Inf").into_bytes(),
            "new.txt:4:",
        ),
        (
            "no iterations",
            GOOD.replace(" 1 33", " x 33").into_bytes(),
            "new.txt:4:",
        ),
        (
            "no unit",
            GOOD.replace("33 allocs/op", "33").into_bytes(),
            "new.txt:4:",
        ),
        (
            "a bad unit line",
            GOOD.replace("assume=exact", "assume").into_bytes(),
            "new.txt:1:",
        ),
        (
            "a direction turned around",
            GOOD.replace("\nrustc", "\nUnit B/op better=higher\nrustc")
                .into_bytes(),
            "new.txt:2: better=higher of unit B/op, of which lower is better",
        ),
        ("a line without end", long.into_bytes(), "new.txt:7:"),
    ];
    let folder = Folder::new();
    for (what, bytes, said) in cases {
        let output = folder.compare(GOOD, bytes, &[]);
        assert_eq!(output.status.code(), Some(2), "{what}: {}", stderr(&output));
        assert!(
            stderr(&output).contains(said),
            "{what}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{what}");
    }
}

#[test]
fn bad_usage_is_refused() {
    let folder = Folder::new();
    let old = folder.file("old.txt", GOOD);
    let old = old.to_str().unwrap();
    let bad_gates = folder.file("gates.toml", "alpha = 'x'\n");
    for (arguments, said) in [
        (
            vec!["compare", old],
            "one input has nothing to be compared with",
        ),
        (vec!["compare", old, "absent.txt"], "absent.txt"),
        (
            vec!["compare", "--filter", ".name:(", old, old],
            "parsing -filter",
        ),
        (
            vec!["compare", "--alpha", "2", old, old],
            "-alpha must be in range",
        ),
        (
            vec!["compare", "--format", "pdf", old, old],
            "-format must be",
        ),
        (
            vec!["compare", "--filter", "nothing:here", old, old],
            "no result matches",
        ),
        (
            vec!["compare", "--gate", bad_gates.to_str().unwrap(), old, old],
            "gates.toml",
        ),
        (
            vec!["compare", "--only", "parsecs", "--against", "HEAD"],
            "--only parsecs",
        ),
        (
            vec!["compare", "--against", "no-such-revision"],
            "no-such-revision",
        ),
        (
            vec![
                "compare",
                "--against",
                "HEAD",
                "--into",
                "x",
                "--shard",
                "9/8",
            ],
            "of 8 shards there is no number 9",
        ),
        (
            vec!["compare", "--against", "HEAD", "--shard", "1/8"],
            "--into",
        ),
        (vec!["compare", "--merge"], "INPUT"),
        (vec!["bench", "--into", "x"], "--shard"),
        (vec!["nonsense"], "nonsense"),
    ] {
        let output = xtask(&arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(said),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

/// A folder for each shard of `base.txt` and `head.txt`, by the name of the kind of measurement.
fn shards(folder: &Folder, of: u16, base: &str, head: &str) -> Vec<String> {
    let first: Shard = format!("1/{of}").parse().unwrap();
    let sides = [("base/allocs.txt", base), ("head/allocs.txt", head)];
    let names = |text: &str| -> Vec<String> {
        let results = text
            .lines()
            .filter_map(|line| line.strip_prefix("Benchmark"));
        let mut names: Vec<String> = results
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        names.dedup();
        names
    };
    let files: BTreeMap<String, Vec<String>> = sides
        .iter()
        .map(|(file, text)| ((*file).to_owned(), names(text)))
        .collect();
    let write = |shard: Shard| {
        let part = Part {
            version: VERSION,
            shard,
            base: Some("0123456789abcdef0123".to_owned()),
            head: "fedcba9876543210fedc".to_owned(),
            toolchain: "1.95.0 (0123456 2026-01-01)".to_owned(),
            filter: "*".to_owned(),
            gates: String::new(),
            base_gates: None,
            files: files.clone(),
        };
        let split = part.split().unwrap();
        let own = format!("shard-{}", shard.number());
        for (file, text) in sides {
            let of_shard = |line: &&str| match line.strip_prefix("Benchmark") {
                Some(line) => split.gives(shard, line.split(' ').next().unwrap()),
                None => true,
            };
            let lines: String = text.split_inclusive('\n').filter(of_shard).collect();
            folder.file(&format!("{own}/{file}"), lines);
        }
        folder.file(&format!("{own}/part.json"), part.to_json().unwrap());
        folder.0.path().join(own).to_str().unwrap().to_owned()
    };
    first.siblings().map(write).collect()
}

fn merge(folders: &[String], flags: &[&str]) -> Output {
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    xtask(&[&["compare", "--merge"], flags, &folders].concat())
}

#[test]
fn shards_are_merged_into_the_comparison_of_the_whole() {
    for (head, code) in [(GOOD.to_owned(), 0), (GOOD.replace("33", "34"), 1)] {
        for format in ["text", "markdown", "json", "csv", "bencher"] {
            let folder = Folder::new();
            let flags = ["--format", format];
            let parts = shards(&folder, 3, GOOD, &head);
            let labels = [("old", GOOD), ("new", &head)];
            let [old, new] = labels.map(|(name, text)| folder.file(name, text));
            let whole = xtask(&[
                "compare",
                "--format",
                format,
                "--gate",
                folder.file("gates", "").to_str().unwrap(),
                &format!("0123456789ab={}", old.display()),
                &format!("here={}", new.display()),
            ]);
            let merged = merge(&parts, &flags);
            assert_eq!(merged.status.code(), Some(code), "{}", stderr(&merged));
            assert_eq!(stdout(&merged), stdout(&whole));
            assert_eq!(whole.status.code(), Some(code));
        }
    }
}

#[test]
fn shards_that_are_no_whole_are_refused_and_never_pass() {
    type Spoil<'s> = &'s dyn Fn(&Folder, &mut Vec<String>);
    let spoiled: [(Spoil<'_>, &str); 9] = [
        (
            &|_, parts| drop(parts.remove(1)),
            "1 of 3 shards missing: 2/3",
        ),
        (
            &|_, parts| parts.push(parts[0].clone()),
            "shard 1/3 is there twice",
        ),
        (
            &|folder, parts| {
                let empty = folder.0.path().join("empty");
                fs::create_dir(&empty).unwrap();
                parts[1] = empty.to_str().unwrap().to_owned();
            },
            "empty/part.json",
        ),
        (
            &|_, parts| {
                let path = PathBuf::from(&parts[1]).join("part.json");
                let text = fs::read_to_string(&path).unwrap();
                fs::write(path, text.replace("fedc", "0000")).unwrap();
            },
            "differ in the head's commit",
        ),
        (
            &|_, parts| {
                let path = PathBuf::from(&parts[1]).join("head/allocs.txt");
                let text = fs::read(&path).unwrap();
                fs::write(path, &text[..text.len() - 3]).unwrap();
            },
            "the line has no end: the file was cut off",
        ),
        (
            &|_, parts| {
                let path = PathBuf::from(&parts[1]).join("head/allocs.txt");
                fs::remove_file(path).unwrap();
            },
            "head/allocs.txt",
        ),
        (
            &|_, parts| {
                let path = PathBuf::from(&parts[1]).join("part.json");
                fs::write(path, "{").unwrap();
            },
            "part.json: no part of a comparison",
        ),
        (
            &|_, parts| {
                let path = PathBuf::from(&parts[1]).join("head/allocs.txt");
                let text = fs::read_to_string(&path).unwrap();
                fs::write(path, text.replace("rustc: 1.95.0", "rustc: 1.94.0")).unwrap();
            },
            "by rustc 1.94.0, where the part is of 1.95.0 (0123456 2026-01-01)",
        ),
        (
            &|_, parts| {
                let path = PathBuf::from(&parts[1]).join("head/allocs.txt");
                let text = fs::read_to_string(&path).unwrap();
                fs::write(path, text.replace("better=lower", "better=higher")).unwrap();
            },
            "shard-2/head/allocs.txt:1: better=higher of unit allocs/op, where ",
        ),
    ];
    for (spoil, said) in spoiled {
        let folder = Folder::new();
        let mut parts = shards(&folder, 3, GOOD, GOOD);
        spoil(&folder, &mut parts);
        let output = merge(&parts, &[]);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn inputs_are_not_touched() {
    let folder = Folder::new();
    folder.compare(GOOD, GOOD.replace("33", "NaN"), &[]);
    assert_eq!(
        fs::read_to_string(folder.0.path().join("old.txt")).unwrap(),
        GOOD
    );
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 2);
}

#[test]
fn a_page_has_the_verdicts_and_the_same_exit_code() {
    let folder = Folder::new();
    let worse = GOOD.replace(
        "variant=pooled 1 0 allocs/op",
        "variant=pooled 1 2 allocs/op",
    );
    let output = folder.compare(GOOD, worse, &["-format", "html"]);
    let page = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(page.starts_with("<!DOCTYPE html>"));
    let headline = "2 gating rows: 1 regressed, 1 unchanged";
    assert!(page.contains(headline), "{page}");
    assert!(page.contains("default-src 'none'"));
}
