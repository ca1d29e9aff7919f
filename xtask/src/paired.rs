//! Times of a revision and of the working tree, whose builds take turns.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::paired::procedure::Plan;
use ::paired::{
    Commit, Progress, Revisions, Sampled, Sampling, Settings, Side, Sides, limits, text_of,
    toolchain,
};
use anyhow::Result;
use benchstat::{Gates, Selection};
use indicatif::ProgressBar;

use crate::machine;
use crate::progress;
use crate::results::write_whole;
use crate::suite::PACKAGE;
use crate::workspace::Workspace;

/// The bench target that serves the cases.
const TARGET: &str = "paired";

/// Samples the gating cases that are selected, and writes a file of pairs for each side: their paths. So many `others` are
/// measured elsewhere, and judged together with these.
pub(crate) fn sample(
    revisions: &Revisions,
    base: &Commit,
    gates: &Gates,
    selection: &Selection,
    budget: Option<Duration>,
    others: usize,
    workspace: &Workspace,
) -> Result<Sides<PathBuf>> {
    let commits = Sides {
        base: base.clone(),
        head: revisions.working_tree()?,
    };
    let plan = Plan {
        budget,
        others,
        ..Plan::default()
    };
    let sampled = measure(revisions, &commits, gates, selection, plan, false)?;
    let files = latest(workspace);
    write(&sampled, &commits, &files)?;
    Ok(files)
}

/// The gating cases that are selected, by their names on each side.
pub(crate) fn cases(
    revisions: &Revisions,
    base: &Commit,
    gates: &Gates,
    selection: &Selection,
) -> Result<Vec<Sides<String>>> {
    let commits = Sides {
        base: base.clone(),
        head: revisions.working_tree()?,
    };
    let toolchain = toolchain()?;
    let mut shown = Shown(None);
    let mut cases = sampling(revisions, &commits, gates, Plan::default(), &toolchain)?
        .cases(&mut |step| shown.step(step))?;
    cases.retain(|names| limits(gates, selection, &names.head).is_some());
    Ok(cases)
}

/// Samples two commits; a calibration plants extra work.
pub(crate) fn measure(
    revisions: &Revisions,
    commits: &Sides<Commit>,
    gates: &Gates,
    selection: &Selection,
    plan: Plan,
    calibrates: bool,
) -> Result<Sampled> {
    let toolchain = toolchain()?;
    let sampling = Sampling {
        calibrates,
        ..sampling(revisions, commits, gates, plan, &toolchain)?
    };
    let mut shown = Shown(None);
    Ok(
        sampling.run(|case| limits(gates, selection, case), &mut |step| {
            shown.step(step);
        })?,
    )
}

fn sampling<'a>(
    revisions: &'a Revisions,
    commits: &Sides<Commit>,
    gates: &'a Gates,
    plan: Plan,
    toolchain: &'a str,
) -> Result<Sampling<'a>> {
    Ok(Sampling {
        revisions,
        commits: commits.clone(),
        package: PACKAGE,
        target: TARGET,
        toolchain,
        renamed: gates.renamed(),
        plan,
        settings: Settings::new()?,
        calibrates: false,
    })
}

/// Writes the pairs of both sides.
pub(crate) fn write(
    sampled: &Sampled,
    commits: &Sides<Commit>,
    files: &Sides<PathBuf>,
) -> Result<()> {
    for side in [Side::Base, Side::Head] {
        let mut facts = machine::host();
        facts.push(("commit".to_owned(), commits.get(side).to_string()));
        write_whole(files.get(side), text_of(sampled, side, &facts)?.as_bytes())?;
    }
    Ok(())
}

/// Where the pairs that were compared last are.
pub(crate) fn latest(workspace: &Workspace) -> Sides<PathBuf> {
    files(&workspace.results().join(TARGET))
}

/// Where the pairs of both sides are in a folder.
pub(crate) fn files(folder: &Path) -> Sides<PathBuf> {
    Sides {
        base: folder.join("base.txt"),
        head: folder.join("head.txt"),
    }
}

/// What is said while it goes on.
struct Shown(Option<ProgressBar>);

impl Shown {
    fn step(&mut self, step: Progress) {
        match step {
            Progress::Waiting => eprintln!("waiting for another process that measures here"),
            Progress::Linking(side, count) => {
                self.clear();
                eprintln!("building the {side}: {count} layouts");
            }
            Progress::Measuring(stage, pairs) => {
                self.clear();
                self.0 = Some(progress::bar(pairs, &format!("time, {stage}")));
            }
            Progress::Measured => {
                if let Some(bar) = &self.0 {
                    bar.inc(1);
                }
            }
        }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.clear();
    }
}
