//! The executables of a revision.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::build::{BuildError, Executables, build_nested};
use crate::git::Git;
use crate::side::Side;
use crate::snapshot;
use crate::workshop::Workshop;

/// A commit, by its full hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
    pub(crate) fn new(hash: &str) -> Self {
        Self(hash.to_owned())
    }

    /// The full hash.
    pub fn hash(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Commit {
    /// The first 12 digits, which tell commits of most repositories apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get(..12).unwrap_or(&self.0))
    }
}

/// Why a revision could not be built.
#[derive(Debug, Error)]
pub enum RevisionError {
    /// It names no commit.
    #[error("{revision:?} is no revision of this repository: {message}")]
    Unknown {
        /// What was asked for.
        revision: String,
        /// What git says.
        message: String,
    },
    /// Git failed.
    #[error("git {command}: {message}")]
    Git {
        /// What it was asked to do.
        command: String,
        /// What it says.
        message: String,
    },
    /// A file or folder could not be used.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The revision does not build.
    #[error("revision {commit}: {error}")]
    Build {
        /// Which.
        commit: Commit,
        /// Why.
        error: BuildError,
    },
    /// The revision has no bench targets in this package.
    #[error(
        "revision {commit} has no package {package:?} with bench targets: it may be older than they are"
    )]
    NoTargets {
        /// Which.
        commit: Commit,
        /// The package.
        package: String,
    },
}

/// Revisions of a repository and the executables that were built from them, below a folder of their own.
///
/// | path | what |
/// | --- | --- |
/// | `base/`, `head/` | for each side: the files of the commit that was built last, and cargo's target folder, so that dependencies are built once |
/// | `current/` | that of the side for which something is built now |
/// | `<commit>-<toolchain>/` | the executables of a commit |
/// | `lock` | held while something is built |
///
/// Nothing else of the repository changes: not the working tree, not the index, not the list of worktrees.
#[derive(Debug)]
pub struct Revisions {
    git: Git,
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

impl Revisions {
    /// The revisions of the repository whose root is `repository`; `folder` is where they are built.
    pub fn new(repository: &Path, folder: &Path) -> Self {
        Self {
            git: Git {
                repository: repository.to_owned(),
            },
            folder: folder.to_owned(),
            variables: Vec::new(),
        }
    }

    /// Builds with an environment variable: what would be told of the build's folder otherwise, which does not stay where it is.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    ///
    /// If it names none, or git cannot be asked.
    pub fn resolve(&self, revision: &str) -> Result<Commit, RevisionError> {
        let spec = format!("{revision}^{{commit}}");
        let hash = self.git.run(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &spec,
        ]);
        hash.map(|hash| Commit(hash.trim().to_owned()))
            .map_err(|error| match error {
                RevisionError::Git { message, .. } => {
                    let message = if message.is_empty() {
                        "git does not know it".to_owned()
                    } else {
                        message
                    };
                    RevisionError::Unknown {
                        revision: revision.to_owned(),
                        message,
                    }
                }
                other => other,
            })
    }

    /// The working tree as a commit: its files, those that git neither tracks nor ignores too. It is `HEAD` if nothing
    /// differs from it.
    ///
    /// # Errors
    ///
    /// If git fails.
    pub fn working_tree(&self) -> Result<Commit, RevisionError> {
        let _lock = self.lock()?;
        snapshot::working_tree(&self.git, &self.folder)
    }

    /// The executables of a package's bench targets at a commit, and of its programs: those that were built before, or new ones.
    ///
    /// `toolchain` names whatever else decides what is built, such as the compiler's version; with another one the
    /// commit is built again. What an interrupted call left behind is put in order first.
    ///
    /// # Errors
    ///
    /// If git or the build fails, or the commit has no such targets.
    pub fn executables(
        &self,
        commit: &Commit,
        package: &str,
        toolchain: &str,
    ) -> Result<Executables, RevisionError> {
        // Two builds would share one workshop; the lock goes with the process.
        let _lock = self.lock()?;
        let kept = self.kept(commit, toolchain);
        if kept.is_dir() {
            return list(&kept);
        }
        let workshop = self.workshop(Side::Base, commit, package)?;
        let built = build_nested(
            &workshop.tree(),
            self.outside(),
            package,
            &workshop.build(),
            &self.variables,
        )
        .map_err(|error| RevisionError::Build {
            commit: commit.clone(),
            error,
        })?;
        if built.0.is_empty() {
            return Err(no_targets(commit, package));
        }

        // Whole or not at all: a folder with this name has all executables.
        let partial = kept.with_extension("partial");
        if partial.exists() {
            fs::remove_dir_all(&partial).map_err(at(&partial))?;
        }
        fs::create_dir_all(&partial).map_err(at(&partial))?;
        for (target, executable) in &built.0 {
            let copy = partial.join(target);
            fs::copy(executable, &copy).map_err(at(&copy))?;
        }
        fs::rename(&partial, &kept).map_err(at(&kept))?;
        list(&kept)
    }

