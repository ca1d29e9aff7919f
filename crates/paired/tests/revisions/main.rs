//! Revisions of a small repository of its own: built, reused, cleaned up after, and sampled.

#[cfg(feature = "cli")]
mod program;
mod repository;
mod sampling;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use paired::{Linked, RevisionError, Side};
use tempfile::TempDir;

use crate::repository::Repository;

fn says(executable: &Path) -> String {
    String::from_utf8(Command::new(executable).output().unwrap().stdout).unwrap()
}

const SAY_OLD: &str = "fn main() { println!(\"old {}\", env!(\"FLAGS\")); }";

#[test]
fn a_revision_is_built_apart_from_the_working_tree_and_kept() {
    let repository = Repository::new();
    repository.bench(SAY_OLD);
    repository.commit();
    // The working tree does not even build, and is to stay like that.
    repository.write("benches/word.rs", "what is this");
    let status = repository.git(&["status", "--porcelain"]);

    let revisions = repository.revisions();
    let commit = revisions.resolve("HEAD").unwrap();
    assert_eq!(commit.hash(), repository.git(&["rev-parse", "HEAD"]).trim());
    let built = revisions.executables(&commit, "benches", "1.2.3").unwrap();
    // The flags stand there once, though the repository around its files has them, too.
    assert_eq!(says(built.get("word").unwrap()), "old --cfg=outer\n");

    assert_eq!(repository.git(&["status", "--porcelain"]), status);
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 1);

    // Again: what was built is taken, and nothing is built.
    let written = fs::metadata(built.get("word").unwrap())
        .unwrap()
        .modified()
        .unwrap();
    let again = revisions.executables(&commit, "benches", "1.2.3").unwrap();
    assert_eq!(again, built);
    assert_eq!(
        fs::metadata(again.get("word").unwrap())
            .unwrap()
            .modified()
            .unwrap(),
        written
    );
}

#[test]
fn one_measures_at_a_time_and_who_waits_is_told() {
    let repository = Repository::new();
    let revisions = repository.revisions();
    let first = revisions.alone(|| panic!("nobody measures")).unwrap();
    let (waits, waiting) = mpsc::channel();
    thread::scope(|scope| {
        let second = scope.spawn(|| revisions.alone(|| waits.send(()).unwrap()).map(drop));
        waiting.recv().unwrap();
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap().unwrap();
    });
    revisions
        .alone(|| panic!("nobody measures any more"))
        .unwrap();
}

#[test]
fn what_an_interrupt_leaves_is_put_in_order_at_the_next_call() {
    let repository = Repository::new();
    repository.bench(SAY_OLD);
    repository.commit();
    let revisions = repository.revisions();
    let old = revisions.resolve("HEAD").unwrap();
    revisions.executables(&old, "benches", "1.2.3").unwrap();

    // In the middle of a build of the next commit, whose files were not all there.
    let folder = repository.root().join("target").join("revisions");
    fs::rename(folder.join("base"), folder.join("current")).unwrap();
    fs::remove_file(folder.join("current").join("commit")).unwrap();
    fs::remove_file(folder.join("current/tree/benches/word.rs")).unwrap();
    repository.bench("fn main() { println!(\"new\"); }");
    repository.commit();
    let new = revisions.resolve("HEAD").unwrap();
    let partial = folder.join(format!("{}-1.2.partial", new.hash()));
    fs::create_dir_all(&partial).unwrap();
    fs::write(partial.join("half"), "").unwrap();

    let built = revisions.executables(&new, "benches", "1.2.3").unwrap();
    assert_eq!(built.0.keys().collect::<Vec<_>>(), ["word"]);
    assert_eq!(says(built.get("word").unwrap()), "new\n");
    assert!(!folder.join("current").exists());

    // Without what says whose it is, it goes.
    fs::create_dir_all(folder.join("current")).unwrap();
    let again = revisions.executables(&old, "benches", "4.5.6").unwrap();
    assert_eq!(says(again.get("word").unwrap()), "old --cfg=outer\n");
    assert!(!folder.join("current").exists());
}

