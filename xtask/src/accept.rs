//! `cargo xtask accept` and `cargo xtask rename`: what is intended is written into the rules.

use std::fs;

use anyhow::{Context, Result, anyhow, bail};
use benchstat::edit;
use benchstat::{Accepted, Collection, Covers, Gates, Input, Renamed, Replicate, judge};

use crate::paired;
use crate::results::{self, write_whole};
use crate::suite::Kind;
use crate::workspace::{Workspace, file_of};

/// Accept a case's last result in a unit: this much, and nothing worse
///
/// For `sec/op` it is the change that the last `cargo xtask compare --against` found; for other units the value that was
/// measured last. The entry goes when a new baseline contains it.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The full name of the case
    case: String,

    /// The unit
    unit: String,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Say that a case has another name in older results
#[derive(clap::Args, Debug)]
pub(crate) struct RenameArguments {
    /// Its full name there
    from: String,

    /// Its full name now
    to: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let accepted = Accepted {
        case: arguments.case.clone(),
        unit: arguments.unit.clone(),
        covers: covers(&arguments.case, &arguments.unit, &workspace)?,
        reason: arguments.reason.clone(),
    };
    update(&workspace, |text| Ok(edit::accept(text, &accepted)?))
}

pub(crate) fn rename(arguments: &RenameArguments) -> Result<()> {
    let renamed = Renamed {
        from: arguments.from.clone(),
        to: arguments.to.clone(),
    };
    update(&Workspace::current(), |text| {
        Ok(edit::rename(text, &renamed)?)
    })
}

/// Changes the rules, with their comments and order kept.
pub(crate) fn update(
    workspace: &Workspace,
    change: impl FnOnce(&str) -> Result<String>,
) -> Result<()> {
    let path = workspace.gates();
    let place = || path.display().to_string();
    let text = fs::read_to_string(&path).with_context(place)?;
    let changed = change(&text).with_context(place)?;
    if changed != text {
        write_whole(&path, changed.as_bytes())?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}

/// What was measured last.
fn covers(case: &str, unit: &str, workspace: &Workspace) -> Result<Covers> {
    if unit == ::paired::CPU_TIME {
        return change(case, unit, workspace);
    }
    let Some(kind) = Kind::ALL
        .into_iter()
        .find(|kind| kind.units().contains(&unit))
    else {
        bail!("{unit}: the suite does not measure this unit");
    };
    let path = file_of(kind, &workspace.results());
    if !path.exists() {
        bail!("{}: nothing was measured yet", path.display());
    }
    let results = results::read(&path)?;
    let values = results
        .lines
        .iter()
        .filter(|result| result.name == case)
        .flat_map(|result| &result.measurements)
        .filter(|measurement| measurement.unit == unit)
        .map(|measurement| measurement.value);
    // What is accepted covers no value that is worse, and of all that the suite counts less is better.
    let value = values.reduce(f64::max);
    let value = value.ok_or_else(|| anyhow!("{}: no {unit} of {case}", path.display()))?;
    Ok(Covers::Value(value))
}

/// The change that the last pairs show.
fn change(case: &str, unit: &str, workspace: &Workspace) -> Result<Covers> {
    let files = paired::latest(workspace);
    if !files.base.exists() || !files.head.exists() {
        bail!("no pairs were measured yet; `cargo xtask compare --against REV` measures them");
    }
    let arguments = [
        format!("base={}", files.base.display()),
        format!("head={}", files.head.display()),
    ];
    let mut collection = Collection::default();
    collection.read_inputs(&Input::from_arguments(&arguments), Replicate::Process)?;
    let labels = ["base".to_owned(), "head".to_owned()];
    let path = workspace.gates();
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    // They know the cases that were renamed.
    let gates = Gates::parse(&text).with_context(|| path.display().to_string())?;
    let verdicts = judge(&collection, &gates, "*", &labels)?;
    let row = verdicts
        .judgements
        .iter()
        .find(|row| row.case == case && row.unit == unit);
    let share = row.and_then(|row| row.change?.share());
    let share = share.ok_or_else(|| anyhow!("the last pairs show no change of {case}"))?;
    Ok(Covers::Change(share))
}
