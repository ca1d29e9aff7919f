//! Revisions of a small repository of its own: built, reused, cleaned up after.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use paired::{RevisionError, Revisions};
use tempfile::TempDir;

/// A repository with one package, whose bench target prints a word and the flags it was built with.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self {
            folder: TempDir::new().unwrap(),
        };
        repository.write(
            "Cargo.toml",
            "[workspace]\nmembers = [\"benches\"]\nresolver = \"3\"\n",
        );
        repository.write(".gitignore", "/target\n");
        repository.write(
            ".cargo/config.toml",
            "[build]\nrustflags = [\"--cfg=outer\"]\n",
        );
        repository.git(&["init", "--quiet"]);
        repository
    }

    fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn bench(&self, body: &str) {
        self.write(
            "benches/Cargo.toml",
            "[package]\nname = \"benches\"\nedition = \"2024\"\n[[bench]]\nname = \"word\"\npath = \"word.rs\"\nharness = false\n",
        );
        self.write("benches/src/lib.rs", "");
        self.write("benches/word.rs", body);
        self.write("benches/build.rs", "fn main() {\n    let flags = std::env::var(\"CARGO_ENCODED_RUSTFLAGS\").unwrap();\n    println!(\"cargo:rustc-env=FLAGS={}\", flags.replace('\\u{1f}', \" \"));\n}\n");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        let identity = [
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@localhost",
            "-c",
            "commit.gpgsign=false",
        ];
        self.git(&[&identity[..], &["commit", "--quiet", "--message", "test"]].concat());
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    fn revisions(&self) -> Revisions {
        Revisions::new(&self.root(), &self.root().join("target").join("revisions"))
    }
}

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
    // The flags stand there once, though the worktree lies within the repository and has them, too.
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
fn what_an_interrupt_leaves_is_removed_at_the_next_call() {
    let repository = Repository::new();
    repository.bench(SAY_OLD);
    repository.commit();
    let folder = repository.root().join("target").join("revisions");
    fs::create_dir_all(&folder).unwrap();
    let tree = folder.join("tree");
    repository.git(&[
        "worktree",
        "add",
        "--quiet",
        "--detach",
        tree.to_str().unwrap(),
        "HEAD",
    ]);
    fs::remove_file(tree.join("benches/word.rs")).unwrap();
    let revisions = repository.revisions();
    let commit = revisions.resolve("HEAD").unwrap();
    let partial = folder.join(format!("{}-1.2.partial", commit.hash()));
    fs::create_dir_all(&partial).unwrap();
    fs::write(partial.join("half"), "").unwrap();

    let built = revisions.executables(&commit, "benches", "1.2.3").unwrap();
    assert_eq!(built.0.keys().collect::<Vec<_>>(), ["word"]);
    assert!(!tree.exists());
    assert_eq!(repository.git(&["worktree", "list"]).lines().count(), 1);
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
