//! Where things are in the repository.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use ::paired::Revisions;
use anyhow::{Context, Result};

use crate::suite::Kind;

/// The folders of the repository.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// The workspace that this program was built in.
    pub(crate) fn current() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package.parent().unwrap_or(package).to_owned();
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |target| root.join(target));
        Self { root, target }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The package with the bench targets: where cargo runs them.
    pub(crate) fn benches(&self) -> PathBuf {
        self.root.join("benches")
    }

    /// The committed results.
    pub(crate) fn baselines(&self) -> PathBuf {
        self.root.join("baselines")
    }

    /// The rules for verdicts.
    pub(crate) fn gates(&self) -> PathBuf {
        self.baselines().join("gates.toml")
    }

    /// The last results measured here.
    pub(crate) fn results(&self) -> PathBuf {
        self.target.join("results")
    }

    /// Waits until no other process measures here, and says so; the lock goes with its file.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = self.target.join("measuring.lock");
        fs::create_dir_all(&self.target).with_context(|| path.display().to_string())?;
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        let place = || path.display().to_string();
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error).with_context(place),
        }
        eprintln!("waiting for another `cargo xtask` that measures");
        file.lock().with_context(place)?;
        Ok(file)
    }

    /// Where revisions are built and their results kept.
    pub(crate) fn revision_folder(&self) -> PathBuf {
        self.target.join("revisions")
    }

    /// The revisions of the repository.
    pub(crate) fn revisions(&self) -> Revisions {
        // Found beside the executable that starts it, where all that is kept of a build lies.
        Revisions::new(&self.root, &self.revision_folder())
            .variable("IAI_CALLGRIND_RUNNER", "iai-callgrind-runner")
    }
}

/// The file of a kind of results in a folder of them.
pub(crate) fn file_of(kind: Kind, folder: &Path) -> PathBuf {
    folder.join(format!("{}.txt", kind.name()))
}
