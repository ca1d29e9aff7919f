//! `cargo xtask calibrate`: measures how often the verdicts on times are wrong on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use ::paired::calibration::{Calibration, Run, simulated};
use ::paired::procedure::Plan;
use ::paired::{CPU_TIME, Disturbance, Sides, Stage, seconds_of};
use anyhow::{Context, Result, anyhow, bail};
use benchstat::{Collection, Gates, Selection};
use report::{CalibrationPage, calibration_page};

use crate::machine::Facts;
use crate::paired;
use crate::results::{self, write_whole};
use crate::workspace::Workspace;

/// Measure how often the verdicts on times are wrong on this machine, and write baselines/calibration.md
///
/// Each run compares the working tree with itself: built twice, linked with independent seeds, with known shares of extra work
/// in three cases. Runs that were made before on this machine are kept and count, those of other commits, too; one takes about as
/// long as `compare --against`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// How many runs there are to be, with those that were made before
    #[arg(long, value_name = "N", default_value_t = 20)]
    runs: u32,

    /// How they are disturbed: none, busy (all other cores), or stops (the processes that take turns are stopped for a second,
    /// again and again)
    #[arg(long, value_name = "HOW", default_value_t)]
    disturbance: Disturbance,

    /// How many suites without a change to simulate on the pairs of runs that were not disturbed
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
    let delta = gates.paired_rule("", CPU_TIME).delta;
    let _lock = workspace.lock()?;
    let mut runs = Runs::read(&workspace.results().join("calibration"))?;
    runs.complete(arguments, |place| {
        let disturbing = arguments.disturbance.start();
        let sampled = sample(place, &gates, &plan, &workspace);
        drop(disturbing);
        sampled
    })?;
    let of = |disturbance: Disturbance| runs.of.get(&disturbance).map_or(&[][..], Vec::as_slice);
    let calibration = |disturbance| Calibration::of(of(disturbance), &plan, delta);
    eprintln!("simulating {} suites", arguments.suites);
    let page = calibration_page(&CalibrationPage {
        undisturbed: calibration(Disturbance::None),
        busy: calibration(Disturbance::Busy),
        stops: calibration(Disturbance::Stops),
        simulated: simulated(of(Disturbance::None), &plan, delta, arguments.suites)
            .context("there is no undisturbed run with pairs of unchanged cases")?,
        plan,
        delta,
        facts: runs.facts(),
    });
    let path = workspace.baselines().join(PAGE);
    write_whole(&path, page.as_bytes())?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

/// The runs that there are.
struct Runs {
    folder: PathBuf,
    of: BTreeMap<Disturbance, Vec<Run>>,
    /// The machine.
    facts: Facts,
    /// The commits that were compared with themselves.
    commits: BTreeSet<String>,
}

/// What runs have in common, if they are to be counted together.
const COMMON: [&str; 3] = ["cpu", "kernel", "cores"];

impl Runs {
    fn read(folder: &Path) -> Result<Self> {
        let mut runs = Self {
            folder: folder.to_owned(),
            of: BTreeMap::new(),
            facts: Facts::new(),
            commits: BTreeSet::new(),
        };
        for disturbance in Disturbance::ALL {
            let places = (1..).map(|number| runs.place(disturbance, number));
            let there: Vec<PathBuf> = places
                .take_while(|place| paired::files(place).head.exists())
                .collect();
            for place in there {
                runs.add(disturbance, &place)?;
            }
        }
        Ok(runs)
    }

    fn place(&self, disturbance: Disturbance, number: usize) -> PathBuf {
        self.folder
            .join(disturbance.to_string())
            .join(number.to_string())
    }

    /// Makes the runs that are missing.
    fn complete(
        &mut self,
        arguments: &Arguments,
        sample: impl Fn(&Path) -> Result<()>,
    ) -> Result<()> {
        let disturbance = arguments.disturbance;
        loop {
            let number = self.of.get(&disturbance).map_or(0, Vec::len) + 1;
            if number > arguments.runs as usize {
                return Ok(());
            }
            eprintln!("run {number} of {}", arguments.runs);
            let place = self.place(disturbance, number);
            sample(&place)?;
            self.add(disturbance, &place)?;
        }
    }

    fn facts(&self) -> Facts {
        let commits: Vec<&str> = self.commits.iter().map(String::as_str).collect();
        let mut facts = vec![("commit".to_owned(), commits.join(", "))];
        facts.extend(self.facts.iter().cloned());
        facts
    }

    fn add(&mut self, disturbance: Disturbance, place: &Path) -> Result<()> {
        let head = results::read(&paired::files(place).head)?;
        let first = head.lines.first();
        let value = |key: &str| first.and_then(|line| line.config.get(key));
        let facts: Facts = COMMON
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), value(key)?.to_owned())))
            .collect();
        if !self.facts.is_empty() && facts != self.facts {
            bail!(
                "{}: of {facts:?}, but other runs are of {:?}; remove those that are not to count",
                place.display(),
                self.facts
            );
        }
        self.facts = facts;
        self.commits.extend(value("commit").map(str::to_owned));
        let seconds = |stage: Stage| {
            let key = seconds_of(stage);
            let seconds = value(&key).and_then(|value| value.parse().ok());
            seconds.with_context(|| format!("{}: no {key}", place.display()))
        };
        let mut run = read(place)?;
        run.screening = seconds(Stage::Screen)?;
        run.confirming = seconds(Stage::Confirm)?;
        self.of.entry(disturbance).or_default().push(run);
        Ok(())
    }
}

fn sample(place: &Path, gates: &Gates, plan: &Plan, workspace: &Workspace) -> Result<()> {
    let revisions = workspace.revisions();
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
    Run::of(&collection, sides, CPU_TIME)
        .map_err(|(case, problem)| anyhow!("{}: {case}: {problem}", place.display()))
}
