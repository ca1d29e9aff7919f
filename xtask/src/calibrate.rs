//! `cargo xtask calibrate`: measures how often the verdicts on times are wrong on this machine.

use std::fs;
use std::path::Path;

use ::paired::calibration::{Calibration, PLANTED, Run, recorded};
use ::paired::procedure::Plan;
use ::paired::procedure::simulate::{self, Report, simulate};
use ::paired::{Revisions, Sides, Stage};
use anyhow::{Context, Result, anyhow, bail};
use benchstat::{Collection, Gates, Selection};
use report::calibration_page;

use crate::machine;
use crate::paired::{self, UNIT, seconds_of};
use crate::results::{self, write_whole};
use crate::workspace::Workspace;

/// Measure how often the verdicts on times are wrong on this machine, and write baselines/calibration.md
///
/// Each run compares the working tree with itself: built twice, linked with independent seeds, with known shares of extra work
/// in three cases. Runs that were made before are kept and count; one takes about as long as `compare --against`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// How many runs there are to be, with those that were made before
    #[arg(long, value_name = "N", default_value_t = 20)]
    runs: u32,

    /// How many suites to simulate on the recorded pairs
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    suites: u32,
}

/// The page, in the folder of the baselines.
const PAGE: &str = "calibration.md";

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let gates_path = workspace.gates();
    let gates =
        fs::read_to_string(&gates_path).with_context(|| gates_path.display().to_string())?;
    let gates = Gates::parse(&gates).with_context(|| gates_path.display().to_string())?;
    let plan = Plan::default();
    let _lock = workspace.lock()?;
    let folder = workspace.results().join("calibration");
    let mut runs = Vec::new();
    for number in 1..=arguments.runs {
        let place = folder.join(number.to_string());
        if !paired::files(&place).head.exists() {
            eprintln!("run {number} of {}", arguments.runs);
            sample(&place, &gates, &plan, &workspace)?;
        }
        runs.push(read(&place)?);
    }
    let delta = gates.paired_rule("", UNIT).delta;
    let calibration = Calibration::of(&runs, &plan, delta);
    let Some(noise) = recorded(&runs) else {
        bail!("{}: no pairs of unchanged cases", folder.display());
    };
    let simulated: Vec<Report> = [None]
        .into_iter()
        .chain(PLANTED.map(Some))
        .map(|change| {
            eprintln!("simulating {} suites", arguments.suites);
            let settings = simulate::Settings {
                plan: plan.clone(),
                delta,
                cases: runs.iter().map(|run| run.cases.len()).max().unwrap_or(0),
                changes: change.into_iter().collect(),
                suites: arguments.suites,
                ..simulate::Settings::default()
            };
            simulate(&settings, &noise)
        })
        .collect();
    let mut facts = machine::working_tree(&workspace)?;
    facts.extend(machine::host());
    let page = calibration_page(&calibration, &simulated, &plan, delta, &facts);
    let path = workspace.baselines().join(PAGE);
    write_whole(&path, page.as_bytes())?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

fn sample(place: &Path, gates: &Gates, plan: &Plan, workspace: &Workspace) -> Result<()> {
    let revisions = Revisions::new(workspace.root(), &workspace.revisions());
    let commit = revisions.working_tree()?;
    let commits = Sides {
        base: commit.clone(),
        head: commit,
    };
    let all = Selection::all();
    let sampled = paired::measure(&revisions, &commits, gates, &all, plan.clone(), true)?;
    fs::create_dir_all(place).with_context(|| place.display().to_string())?;
    paired::write(&sampled, &commits, &paired::files(place))
}

fn read(place: &Path) -> Result<Run> {
    let files = paired::files(place);
    let mut collection = Collection::default();
    for (label, path) in [("base", &files.base), ("head", &files.head)] {
        let shown = path.display().to_string();
        let file = fs::File::open(path).with_context(|| shown.clone())?;
        collection.read(label, &shown, file).context(shown)?;
    }
    if let Some(problem) = collection.problems().first() {
        bail!("{problem}");
    }
    let sides = Sides {
        base: "base",
        head: "head",
    };
    let mut run = Run::of(&collection, sides, UNIT)
        .map_err(|(case, problem)| anyhow!("{}: {case}: {problem}", place.display()))?;
    let lines = results::read(&files.head)?.lines;
    for (stage, seconds) in [
        (Stage::Screen, &mut run.screening),
        (Stage::Confirm, &mut run.confirming),
    ] {
        let key = seconds_of(stage);
        let value = lines.first().and_then(|line| line.config.get(&key));
        *seconds = value
            .and_then(|value| value.parse().ok())
            .with_context(|| format!("{}: no {key}", place.display()))?;
    }
    Ok(run)
}
