//! `cargo xtask comment`, as the workflow that posts comments calls it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use benchstat::comment::MARKER;
use tempfile::TempDir;

const LINK: &str = "https://host.example/runs/1";

fn comment(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("comment")
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn what_compare_writes_becomes_a_comment() {
    let folder = TempDir::new().unwrap();
    let unit =
        "Unit allocs/op assume=exact better=lower\nrustc: 1\ntarget: x\nprofile: x\nallocator: x\n";
    let paths = [("old", 33), ("new", 34)].map(|(name, value)| {
        let path = folder.path().join(name);
        fs::write(
            &path,
            format!("{unit}Benchmark@all|`<b> 1 {value} allocs/op\n"),
        )
        .unwrap();
        path
    });
    let compared = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["compare", "--gate", "/dev/null", "--format", "json"])
        .args(&paths)
        .output()
        .unwrap();
    assert_eq!(compared.status.code(), Some(1));
    let json = folder.path().join("comparison.json");
    fs::write(&json, &compared.stdout).unwrap();
    let output = comment(&[json.to_str().unwrap(), "--link", LINK]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with(&format!(
            "{MARKER}\n### 1 gating row got worse or is missing\n"
        )),
        "{text}"
    );
    assert!(
        text.contains("| `` @all\\|`<b> `` | ` allocs/op ` | 33 → 34, +3.03% |"),
        "{text}"
    );
    assert!(text.ends_with(&format!("(<{LINK}>)\n")), "{text}");
}

#[test]
fn what_is_none_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    let path = file.to_str().unwrap();
    // As long as the largest that is read, and one byte more.
    let long = format!("{{\"version\": 1{}", " ".repeat(16 << 20));
    for (text, said) in [
        ("", "no comparison: EOF"),
        ("{\"version\": 2}", "version 2"),
        ("{\"version\": 1, \"tables\": []}", "not judged"),
        (&*"[".repeat(100_000), "no comparison: "),
        (&*long, "larger than 16777216 bytes"),
    ] {
        fs::write(&file, text).unwrap();
        let output = comment(&[path]);
        assert_eq!(output.status.code(), Some(2), "{said}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(said), "{error}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(comment(&[]).status.code(), Some(2));
    let commit = "0123456789abcdef";
    let missing = comment(&["--without", "--link", LINK, "--commit", commit]);
    assert_eq!(
        String::from_utf8(missing.stdout).unwrap(),
        format!(
            "{MARKER}\n### Nothing was compared\n\nOf commit ` {commit} `.\n\n[All of it, and how it was measured](<{LINK}>)\n"
        )
    );
}

#[test]
fn what_a_document_says_drives_no_terminal_and_no_runner() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file\n::notice::name");
    let outcome = r"x\n::error title=pwned::\u001b[31m\n  ::warning::x ##[error]y";
    fs::write(
        &file,
        format!(
            r#"{{"version": 1, "tables": [], "verdicts": {{"outcome": "{outcome}", "exit_code": 0, "judgements": []}}}}"#
        ),
    )
    .unwrap();
    let output = comment(&[file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("error: ") && error.contains("pwned"),
        "{error}"
    );
    assert!(
        !error.contains('\u{1b}') && !error.contains("##["),
        "{error}"
    );
    for line in error.lines() {
        assert!(!line.trim_start().starts_with("::"), "{error}");
    }
    // The cause is told once.
    for said in ["no comparison", "unknown variant"] {
        assert_eq!(error.matches(said).count(), 1, "{error}");
    }
    let bad = comment(&["--no\n::error::\u{1b}[31m"]);
    let error = String::from_utf8(bad.stderr).unwrap();
    assert!(
        !error.contains('\u{1b}') && !error.contains("\n::"),
        "{error}"
    );
}

/// The workflow finds its comment by what all of them begin with.
#[test]
fn the_workflow_looks_for_the_marker() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workflow = fs::read_to_string(root.join(".github/workflows/comment.yml")).unwrap();
    assert!(workflow.contains(&format!("startswith(\"{MARKER}\")")));
    let compare = fs::read_to_string(root.join(".github/workflows/compare.yml")).unwrap();
    assert!(compare.starts_with("name: compare\n") && workflow.contains("workflows: [compare]"));
}
