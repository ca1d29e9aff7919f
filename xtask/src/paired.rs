//! Times of a revision and of the working tree, whose builds take turns.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ::paired::procedure::Plan;
use ::paired::{Commit, Progress, Revisions, Sampled, Sampling, Settings, Side, Sides, Stage};
use anyhow::Result;
use benchfmt::Better;
use benchfmt::import::unit_lines;
use benchstat::paired::Limits;
use benchstat::{Gates, Selection};
use indicatif::ProgressBar;

use crate::machine::{self, Facts};
use crate::progress;
use crate::results::{self, Results};
use crate::suite::PACKAGE;
use crate::workspace::Workspace;

/// The bench target that serves the cases.
const TARGET: &str = "paired";

/// What decides: the processor's time.
pub(crate) const UNIT: &str = "sec/op";

/// Samples the gating cases that are selected, and writes a file of pairs for each side: their paths.
pub(crate) fn sample(
    revisions: &Revisions,
    base: &Commit,
    gates: &Gates,
    selection: &Selection,
    budget: Option<Duration>,
    workspace: &Workspace,
) -> Result<Sides<PathBuf>> {
    let commits = Sides {
        base: base.clone(),
        head: revisions.working_tree()?,
    };
    let plan = Plan {
        budget,
        ..Plan::default()
    };
    let sampled = measure(revisions, &commits, gates, selection, plan, false)?;
    let files = latest(workspace);
    write(&sampled, &commits, &files)?;
    Ok(files)
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
    let toolchain = machine::toolchain()?;
    let sampling = Sampling {
        revisions,
        commits: commits.clone(),
        package: PACKAGE,
        target: TARGET,
        toolchain: &toolchain,
        renamed: gates.renamed(),
        plan,
        settings: Settings::new()?,
        calibrates,
    };
    let limits = |case: &str| {
        let rule = gates.paired_rule(case, UNIT);
        let wanted = rule.gates && selection.selects(case, UNIT);
        wanted.then_some(Limits {
            allow: rule.allow,
            delta: rule.delta,
            better: Some(Better::Lower),
        })
    };
    let mut shown = Shown(None);
    Ok(sampling.run(limits, &mut |step| shown.step(step))?)
}

/// Writes the pairs of both sides.
pub(crate) fn write(
    sampled: &Sampled,
    commits: &Sides<Commit>,
    files: &Sides<PathBuf>,
) -> Result<()> {
    for side in [Side::Base, Side::Head] {
        let results = results_of(sampled, side, commits.get(side));
        results::write(files.get(side), &results)?;
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

/// The lines of a side, with what holds for all of them.
fn results_of(sampled: &Sampled, side: Side, commit: &Commit) -> Results {
    let mut results = Results {
        units: [UNIT, "wall-sec/op"]
            .into_iter()
            .flat_map(unit_lines)
            .collect(),
        ..Results::default()
    };
    for row in &sampled.rows {
        let lines = row.lines();
        results.lines.push(lines.get(side).clone());
    }
    let mut facts: Facts = machine::host();
    facts.push(("commit".to_owned(), commit.to_string()));
    if let Some(code) = &sampled.same_code {
        facts.push(("code".to_owned(), code.to_string()));
    }
    for (stage, spent) in &sampled.spent {
        facts.push((seconds_of(*stage), spent.as_secs_f64().to_string()));
    }
    results.describe(&facts);
    results
}

/// The key of how long a stage took, in seconds.
pub(crate) fn seconds_of(stage: Stage) -> String {
    format!("{stage}-seconds")
}

/// What is said while it goes on.
struct Shown(Option<ProgressBar>);

impl Shown {
    fn step(&mut self, step: Progress) {
        match step {
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
