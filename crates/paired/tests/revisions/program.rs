//! The program, in a repository that is not ours.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use benchstat::{Collection, Gates, Verdict, judge};

use crate::repository::Repository;
use crate::sampling::target;

/// Runs it for the package of the repository.
fn paired(folder: &Path, bench: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_paired"))
        .args(["--package", "benches", "--bench", bench])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn its_files_are_judged_by_benchstat() {
    let repository = Repository::new();
    repository.bench(&target(&[("One", 1000), ("Two", 1000)]));
    repository.commit();
    repository.write("notes", "");
    let gates = "[paired.'sec/op']\ngate = true\n";
    repository.write("gates.toml", gates);
    let output = paired(
        &repository.root(),
        "word",
        &["HEAD", "--gate", "gates.toml", "--filter", ".name:Two"],
    );
    assert!(output.status.success(), "{output:?}");
    let mut collection = Collection::default();
    for side in ["base", "head"] {
        let file = repository.root().join(format!("target/paired/{side}.txt"));
        let file = fs::File::open(file).unwrap();
        collection.read(side, side, file).unwrap();
    }
    let labels = ["base".to_owned(), "head".to_owned()];
    let gates = Gates::parse(gates).unwrap();
    let rows = judge(&collection, &gates, ".unit:sec/op", &labels)
        .unwrap()
        .judgements;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&*rows[0].case, rows[0].verdict),
        ("Two", Verdict::Unchanged)
    );
    assert!(rows[0].paired.as_ref().unwrap().same_code);
}

#[test]
fn a_package_may_be_the_repository() {
    let repository = Repository::new();
    repository.write("Cargo.toml", "[package]\nname = \"benches\"\nedition = \"2024\"\n[[bench]]\nname = \"word\"\npath = \"word.rs\"\nharness = false\n");
    repository.write("src/lib.rs", "");
    repository.write("word.rs", &target(&[("One", 1000)]));
    repository.commit();
    let output = paired(&repository.root(), "word", &[]);
    assert!(output.status.success(), "{output:?}");
    let head = fs::read_to_string(repository.root().join("target/paired/head.txt")).unwrap();
    assert!(head.contains("BenchmarkOne "), "{head}");
}

#[test]
fn what_it_cannot_do_it_says_and_exits_2() {
    let repository = Repository::new();
    repository.bench(&target(&[("One", 1000)]));
    repository.commit();
    for (bench, arguments, said) in [
        ("word", ["no-such-branch"].as_slice(), "no-such-branch"),
        ("other", &[], "no bench target \"other\""),
        ("word", &["--gate", "nowhere.toml"], "nowhere.toml"),
        ("word", &["--filter", "("], "--filter"),
    ] {
        let output = paired(&repository.root(), bench, arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(said), "{errors}");
    }
    assert!(!repository.root().join("target/paired").exists());
}

#[test]
fn killed_at_any_moment_it_leaves_the_repository_as_it_was_and_works_again() {
    let repository = Repository::new();
    repository.bench(&target(&[("One", 1000)]));
    repository.commit();
    repository.bench(&target(&[("One", 1000), ("Two", 1000)]));
    let state = || {
        let ask = |arguments: &[&str]| repository.git(arguments);
        (
            ask(&["status", "--porcelain"]),
            ask(&["rev-parse", "HEAD"]),
            ask(&["worktree", "list"]),
            ask(&["stash", "list"]),
        )
    };
    let before = state();
    // It takes a second or two to build both sides, and from then on measures for long.
    for moment in [20, 100, 300, 700, 1500, 3000] {
        let mut killed = Command::new(env!("CARGO_BIN_EXE_paired"))
            .args(["--package", "benches", "--bench", "word"])
            .current_dir(repository.root())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(moment));
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert_eq!(state(), before, "killed after {moment} ms");
    }
    // A second is enough for all but a decision.
    let output = paired(&repository.root(), "word", &["--budget", "0.02"]);
    assert!(output.status.success(), "{output:?}");
    let head = fs::read_to_string(repository.root().join("target/paired/head.txt")).unwrap();
    assert!(head.contains("BenchmarkOne "), "{head}");
    assert_eq!(state(), before);
}
