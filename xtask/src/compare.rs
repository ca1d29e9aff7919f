//! `cargo xtask compare`: compares results with the baselines, with a revision, or with each other.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use ::paired::{Commit, toolchain};
use anyhow::{Context, Result, bail};
use benchfmt::import::accepts;
use benchstat::cli::{Flags, Format, labels};
use benchstat::shard::Shard;
use benchstat::{
    Collection, Gates, Input, Outcome, Replicate, Selection, SelectionError, Source, Verdicts,
    judge,
};

use crate::bench::{
    TIME_RUNS, in_place_of, is_measurable, kept, measure_described, task, write_beside,
};
use crate::machine::{self, Facts};
use crate::measure::Task;
use crate::paired;
use crate::profiles;
use crate::results;
use crate::shard::{self, Question};
use crate::suite::{Kind, PACKAGE, Suite};
use crate::told::Told;
use crate::workspace::{Workspace, file_of};

/// Compare results with the committed baselines, with a revision, or with each other
///
/// Without inputs, measures what is missing or stale and compares it with the baselines. Flags may have one dash or two.
/// --format html, too, is known: a page in one file, whose tables sort, filter and regroup.
///
/// Exit codes, the first that applies: 2 bad usage or input; 1 a gating row regressed or is missing; 4 a gating row is
/// incomparable or could not be measured; 3 a gating row is undecided, under --require-decision; 0.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// What to compare, the first with each of the others, as PATH or LABEL=PATH: a file of results, a folder of
    /// criterion, iai-callgrind or gungraun (FOLDER@NAME for a saved baseline of criterion's), or a dhat-heap.json; with
    /// --merge the folders of all shards
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,

    /// Build this revision, measure it here, and compare with it: the exact metrics, and times whose builds take turns
    #[arg(long, value_name = "REV", conflicts_with = "inputs")]
    pub(crate) against: Option<String>,

    /// With --against: how long to measure times at most; rows that are not decided by then are undecided
    #[arg(long, value_name = "MINUTES", requires = "against", value_parser = minutes)]
    budget: Option<Duration>,

    /// Say which functions, lines and calls the changed instructions come from, and which lines and call sites the changed
    /// allocations
    #[arg(long, conflicts_with = "inputs")]
    pub(crate) explain: bool,

    /// Draw the changed instructions of each case into this folder, as flame graphs that show the difference
    #[arg(long, value_name = "FOLDER", conflicts_with = "inputs")]
    pub(crate) flamegraph: Option<PathBuf>,

    /// With --against: measure only the cases of one shard, such as 3/8, and leave the verdicts to --merge
    #[arg(long, value_name = "K/N", requires = "against", requires = "into")]
    shard: Option<Shard>,

    /// With --shard: the folder for what is measured
    #[arg(long, value_name = "DIR", requires = "shard")]
    into: Option<PathBuf>,

    /// Compare what all shards measured; none may be missing
    #[arg(long, requires = "inputs", conflicts_with_all = ["gate", "only"])]
    merge: bool,

    /// Only these units, such as instructions/op,allocs/op
    #[arg(long, value_name = "UNITS", value_delimiter = ',')]
    only: Vec<String>,

    /// The rules for verdicts
    #[arg(long, value_name = "FILE")]
    gate: Option<PathBuf>,

    /// Fail when a gating row is undecided
    #[arg(long)]
    require_decision: bool,

    #[command(flatten)]
    flags: Flags,
}

/// The format of a page, besides those of benchstat.
const HTML: &str = "html";

/// The rules, from the root of the repository.
pub(crate) const GATES: &str = "baselines/gates.toml";

/// The results of one side: a column of the tables.
pub(crate) struct Side {
    pub(crate) label: String,
    pub(crate) files: Vec<PathBuf>,
}

/// What is measured.
pub(crate) struct Wanted<'a> {
    pub(crate) measurable: &'a [Kind],
    pub(crate) selection: Selection,
    /// How many cases are timed elsewhere, to be judged together with these.
    pub(crate) others: usize,
    pub(crate) budget: Option<Duration>,
}

