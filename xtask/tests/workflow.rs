//! The steps of the workflow that posts comments, run as they stand in its file, before a `gh` that answers from files.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use benchstat::comment::MARKER;
use tempfile::TempDir;

/// Says what it was called with, and gives what the test has put there.
const GH: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$*" >> "$ANSWERS/calls"
case "$*" in
  *--input*) cat > "$ANSWERS/posted" ;;
  */zip*) cat "$ANSWERS/zip" ;;
  */artifacts*) cat "$ANSWERS/artifacts" ;;
  */pulls*) cat "$ANSWERS/pulls" ;;
  */comments*) cat "$ANSWERS/comments" ;;
esac
"#;

/// Where the steps run.
struct Runner(TempDir);

impl Runner {
    /// Nothing where a program that the steps use is not installed; the host has them.
    fn start() -> Option<Self> {
        for program in ["jq", "unzip", "zip"] {
            if Command::new(program).arg("--help").output().is_err() {
                eprintln!("skipped: no program {program}");
                return None;
            }
        }
        let runner = Self(TempDir::new().unwrap());
        let gh = runner.path("gh");
        fs::write(&gh, GH).unwrap();
        fs::set_permissions(&gh, Permissions::from_mode(0o755)).unwrap();
        Some(runner)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts there what `gh` answers with.
    fn answer(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Packs a file as the host does.
    fn pack(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
        let _ = fs::remove_file(self.path("zip.zip"));
        let mut zip = Command::new("zip");
        zip.args(["-q", "zip.zip", name]).current_dir(self.0.path());
        assert!(zip.status().unwrap().success());
        fs::rename(self.path("zip.zip"), self.path("zip")).unwrap();
    }

    /// Runs a step, as the host runs bash: what it said, and its outputs.
    fn run(&self, step: &str, variables: &[(&str, &str)]) -> (Output, String) {
        for old in ["calls", "output", "posted"] {
            let _ = fs::remove_file(self.path(old));
        }
        let programs = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .args([
                "--noprofile",
                "--norc",
                "-eo",
                "pipefail",
                "-c",
                &script(step),
            ])
            .current_dir(self.0.path())
            .env("PATH", format!("{}:{programs}", self.0.path().display()))
            .env("ANSWERS", self.0.path())
            .env("RUNNER_TEMP", self.path("temporary"))
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_REPOSITORY", "owner/name")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        (output, self.read("output"))
    }
}

/// How far the lines of a step are set in.
const INDENT: &str = "          ";

/// The lines that a step of the workflow runs.
fn script(step: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workflow = fs::read_to_string(root.join(".github/workflows/comment.yml")).unwrap();
    let (_, after) = workflow.split_once(&format!("- name: {step}\n")).unwrap();
    let (_, lines) = after.split_once("run: |\n").unwrap();
    let within = lines
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with(INDENT));
    let lines: Vec<&str> = within
        .map(|line| line.strip_prefix(INDENT).unwrap_or_default())
        .collect();
    lines.join("\n")
}

fn artifact(id: u32, made: &str, bytes: u32) -> String {
    format!(
        r#"{{"id": {id}, "name": "comparison", "expired": false, "created_at": "{made}", "size_in_bytes": {bytes}}}"#
    )
}

#[test]
fn a_comparison_is_taken_if_it_is_of_this_attempt_and_small() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let take = |artifacts: &[String]| {
        runner.answer(
            "artifacts",
            &format!(r#"{{"artifacts": [{}]}}"#, artifacts.join(", ")),
        );
        let variables = [("RUN", "7"), ("STARTED", "2026-01-02T00:00:00Z")];
        let (output, outputs) = runner.run("Take the comparison", &variables);
        // Whatever is wrong with it, the comment is written.
        assert!(output.status.success(), "{output:?}");
        outputs == "found=true\n"
    };
    let (before, after, later) = (
        "2026-01-01T00:00:00Z",
        "2026-01-02T00:00:01Z",
        "2026-01-02T01:00:00Z",
    );
    runner.pack("comparison.json", b"{}");
    assert!(take(&[artifact(1, after, 100)]));
    assert_eq!(runner.read("temporary/comparison/unpacked.json"), "{}");
    // Of a run that was begun again the newest, and none of what it was before.
    assert!(take(&[
        artifact(3, later, 100),
        artifact(1, before, 100),
        artifact(2, after, 100)
    ]));
    assert!(runner.read("calls").contains("/artifacts/3/zip"));
    assert!(!take(&[artifact(1, before, 100)]));
    assert!(!take(&[]));
    assert!(!take(&[artifact(1, after, 1 << 21)]));

    runner.pack("another.json", b"{}");
    assert!(!take(&[artifact(1, after, 100)]));
    runner.answer("zip", "this is no archive");
    assert!(!take(&[artifact(1, after, 100)]));
    // Larger than it says, packed or unpacked.
    runner.answer("zip", &"x".repeat(3 << 20));
    assert!(!take(&[artifact(1, after, 100)]));
    runner.pack("comparison.json", &vec![b' '; 17 << 20]);
    assert!(fs::metadata(runner.path("zip")).unwrap().len() < 1 << 20);
    assert!(!take(&[artifact(1, after, 100)]));
}

#[test]
fn the_pull_request_is_the_one_whose_head_was_measured() {
    let Some(runner) = Runner::start() else {
        return;
    };
    let pull = |number: u32, sha: &str, repository: u32| {
        format!(
            r#"{{"number": {number}, "head": {{"sha": "{sha}", "repo": {{"id": {repository}}}}}}}"#
        )
    };
    let find = |pulls: &[String]| {
        runner.answer("pulls", &format!("[{}]", pulls.join(", ")));
        let variables = [
            ("HEAD_BRANCH", "a branch$(touch hurt)"),
            ("HEAD_OWNER", "someone"),
            ("HEAD_REPOSITORY", "5"),
            ("HEAD_SHA", "abc"),
        ];
        let (output, outputs) = runner.run("Find the pull request", &variables);
        assert!(output.status.success(), "{output:?}");
        assert!(!runner.path("hurt").exists());
        outputs
    };
    assert_eq!(
        find(&[pull(1, "old", 5), pull(2, "abc", 5), pull(3, "abc", 6)]),
        "number=2\n"
    );
    assert!(
        runner
            .read("calls")
            .contains("head=someone:a branch$(touch hurt)")
    );
    // No longer the newest commit; of another repository; not known which.
    assert_eq!(find(&[pull(1, "old", 5)]), "");
    assert_eq!(find(&[pull(1, "abc", 6)]), "");
    assert_eq!(find(&[pull(1, "abc", 5), pull(2, "abc", 5)]), "");
}

#[test]
fn one_comment_is_posted_and_changed_from_then_on() {
    let Some(runner) = Runner::start() else {
        return;
    };
    fs::create_dir_all(runner.path("temporary")).unwrap();
    let body = format!("{MARKER}\n\"quoted\" $(touch hurt)\n");
    fs::write(runner.path("temporary/comment.md"), &body).unwrap();
    let comment = |id: u32, user: &str, body: &str| {
        format!(r#"{{"id": {id}, "user": {{"login": "{user}"}}, "body": "{body}"}}"#)
    };
    let post = |pages: &str| {
        runner.answer("comments", pages);
        let (output, _) = runner.run("Post it, or change the one that is there", &[("PULL", "9")]);
        assert!(output.status.success(), "{output:?}");
        let posted: serde_json::Value = serde_json::from_str(&runner.read("posted")).unwrap();
        assert_eq!(posted["body"], body);
        assert!(!runner.path("hurt").exists());
        runner.read("calls").lines().last().unwrap().to_owned()
    };
    let others = [
        comment(1, "someone", &format!("{MARKER} mine")),
        comment(2, "github-actions[bot]", "of another workflow"),
    ];
    let page = |comments: &[String]| format!("[{}]", comments.join(", "));
    let new = "api --method POST repos/owner/name/issues/9/comments --input - --silent";
    assert_eq!(post("[]"), new);
    assert_eq!(post(&page(&others)), new);
    let ours = comment(3, "github-actions[bot]", &format!("{MARKER} before"));
    let known = post(&(page(&others) + &page(&[ours])));
    assert_eq!(
        known,
        "api --method PATCH repos/owner/name/issues/comments/3 --input - --silent"
    );
}
