//! The repository.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use paired::Revisions;
use tempfile::TempDir;

/// A repository with one package, whose bench target prints a word and the flags it was built with.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn bench(&self, body: &str) {
        self.write(
            "benches/Cargo.toml",
            "[package]\nname = \"benches\"\nedition = \"2024\"\n[[bench]]\nname = \"word\"\npath = \"word.rs\"\nharness = false\n",
        );
        self.write("benches/src/lib.rs", "");
        self.write("benches/word.rs", body);
        self.write("benches/build.rs", "fn main() {\n    let flags = std::env::var(\"CARGO_ENCODED_RUSTFLAGS\").unwrap();\n    println!(\"cargo:rustc-env=FLAGS={}\", flags.replace('\\u{1f}', \" \"));\n}\n");
    }

    pub(crate) fn commit(&self) {
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

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
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

    pub(crate) fn revisions(&self) -> Revisions {
        Revisions::new(&self.root(), &self.root().join("target").join("revisions"))
    }
}