impl Wanted<'_> {
    /// The kinds whose metrics are exact, and the others.
    pub(crate) fn kinds(&self) -> (Vec<Kind>, Vec<Kind>) {
        self.measurable.iter().partition(|kind| kind.is_exact())
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::current();
    // What is wrong with the question is found before anything is measured.
    let mut flags = with_units(&arguments.flags, &arguments.only);
    let is_html = flags.format == HTML;
    if is_html {
        // A format of this program's, not of benchstat's.
        "text".clone_into(&mut flags.format);
    }
    let (query, format) = flags.query()?;
    if arguments.explain && matches!(format, Format::Csv | Format::Bencher) {
        bail!("--explain writes text, markdown and json");
    }
    let gates_path = arguments.gate.clone().unwrap_or_else(|| workspace.gates());
    let gates_text =
        fs::read_to_string(&gates_path).with_context(|| gates_path.display().to_string())?;
    let mut gates = Gates::parse(&gates_text).with_context(|| gates_path.display().to_string())?;

    // Two comparisons at a time would take turns at the same files.
    let _lock = (arguments.inputs.is_empty() || arguments.merge)
        .then(|| workspace.lock())
        .transpose()?;
    let mut skipped = false;
    let mut union = None;
    let inputs = if arguments.merge {
        let folders: Vec<PathBuf> = arguments.inputs.iter().map(PathBuf::from).collect();
        let parts = shard::open(&folders)?;
        gates = parts.whole().rules()?;
        flags.filter = format!("({}) ({})", parts.whole().filter, flags.filter);
        let sides = shard::merge(&parts, &workspace)?;
        union = Some(parts);
        sides.into_iter().flat_map(inputs_of).collect()
    } else if arguments.inputs.is_empty() {
        let kinds = kinds(arguments)?;
        let measurable: Vec<Kind> = kinds
            .iter()
            .copied()
            .filter(|kind| is_measurable(*kind))
            .collect();
        skipped = measurable.len() < kinds.len();
        let selection = selection(&arguments.flags.filter)?;
        let wanted = Wanted {
            measurable: &measurable,
            selection: selection.clone(),
            others: 0,
            budget: arguments.budget,
        };
        if let (Some(shard), Some(into), Some(revision)) =
            (arguments.shard, &arguments.into, &arguments.against)
        {
            if skipped {
                bail!("a shard measures all that was asked for; --only leaves something out");
            }
            let question = Question {
                shard,
                filter: &flags.filter,
                selection,
                gates: &gates_text,
            };
            shard::against(&question, revision, into, wanted, &workspace)?;
            return Ok(ExitCode::SUCCESS);
        }
        if measurable.is_empty() {
            return Ok(ExitCode::from(Outcome::Incomparable.code()));
        }
        let sides = match &arguments.against {
            Some(revision) => against(revision, &wanted, &mut gates, &workspace)?,
            None => baseline(&wanted, &workspace)?,
        };
        sides.into_iter().flat_map(inputs_of).collect()
    } else {
        let inputs = Input::from_arguments(&arguments.inputs);
        if inputs.len() < 2 {
            bail!("one input has nothing to be compared with");
        }
        inputs
    };

    let collection = read(&inputs)?;
    let tables = query.tables(&collection);
    let labels = labels(&inputs);
    if labels.len() < 2 {
        bail!("the inputs have one label: there is nothing to compare it with");
    }
    let verdicts = judge(&collection, &gates, &flags.filter, &labels)?;
    if verdicts.judgements.is_empty() {
        bail!("no result matches -filter {:?}", flags.filter);
    }
    let outcome = match verdicts.outcome(arguments.require_decision) {
        // What could not be measured was not compared.
        Outcome::Passed if skipped => Outcome::Incomparable,
        outcome => outcome,
    };
    let told = Told {
        collection: &collection,
        tables: &tables,
        verdicts: &verdicts,
        outcome,
        format,
        is_html,
        flags: &flags,
    };
    let causes = told.causes(arguments, union.as_ref(), &workspace)?;
    told.print(&causes)?;
    Ok(ExitCode::from(outcome.code()))
}

