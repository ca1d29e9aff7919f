//! The executables of a revision.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use thiserror::Error;

use crate::build::{BuildError, Executables, build_nested};

/// What git tells its hooks of the repository that they run in.
const HOOK_VARIABLES: [&str; 4] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// A commit, by its full hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit(String);

impl Commit {
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
        "revision {commit} has no bench targets in package {package:?}: it is older than the suite"
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
/// | `tree` | the worktree, while something is built |
/// | `build` | cargo's target folder: dependencies are built once for all revisions |
/// | `<commit>-<toolchain>/` | the executables of a commit |
/// | `lock` | held while something is built |
#[derive(Debug)]
pub struct Revisions {
    repository: PathBuf,
    folder: PathBuf,
}

impl Revisions {
    /// The revisions of the repository whose root is `repository`; `folder` is where they are built.
    pub fn new(repository: &Path, folder: &Path) -> Self {
        Self {
            repository: repository.to_owned(),
            folder: folder.to_owned(),
        }
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    ///
    /// If it names none, or git cannot be asked.
    pub fn resolve(&self, revision: &str) -> Result<Commit, RevisionError> {
        let spec = format!("{revision}^{{commit}}");
        let hash = self.git(&[
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

    /// The executables of a package's bench targets at a commit: those that were built before, or new ones.
    ///
    /// `toolchain` names whatever else decides what is built, such as the compiler's version; with another one the
    /// commit is built again. A worktree that an interrupted call left behind is removed first.
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
        fs::create_dir_all(&self.folder).map_err(at(&self.folder))?;
        let lock_path = self.folder.join("lock");
        let lock = File::create(&lock_path).map_err(at(&lock_path))?;
        // Two builds would share one worktree; the lock goes with the process.
        lock.lock().map_err(at(&lock_path))?;
        self.remove_worktree()?;

        let name = |c: char| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        };
        let toolchain: String = toolchain.chars().map(name).collect();
        let kept = self.folder.join(format!("{}-{toolchain}", commit.hash()));
        if kept.is_dir() {
            return list(&kept);
        }
        let built = self.build(commit, package);
        self.remove_worktree()?;
        let built = built?;

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

    fn build(&self, commit: &Commit, package: &str) -> Result<Executables, RevisionError> {
        let tree = self.tree();
        let path = tree.to_string_lossy();
        self.git(&[
            "worktree",
            "add",
            "--quiet",
            "--force",
            "--detach",
            &path,
            commit.hash(),
        ])?;
        let manifests = self.git(&["ls-tree", "-r", "--name-only", commit.hash()])?;
        if !manifests
            .lines()
            .any(|path| path == format!("{package}/Cargo.toml"))
        {
            return Err(RevisionError::NoTargets {
                commit: commit.clone(),
                package: package.to_owned(),
            });
        }
        let outside = self.repository.parent().unwrap_or(&self.repository);
        let built =
            build_nested(&tree, outside, package, &self.folder.join("build")).map_err(|error| {
                RevisionError::Build {
                    commit: commit.clone(),
                    error,
                }
            })?;
        if built.0.is_empty() {
            return Err(RevisionError::NoTargets {
                commit: commit.clone(),
                package: package.to_owned(),
            });
        }
        Ok(built)
    }

    fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// Removes the worktree, where there is one, and what git remembers of it. Other worktrees are not looked at.
    fn remove_worktree(&self) -> Result<(), RevisionError> {
        let tree = self.tree();
        let path = tree.to_string_lossy();
        // It fails where git does not know the folder, which is then no worktree and goes as a folder.
        let _ = self.git(&["worktree", "remove", "--force", "--force", &path]);
        if tree.exists() {
            fs::remove_dir_all(&tree).map_err(at(&tree))?;
        }
        Ok(())
    }

    fn git(&self, arguments: &[&str]) -> Result<String, RevisionError> {
        let failed = |message: String| RevisionError::Git {
            command: arguments.join(" "),
            message,
        };
        let mut git = Command::new("git");
        // In a hook they name the hook's repository and index, which are not to be touched.
        for variable in HOOK_VARIABLES {
            git.env_remove(variable);
        }
        let output = git
            .args(arguments)
            .current_dir(&self.repository)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
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

fn at(path: &Path) -> impl Fn(io::Error) -> RevisionError {
    let path = path.to_owned();
    move |error| RevisionError::File {
        path: path.clone(),
        error,
    }
}
