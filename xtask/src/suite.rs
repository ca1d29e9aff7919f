//! The suite's bench executables: what there is to measure.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use benchstat::Selection;
use paired::{Commit, Executables};

use crate::workspace::Workspace;

/// The package with the bench targets.
pub(crate) const PACKAGE: &str = "benches";

/// A kind of measurement: a bench target, and a file of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Instructions,
    Allocs,
    Polls,
    Time,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Instructions, Self::Allocs, Self::Polls, Self::Time];

    /// The bench target's name, and that of its file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Allocs => "allocs",
            Self::Polls => "polls",
            Self::Time => "time",
        }
    }

    /// The units that it measures.
    pub(crate) const fn units(self) -> &'static [&'static str] {
        match self {
            Self::Instructions => &["instructions/op"],
            Self::Allocs => &["allocs/op", "B/op", "peak-B", "retained-B"],
            Self::Polls => &["polls/req", "wakes/req"],
            Self::Time => &["sec/op"],
        }
    }

    /// Whether measuring it again gives the same.
    pub(crate) const fn is_exact(self) -> bool {
        !matches!(self, Self::Time)
    }
}

/// A case that an executable lists.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) gates: bool,
}

/// The bench executables of a build.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    executables: Executables,
    /// What it was built of; the working tree otherwise.
    commit: Option<Commit>,
}

impl Suite {
    /// Builds those of the working tree.
    pub(crate) fn of_working_tree(workspace: &Workspace) -> Result<Self> {
        let executables = paired::build(workspace.root(), PACKAGE, workspace.target())?;
        Ok(Self {
            executables,
            commit: None,
        })
    }

    /// Takes those that were built of a revision.
    pub(crate) fn of_revision(executables: Executables, commit: &Commit) -> Self {
        Self {
            executables,
            commit: Some(commit.clone()),
        }
    }

    /// The commit that it was built of; none for the working tree.
    pub(crate) fn commit(&self) -> Option<&Commit> {
        self.commit.as_ref()
    }

    /// Whether it measures a kind: an older revision may not.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.executables.get(kind.name()).is_ok()
    }

    pub(crate) fn executable(&self, kind: Kind) -> Result<&Path> {
        Ok(self.executables.get(kind.name())?)
    }

    /// The one that lists the allocations of a case, or the sites of them.
    pub(crate) fn listing(&self) -> Result<&Path> {
        Ok(self.executables.get("listing")?)
    }

    /// The cases of a kind that a filter selects, in the order in which the executable lists them.
    pub(crate) fn list(&self, kind: Kind, selection: &Selection) -> Result<Vec<Listed>> {
        let listing = output(self.executable(kind)?, &["--list"])?;
        let listed = listing.lines().map(|line| match line.split_once('\t') {
            Some((name, mark)) => Listed {
                name: name.to_owned(),
                gates: mark == "gate",
            },
            None => Listed {
                name: line.to_owned(),
                gates: false,
            },
        });
        let selected = |case: &Listed| {
            kind.units()
                .iter()
                .any(|unit| selection.selects(&case.name, unit))
        };
        Ok(listed.filter(selected).collect())
    }

    /// What the executable says of its build and of the processor, as lines of `key: value`.
    pub(crate) fn environment(&self, kind: Kind) -> Result<String> {
        let executable = self.executable(kind)?;
        if kind != Kind::Instructions {
            return output(executable, &["--environment"]);
        }
        // The processor as valgrind shows it to the program, by which the C library chooses its routines.
        let executable = executable
            .to_str()
            .context("the target folder's path is not UTF-8")?;
        output(
            &PathBuf::from("valgrind"),
            &["-q", "--tool=none", executable, "--environment"],
        )
    }
}

/// What a program prints on standard output.
pub(crate) fn output(program: &Path, arguments: &[&str]) -> Result<String> {
    let shown = || format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(shown)?;
    if !output.status.success() {
        bail!(
            "{}: {}\n{}",
            shown(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(shown)
}