/// The verdicts on two sides.
pub(crate) fn judged(sides: [Side; 2], filter: &str, gates: &Gates) -> Result<Verdicts> {
    let inputs: Vec<Input> = sides.into_iter().flat_map(inputs_of).collect();
    let collection = read(&inputs)?;
    Ok(judge(&collection, gates, filter, &labels(&inputs))?)
}

/// The flags, their filter narrowed to some units.
fn with_units(flags: &Flags, units: &[String]) -> Flags {
    let mut flags = flags.clone();
    if !units.is_empty() {
        let units: Vec<_> = units.iter().map(|unit| format!("{unit:?}")).collect();
        flags.filter = format!("({}) .unit:({})", flags.filter, units.join(" OR "));
    }
    flags
}

/// The kinds of measurement that the units ask for.
fn kinds(arguments: &Arguments) -> Result<Vec<Kind>> {
    let known = |unit: &String| {
        Kind::ALL
            .iter()
            .any(|kind| kind.units().contains(&unit.as_str()))
    };
    if let Some(unit) = arguments.only.iter().find(|unit| !known(unit)) {
        bail!("--only {unit}: the suite does not measure this unit");
    }
    let asked = |kind: &Kind| {
        let units = kind.units();
        arguments.only.is_empty()
            || arguments
                .only
                .iter()
                .any(|unit| units.contains(&unit.as_str()))
    };
    Ok(Kind::ALL.into_iter().filter(asked).collect())
}

/// The committed baselines, and the working tree.
fn baseline(wanted: &Wanted<'_>, workspace: &Workspace) -> Result<[Side; 2]> {
    let kinds = wanted.measurable;
    let files: Vec<_> = kinds
        .iter()
        .map(|kind| file_of(*kind, &workspace.baselines()))
        .collect();
    for file in &files {
        if !file.exists() {
            bail!(
                "{}: there is no baseline; `cargo xtask baseline` makes one",
                file.display()
            );
        }
    }
    let here = working_tree(kinds, &wanted.selection, workspace)?;
    let baseline = Side {
        label: "baseline".to_owned(),
        files,
    };
    Ok([baseline, here])
}

/// A revision and the working tree, both measured here. Of the accepted changes those are left that the revision does not
/// accept itself: it has the others already.
pub(crate) fn against(
    revision: &str,
    wanted: &Wanted<'_>,
    gates: &mut Gates,
    workspace: &Workspace,
) -> Result<[Side; 2]> {
    let selection = &wanted.selection;
    let revisions = workspace.revisions();
    let commit = revisions.resolve(revision)?;
    if let Some(text) = revisions.file(&commit, GATES)?
        && let Ok(known) = Gates::parse(&text)
    {
        *gates = gates.clone().since(&known);
    }
    let (exact, timed) = wanted.kinds();
    let mut base = Side {
        label: commit.to_string(),
        files: Vec::new(),
    };
    let mut here = Side {
        label: "here".to_owned(),
        files: Vec::new(),
    };
    if !exact.is_empty() {
        eprintln!("building {commit}");
        let toolchain = toolchain()?;
        let suite = Suite::of_revision(
            revisions.executables(&commit, PACKAGE, &toolchain)?,
            &commit,
        );
        let folder = results_of(&commit, workspace);
        let tree = machine::tree(&commit.to_string(), false);
        // What an older revision does not measure is new here.
        let known: Vec<Kind> = exact
            .iter()
            .copied()
            .filter(|kind| suite.has(*kind))
            .collect();
        update(&suite, &known, selection, &tree, &folder, workspace)?;
        base.files = files(&known, &folder);
        here.files = working_tree(&exact, selection, workspace)?.files;
    }
    if !timed.is_empty() {
        let (others, budget) = (wanted.others, wanted.budget);
        let pairs = paired::sample(
            &revisions, &commit, gates, selection, budget, others, workspace,
        )?;
        base.files.push(pairs.base);
        here.files.push(pairs.head);
    }
    Ok([base, here])
}