#[test]
fn the_working_tree_is_a_commit_that_touches_nothing() {
    let repository = Repository::new();
    repository.bench(SAY_OLD);
    repository.commit();
    let revisions = repository.revisions();
    let head = revisions.resolve("HEAD").unwrap();
    assert_eq!(revisions.working_tree().unwrap(), head);

    // Changed, new, staged, and ignored.
    repository.bench("mod word; fn main() { println!(\"{}\", word::WORD); }");
    repository.write("benches/word/mod.rs", "pub const WORD: &str = \"new\";");
    repository.write("staged", "");
    repository.git(&["add", "staged"]);
    let status = repository.git(&["status", "--porcelain"]);
    let snapshot = revisions.working_tree().unwrap();
    assert_ne!(snapshot, head);
    assert_eq!(revisions.working_tree().unwrap(), snapshot);
    let files = repository.git(&["ls-tree", "-r", "--name-only", snapshot.hash()]);
    assert!(files.contains("benches/word/mod.rs") && files.contains("staged"));
    assert!(!files.contains("target"));

    assert_eq!(repository.git(&["status", "--porcelain"]), status);
    assert_eq!(repository.git(&["rev-parse", "HEAD"]).trim(), head.hash());
    assert_eq!(repository.git(&["stash", "list"]), "");
}

#[test]
fn equal_source_gives_equal_bytes_and_a_seed_another_layout() {
    let repository = Repository::new();
    repository.bench(SAY_OLD);
    repository.commit();
    let revisions = repository.revisions();
    let base = revisions.resolve("HEAD").unwrap();
    repository.write("unrelated", "");
    let head = revisions.working_tree().unwrap();
    assert_ne!(base, head);
    let layouts = |side, commit, seeds: &[u64]| -> Vec<Vec<u8>> {
        let what = Linked {
            side,
            commit,
            package: "benches",
            target: "word",
            toolchain: "1.2.3",
        };
        let paths = revisions.layouts(what, seeds).unwrap();
        for path in &paths {
            assert_eq!(says(path), "old --cfg=outer\n");
        }
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    };
    let of_base = layouts(Side::Base, &base, &[0, 1, 2]);
    let of_head = layouts(Side::Head, &head, &[0, 1]);
    assert_eq!(of_base[0], of_head[0]);
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        assert_ne!(of_base[0], of_base[1]);
        assert_ne!(of_base[1], of_base[2]);
        assert_eq!(of_base[1], of_head[1]);
    }
    // What was linked is taken.
    assert_eq!(
        layouts(Side::Base, &base, &[2, 0]),
        [of_base[2].clone(), of_base[0].clone()]
    );
    revisions.remove_layouts(&base, "1.2.3").unwrap();
    assert_eq!(layouts(Side::Base, &base, &[0]), [of_base[0].clone()]);
}

#[test]
fn other_worktrees_and_what_a_hook_sees_are_left_alone() {
    let repository = Repository::new();
    repository.bench(SAY_OLD);
    repository.commit();
    // A worktree on a disk that is not there now.
    let elsewhere = TempDir::new().unwrap();
    let other = elsewhere.path().join("other");
    repository.git(&[
        "worktree",
        "add",
        "--quiet",
        "--detach",
        other.to_str().unwrap(),
        "HEAD",
    ]);
    fs::remove_dir_all(&other).unwrap();
    let revisions = repository.revisions();
    let commit = revisions.resolve("HEAD").unwrap();
    revisions.executables(&commit, "benches", "1.2.3").unwrap();
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 2);
}

#[test]
fn what_is_wrong_with_a_revision_is_said() {
    let repository = Repository::new();
    repository.commit();
    let revisions = repository.revisions();
    assert!(matches!(
        revisions.resolve("no-such-branch"),
        Err(RevisionError::Unknown { .. })
    ));
    assert!(matches!(
        revisions.resolve("--help"),
        Err(RevisionError::Unknown { .. })
    ));
    let empty = revisions.resolve("HEAD").unwrap();
    let error = revisions
        .executables(&empty, "benches", "1.2.3")
        .unwrap_err();
    assert!(matches!(error, RevisionError::NoTargets { .. }), "{error}");

    repository.bench("fn main() { let x: u8 = \"\"; }");
    repository.commit();
    let broken = revisions.resolve("HEAD").unwrap();
    let error = revisions
        .executables(&broken, "benches", "1.2.3")
        .unwrap_err();
    assert!(matches!(error, RevisionError::Build { .. }), "{error}");
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 1);
}
