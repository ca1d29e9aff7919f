//! `cargo xtask bench`: measures the suite.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use benchfmt::merge;
use benchstat::Selection;
use benchstat::shard::Shard;

use crate::machine::{self, Facts};
use crate::measure::{EXACT_RUNS, FUNCTIONS, Task, measure};
use crate::profiles;
use crate::results::{self, Results};
use crate::shard::{Question, Share};
use crate::suite::{Kind, Listed, Suite};
use crate::workspace::{Workspace, file_of};

/// Measure the suite: times in fresh processes, exact metrics twice
///
/// What is measured goes to target/results, beside what is there of other cases of the same build; `cargo xtask compare` compares it.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Measure only the cases that match, such as '/variant:pooled -.name:Pool'
    #[arg(long, value_name = "FILTER", default_value = "*")]
    filter: String,

    /// Processes for the times
    #[arg(long, value_name = "N", default_value_t = TIME_RUNS, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,

    /// List the cases, and measure nothing
    #[arg(long)]
    list: bool,

    /// Measure only the cases of one shard, such as 3/8
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,

    /// With --shard: a folder for what is measured; `cargo xtask compare --merge` compares those of all shards with the
    /// baselines
    #[arg(long, value_name = "DIR", requires = "shard", conflicts_with_all = ["list", "dry_run"])]
    into: Option<PathBuf>,

    /// Say what would run and for about how long, and measure nothing
    #[arg(long)]
    dry_run: bool,
}

/// Processes for the times unless told otherwise: enough for an interval at 95 % with a value to spare on each side.
pub(crate) const TIME_RUNS: u16 = 10;

/// What a case takes in one process, on the machine where the baselines were measured.
const fn duration(kind: Kind) -> Duration {
    match kind {
        Kind::Instructions => Duration::from_millis(350),
        Kind::Allocs => Duration::from_millis(150),
        Kind::Polls => Duration::from_millis(1),
        Kind::Time => Duration::from_millis(270),
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let mut selection = Selection::parse(&arguments.filter)?;
    let suite = Suite::of_working_tree(&workspace)?;
    let mut share = None;
    if let Some(shard) = arguments.shard {
        let gates = workspace.gates();
        let gates = fs::read_to_string(&gates).with_context(|| gates.display().to_string())?;
        let question = Question {
            shard,
            filter: &arguments.filter,
            selection,
            gates: &gates,
        };
        let own = Share::of_suite(&question, &suite, &workspace)?;
        selection = own.selection(&question);
        share = Some(own);
    }
    if arguments.list {
        return list(&suite, &selection);
    }
    let _lock = workspace.lock()?;
    let mut matched = share.as_ref().is_some_and(Share::has_cases);
    for kind in Kind::ALL {
        let task = task(&suite, kind, &selection, arguments.runs)?;
        matched |= !task.names.is_empty();
        if arguments.dry_run {
            describe(&task);
        } else if !task.names.is_empty() {
            let tree = machine::working_tree(&workspace)?;
            if let Some(measured) = measure_described(&suite, &task, &tree, &workspace)? {
                let file = file_of(kind, &workspace.results());
                let kept = kept(&suite, kind, &file, &workspace)?;
                write_beside(&measured, &workspace.results())?;
                results::write(&file, &in_place_of(kept, measured))?;
                eprintln!("wrote {}", file.display());
            } else if arguments.into.is_some() {
                bail!("a shard measures all kinds of its cases");
            }
        }
    }
    if !matched {
        bail!(
            "no case matches {:?}; `cargo xtask bench --list` lists them",
            arguments.filter
        );
    }
    match (&share, &arguments.into) {
        (Some(share), Some(into)) => share.keep(into, &workspace),
        _ => Ok(()),
    }
}

/// What a file of results has of the suite's cases that is of this build, measured with these tools on this machine.
pub(crate) fn kept(
    suite: &Suite,
    kind: Kind,
    file: &Path,
    workspace: &Workspace,
) -> Result<Results> {
    // A file that cannot be read is of no use to anyone.
    let mut kept = if file.exists() {
        results::read(file).unwrap_or_default()
    } else {
        Results::default()
    };
    let listed = suite.list(kind, &Selection::all())?;
    let facts = machine::facts(suite, kind, workspace)?;
    kept.lines.retain(|result| {
        let mut facts = facts.iter();
        facts.all(|(key, value)| result.config.get(key) == Some(value))
            && listed.iter().any(|case| case.name == result.name)
    });
    Ok(kept)
}

/// What was kept, with what was measured in the place of the same cases.
pub(crate) fn in_place_of(kept: Results, measured: Results) -> Results {
    let mut updated = Results {
        units: kept.units,
        lines: merge(kept.lines, measured.lines),
        ..Results::default()
    };
    updated.append(Results {
        units: measured.units,
        ..Results::default()
    });
    updated
}

/// What there is to measure of a kind.
pub(crate) fn task<'s>(
    suite: &'s Suite,
    kind: Kind,
    selection: &Selection,
    runs: u16,
) -> Result<Task<'s>> {
    let runs = if kind.is_exact() {
        EXACT_RUNS
    } else {
        usize::from(runs)
    };
    let names = suite
        .list(kind, selection)?
        .into_iter()
        .map(|case| case.name)
        .collect();
    Ok(Task {
        kind,
        executable: suite.executable(kind)?,
        commit: suite.commit(),
        names,
        runs,
    })
}

