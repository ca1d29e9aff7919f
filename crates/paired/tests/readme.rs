//! What the repository's page tells others to do, done as it says to a crate outside the workspace: one that got slower does not
//! pass, one that did not does.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const README: &str = include_str!("../../../README.md");

/// The blocks of code that tell how to gate another repository, by their language.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let (_, after) = README.split_once("\n## In another repository\n").unwrap();
    let section = after.split("\n## ").next().unwrap();
    let blocks = section.split("```").skip(1).step_by(2);
    blocks
        .map(|block| block.split_once('\n').unwrap())
        .collect()
}

fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap().parent().unwrap().to_owned()
}

/// The folders where programs are sought, with those that `cargo install` would have made first.
fn path() -> OsString {
    let paired = Path::new(env!("CARGO_BIN_EXE_paired"));
    let programs = paired.parent().unwrap();
    let target = programs.parent().unwrap();
    let cargo = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet", "--package", "benchstat"])
        .current_dir(workspace())
        .env("CARGO_TARGET_DIR", target)
        .status()
        .unwrap();
    assert!(cargo.success());
    let known = env::var_os("PATH").unwrap();
    let folders = [programs.to_owned()].into_iter();
    env::join_paths(folders.chain(env::split_paths(&known))).unwrap()
}

/// The crate `yours`, in a repository of its own.
struct Yours {
    folder: TempDir,
    path: OsString,
}

impl Yours {
    /// As it is on the main branch of `origin`, gated as the page says.
    fn new() -> Self {
        let yours = Self {
            folder: TempDir::new().unwrap(),
            path: path(),
        };
        let blocks = blocks();
        let languages: Vec<&str> = blocks.iter().map(|(language, _)| *language).collect();
        assert_eq!(languages, ["", "toml", "rust", "toml", ""]);
        for (line, package) in blocks[0].1.lines().zip(["benchstat", "paired"]) {
            // Installing takes minutes; what it would install is built already.
            let package = format!("crates/{package}");
            assert_eq!(line, format!("cargo install --path HANDLERBENCH/{package}"));
            assert!(workspace().join(package).join("src/main.rs").is_file());
        }
        let here = workspace();
        let manifest = blocks[1].1.replace("HANDLERBENCH", here.to_str().unwrap());
        let package = "[package]\nname = \"yours\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n";
        // What serves the cases is not what is measured.
        let profile = "\n[profile.bench.package.'*']\nopt-level = 0\n";
        yours.write("Cargo.toml", &format!("{package}{manifest}{profile}"));
        // The same dependencies, which are here already.
        fs::copy(
            here.join("Cargo.lock"),
            yours.folder.path().join("Cargo.lock"),
        )
        .unwrap();
        yours.write(".gitignore", "/target\n");
        yours.write("benches/paired.rs", blocks[2].1);
        yours.write("gates.toml", blocks[3].1);
        yours.sums_times(1);
        yours.git(&["init", "--quiet"]);
        yours.commit();
        yours.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        yours
    }

    /// The library, whose sum takes so many times as long as the first did.
    fn sums_times(&self, times: u32) {
        let library = format!(
            "pub fn sum(values: &[u64]) -> u64 {{\n    let mut sum = 0;\n    for _ in 0..std::hint::black_box({times}) {{\n        \
             sum = values.iter().fold(0, |sum, value| std::hint::black_box(sum + value));\n    }}\n    sum\n}}\n"
        );
        self.write("src/lib.rs", &library);
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let git = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@localhost"])
            .args(arguments)
            .current_dir(self.folder.path())
            .status()
            .unwrap();
        assert!(git.success(), "{arguments:?}");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "another"]);
    }

    /// Runs the page's lines in the crate: what the last comes to.
    fn gate(&self) -> Output {
        let lines = blocks()[4].1;
        let mut last = None;
        for line in lines.lines() {
            let mut words = line.split(' ');
            let output = Command::new(words.next().unwrap())
                .args(words)
                .current_dir(self.folder.path())
                .env("PATH", &self.path)
                .env("CARGO_NET_OFFLINE", "true")
                .output()
                .unwrap();
            if let Some(Output { status, stderr, .. }) = last.replace(output) {
                let stderr = String::from_utf8_lossy(&stderr);
                assert!(status.success(), "{line}: {stderr}");
            }
        }
        last.unwrap()
    }
}

#[test]
fn a_crate_that_got_slower_fails_and_one_that_did_not_passes() {
    let yours = Yours::new();
    yours.write("README.md", "What it is for.\n");
    yours.commit();
    let same = yours.gate();
    let said = String::from_utf8(same.stdout).unwrap();
    assert_eq!(same.status.code(), Some(0), "{said}");
    assert!(
        said.ends_with("1 gating row: 1 unchanged\n")
            || said.contains("1 gating row: 1 unchanged;"),
        "{said}"
    );

    yours.sums_times(3);
    yours.commit();
    let slower = yours.gate();
    let said = String::from_utf8(slower.stdout).unwrap();
    assert_eq!(slower.status.code(), Some(1), "{said}");
    assert!(said.contains("regressed     Sum/n=100  sec/op"), "{said}");
}