    /// The text of a file of a commit, if the commit has it; `path` is from the root of the repository, with slashes.
    ///
    /// # Errors
    ///
    /// If git fails.
    pub fn file(&self, commit: &Commit, path: &str) -> Result<Option<String>, RevisionError> {
        let found = self
            .git
            .run(&["ls-tree", "--name-only", commit.hash(), "--", path])?;
        if found.trim() != path {
            return Ok(None);
        }
        let text = self
            .git
            .run(&["show", &format!("{}:{path}", commit.hash())])?;
        Ok(Some(text))
    }

    /// The workshop of a side, with the files of a commit, which must have the package.
    pub(crate) fn workshop(
        &self,
        side: Side,
        commit: &Commit,
        package: &str,
    ) -> Result<Workshop, RevisionError> {
        if !self.has_package(commit, package)? {
            return Err(no_targets(commit, package));
        }
        Workshop::open(&self.folder, side, commit, &self.git)
    }

    /// Whether a manifest of a commit names the package, wherever it is.
    fn has_package(&self, commit: &Commit, package: &str) -> Result<bool, RevisionError> {
        let files = self
            .git
            .run(&["ls-tree", "-r", "--name-only", commit.hash()])?;
        let is_manifest = |path: &&str| *path == "Cargo.toml" || path.ends_with("/Cargo.toml");
        let name = format!("name=\"{package}\"");
        for path in files.lines().filter(is_manifest) {
            let text = self.file(commit, path)?.unwrap_or_default();
            if text.lines().any(|line| line.replace(' ', "") == name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A folder above the repository, where cargo finds no configuration of the repository's.
    pub(crate) fn outside(&self) -> &Path {
        let repository = &self.git.repository;
        repository.parent().unwrap_or(repository)
    }

    /// Where the executables of a commit are kept.
    pub(crate) fn kept(&self, commit: &Commit, toolchain: &str) -> PathBuf {
        let name = |c: char| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        };
        let toolchain: String = toolchain.chars().map(name).collect();
        self.folder.join(format!("{}-{toolchain}", commit.hash()))
    }

    /// Waits until no other process measures here, after it says that it has to: two at once disturb each other, and one would take away the
    /// layouts that the other is at. It lasts as long as the file.
    ///
    /// # Errors
    ///
    /// If the lock's file cannot be opened.
    pub fn alone(&self, waits: impl FnOnce()) -> Result<File, RevisionError> {
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let path = self.folder.join("measuring.lock");
        let lock = File::create(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waits();
                lock.lock().map_err(at(&path))?;
            }
            Err(TryLockError::Error(error)) => return Err(at(&path)(error)),
        }
        Ok(lock)
    }

    /// Waits until no other process builds here.
    pub(crate) fn lock(&self) -> Result<File, RevisionError> {
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let path = self.folder.join("lock");
        let lock = File::create(&path).map_err(at(&path))?;
        lock.lock().map_err(at(&path))?;
        Ok(lock)
    }
}

fn no_targets(commit: &Commit, package: &str) -> RevisionError {
    RevisionError::NoTargets {
        commit: commit.clone(),
        package: package.to_owned(),
    }
}

/// The executables that a folder holds, by their names.
fn list(folder: &Path) -> Result<Executables, RevisionError> {
    let entries = fs::read_dir(folder).map_err(at(folder))?;
    let mut executables = Executables::default();
    for entry in entries {
        let entry = entry.map_err(at(folder))?;
        executables.0.insert(
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        );
    }
    Ok(executables)
}

/// An error at a path.
pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> RevisionError {
    let path = path.to_owned();
    move |error| RevisionError::File {
        path: path.clone(),
        error,
    }
}