/// Measures a task and describes its results; nothing where this machine lacks what measures it.
pub(crate) fn measure_described(
    suite: &Suite,
    task: &Task<'_>,
    tree: &Facts,
    workspace: &Workspace,
) -> Result<Option<Results>> {
    if !is_measurable(task.kind) {
        return Ok(None);
    }
    eprintln!(
        "{}: {} cases, {} runs",
        task.kind.name(),
        task.names.len(),
        task.runs
    );
    let mut measured = measure(task, workspace)?;
    measured.describe(&machine::facts(suite, task.kind, workspace)?);
    measured.describe(tree);
    Ok(Some(measured))
}

/// Writes where the instructions go, if that was measured.
pub(crate) fn write_beside(measured: &Results, folder: &Path) -> Result<()> {
    profiles::merge(folder, &measured.profiles)?;
    let lines = measured.functions.clone();
    if lines.is_empty() {
        return Ok(());
    }
    let functions = Results {
        units: measured.units.clone(),
        lines,
        ..Results::default()
    };
    results::write(&folder.join(FUNCTIONS), &functions)
}

/// Whether this machine has what measures a kind; says so where it has not.
pub(crate) fn is_measurable(kind: Kind) -> bool {
    let measurable = kind != Kind::Instructions || machine::valgrind().is_some();
    if !measurable {
        eprintln!(
            "instructions: skipped, valgrind is not installed (Debian, Ubuntu: apt-get install valgrind)"
        );
    }
    measurable
}

fn list(suite: &Suite, selection: &Selection) -> Result<()> {
    // Every case is timed but those of requests; a filter may name a unit that is not a time.
    let matches = |case: &Listed| {
        Kind::ALL.iter().any(|kind| {
            kind.units()
                .iter()
                .any(|unit| selection.selects(&case.name, unit))
        })
    };
    let mut cases = suite.list(Kind::Time, &Selection::all())?;
    cases.extend(suite.list(Kind::Polls, &Selection::all())?);
    for case in cases.iter().filter(|case| matches(case)) {
        println!("{}{}", case.name, if case.gates { "  (gate)" } else { "" });
    }
    Ok(())
}

fn describe(task: &Task<'_>) {
    let runs = task.runs as u32;
    // The runs of exact metrics share the machine.
    let turns = if task.kind.is_exact() { 1 } else { runs };
    let about = duration(task.kind) * task.names.len() as u32 * turns;
    println!(
        "{:12} {:3} cases, {:2} processes, about {} s",
        task.kind.name(),
        task.names.len(),
        task.runs,
        about.as_secs() + 1
    );
}