/// Where the results of a commit are kept.
pub(crate) fn results_of(commit: &Commit, workspace: &Workspace) -> PathBuf {
    let results = workspace.revision_folder().join("results");
    results.join(commit.hash())
}

/// A number of minutes.
fn minutes(text: &str) -> Result<Duration, String> {
    const SECONDS: f64 = 60.0;
    let minutes = benchfmt::parse_float(text).map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(minutes * SECONDS).map_err(|error| error.to_string())
}

fn working_tree(kinds: &[Kind], selection: &Selection, workspace: &Workspace) -> Result<Side> {
    let suite = Suite::of_working_tree(workspace)?;
    let folder = workspace.results();
    let tree = machine::working_tree(workspace)?;
    update(&suite, kinds, selection, &tree, &folder, workspace)?;
    let files = files(kinds, &folder);
    Ok(Side {
        label: "here".to_owned(),
        files,
    })
}

/// The files of results that there are: a filter may leave out all cases of a kind.
fn files(kinds: &[Kind], folder: &Path) -> Vec<PathBuf> {
    kinds
        .iter()
        .map(|kind| file_of(*kind, folder))
        .filter(|file| file.exists())
        .collect()
}

/// Measures what the files of results in a folder lack, or have of another executable or environment.
fn update(
    suite: &Suite,
    kinds: &[Kind],
    selection: &Selection,
    tree: &Facts,
    folder: &Path,
    workspace: &Workspace,
) -> Result<()> {
    for &kind in kinds {
        let file = file_of(kind, folder);
        let kept = kept(suite, kind, &file, workspace)?;
        let mut task: Task<'_> = task(suite, kind, selection, TIME_RUNS)?;
        let times = |name: &str| {
            kept.lines
                .iter()
                .filter(|result| result.name == name)
                .count()
        };
        let profiles = profiles::read(folder).unwrap_or_default();
        let is_profiled = |name: &str| {
            let profile = profiles.0.get(name);
            let mut values = kept.lines.iter().filter(|result| result.name == name);
            values.all(|result| {
                let value = result.measurements.first().map(|measured| measured.value);
                value == profile.map(|profile| profile.total() as f64)
            })
        };
        let is_kept = |name: &str| {
            times(name) >= task.runs && (kind != Kind::Instructions || is_profiled(name))
        };
        task.names.retain(|name| !is_kept(name));
        if task.names.is_empty() {
            continue;
        }
        let Some(measured) = measure_described(suite, &task, tree, workspace)? else {
            continue;
        };
        write_beside(&measured, folder)?;
        results::write(&file, &in_place_of(kept, measured))?;
    }
    Ok(())
}

/// What there is to measure for a filter. One that asks for what only results have, such as their configuration, asks for
/// all.
fn selection(filter: &str) -> Result<Selection> {
    match Selection::parse(filter) {
        Err(SelectionError::Key { .. }) => Ok(Selection::all()),
        selection => Ok(selection?),
    }
}

fn inputs_of(side: Side) -> Vec<Input> {
    let label = side.label;
    let input = |path| Input {
        label: label.clone(),
        source: Source::File(path),
    };
    side.files.into_iter().map(input).collect()
}

/// Reads the inputs, strictly: a line that cannot be read, or a file without results, stops the comparison.
fn read(inputs: &[Input]) -> Result<Collection> {
    let mut collection = Collection::default();
    for input in inputs {
        let before = collection.len();
        if let Source::File(path) = &input.source
            && path.is_file()
            && !accepts(path)
        {
            results::check_end(path)?;
        }
        let skipped = collection.read_inputs(std::slice::from_ref(input), Replicate::Process)?;
        if let Some(skipped) = skipped.first() {
            bail!("{skipped}");
        }
        let problems = [collection.problems(), collection.contradictions()];
        if let Some(problem) = problems.concat().first() {
            bail!("{problem}");
        }
        if collection.len() == before {
            bail!("{}: no benchmark results in this file", input.label);
        }
    }
    Ok(collection)
}
