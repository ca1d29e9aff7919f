//! `cargo xtask compare`: compares results with the baselines, with a revision, or with each other.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use ::paired::toolchain;
use anyhow::{Context, Result, bail};
use benchfmt::import::accepts;
use benchfmt::{Benchmark, merge};
use benchstat::cli::{Flags, Format, Report, labels, print, style_of};
use benchstat::{
    Collection, Gates, Input, Outcome, Replicate, Selection, SelectionError, Source, judge,
};

use crate::bench::{TIME_RUNS, is_measurable, measure_described, task, write_functions};
use crate::explain;
use crate::machine::{self, Facts};
use crate::measure::Task;
use crate::paired;
use crate::results::{self, Results};
use crate::sites;
use crate::suite::{Kind, PACKAGE, Suite};
use crate::workspace::{Workspace, file_of};

/// Compare results with the committed baselines, with a revision, or with each other
///
/// Without inputs, measures what is missing or stale and compares it with the baselines. Flags may have one dash or two.
///
/// Exit codes, the first that applies: 2 bad usage or input; 1 a gating row regressed or is missing; 4 a gating row is
/// incomparable; 3 a gating row is undecided, under --require-decision; 0.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// What to compare, the first with each of the others, as PATH or LABEL=PATH: a file of results, a folder of
    /// criterion, iai-callgrind or gungraun (FOLDER@NAME for a saved baseline of criterion's), or a dhat-heap.json
    #[arg(value_name = "INPUT")]
    inputs: Vec<OsString>,

    /// Build this revision, measure it here, and compare with it: the exact metrics, and times whose builds take turns
    #[arg(long, value_name = "REV", conflicts_with = "inputs")]
    against: Option<String>,

    /// With --against: how long to measure times at most; rows that are not decided by then are undecided
    #[arg(long, value_name = "MINUTES", requires = "against", value_parser = minutes)]
    budget: Option<Duration>,

    /// Say which lines and call sites the changed allocations come from, and, with --against, which functions, lines and
    /// calls the changed instructions
    #[arg(long, conflicts_with = "inputs")]
    explain: bool,

    /// With --against: draw the changed instructions of each case into this folder, as flame graphs that show the difference
    #[arg(long, value_name = "FOLDER", requires = "against")]
    flamegraph: Option<PathBuf>,

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

/// The rules, from the root of the repository.
const GATES: &str = "baselines/gates.toml";

/// The results of one side: a column of the tables.
struct Side {
    label: String,
    files: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let workspace = Workspace::current();
    // What is wrong with the question is found before anything is measured.
    let flags = with_units(&arguments.flags, &arguments.only);
    let (query, format) = flags.query()?;
    if arguments.explain && matches!(format, Format::Csv | Format::Bencher) {
        bail!("--explain writes text, markdown and json");
    }
    let gates_path = arguments.gate.clone().unwrap_or_else(|| workspace.gates());
    let gates =
        fs::read_to_string(&gates_path).with_context(|| gates_path.display().to_string())?;
    let mut gates = Gates::parse(&gates).with_context(|| gates_path.display().to_string())?;

    // Two comparisons at a time would take turns at the same files.
    let _lock = arguments
        .inputs
        .is_empty()
        .then(|| workspace.lock())
        .transpose()?;
    let mut skipped = false;
    let inputs = if arguments.inputs.is_empty() {
        let kinds = kinds(arguments)?;
        let measurable: Vec<Kind> = kinds
            .iter()
            .copied()
            .filter(|kind| is_measurable(*kind))
            .collect();
        skipped = measurable.len() < kinds.len();
        if measurable.is_empty() {
            return Ok(ExitCode::from(Outcome::Incomparable.code()));
        }
        let sides = match &arguments.against {
            Some(revision) => against(revision, &measurable, arguments, &mut gates, &workspace)?,
            None => baseline(&measurable, &arguments.flags.filter, &workspace)?,
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
    let explains = arguments.explain
        || matches!(format, Format::Markdown | Format::Json) && outcome == Outcome::Failed;
    let sites = if explains && arguments.inputs.is_empty() {
        sites::changes(&verdicts, arguments.against.as_deref(), &workspace)?
    } else {
        Vec::new()
    };
    let report = Report {
        tables: &tables,
        verdicts: Some((&verdicts, outcome)),
        caveat: collection.caveat(),
        sites: &sites,
    };
    write(&report, format)?;
    let graphs = arguments.flamegraph.as_deref();
    let writes = explains && format != Format::Json;
    if let Some(revision) = &arguments.against
        && (writes || graphs.is_some())
    {
        let markdown = format == Format::Markdown;
        let text = explain::changes(&verdicts, revision, markdown, graphs, &workspace)?;
        if writes {
            print!("{text}");
        }
    }
    Ok(ExitCode::from(outcome.code()))
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
fn baseline(kinds: &[Kind], filter: &str, workspace: &Workspace) -> Result<Vec<Side>> {
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
    let here = working_tree(kinds, filter, workspace)?;
    Ok(vec![
        Side {
            label: "baseline".to_owned(),
            files,
        },
        here,
    ])
}

/// A revision and the working tree, both measured here. Of the accepted changes those are left that the revision does not
/// accept itself: it has the others already.
fn against(
    revision: &str,
    kinds: &[Kind],
    arguments: &Arguments,
    gates: &mut Gates,
    workspace: &Workspace,
) -> Result<Vec<Side>> {
    let filter = &arguments.flags.filter;
    let revisions = workspace.revisions();
    let commit = revisions.resolve(revision)?;
    if let Some(text) = revisions.file(&commit, GATES)?
        && let Ok(known) = Gates::parse(&text)
    {
        *gates = gates.clone().since(&known);
    }
    let (exact, timed): (Vec<Kind>, Vec<Kind>) = kinds.iter().partition(|kind| kind.is_exact());
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
        let suite = Suite::of_revision(revisions.executables(&commit, PACKAGE, &toolchain)?);
        let folder = workspace
            .revision_folder()
            .join("results")
            .join(commit.hash());
        let tree = machine::tree(&commit.to_string(), false);
        // What an older revision does not measure is new here.
        let known: Vec<Kind> = exact
            .iter()
            .copied()
            .filter(|kind| suite.has(*kind))
            .collect();
        update(&suite, &known, filter, &tree, &folder, workspace)?;
        base.files = files(&known, &folder);
        here.files = working_tree(&exact, filter, workspace)?.files;
    }
    if !timed.is_empty() {
        let selection = selection(filter)?;
        let budget = arguments.budget;
        let pairs = paired::sample(&revisions, &commit, gates, &selection, budget, workspace)?;
        base.files.push(pairs.base);
        here.files.push(pairs.head);
    }
    Ok(vec![base, here])
}

/// A number of minutes.
fn minutes(text: &str) -> Result<Duration, String> {
    const SECONDS: f64 = 60.0;
    let minutes = benchfmt::parse_float(text).map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(minutes * SECONDS).map_err(|error| error.to_string())
}

fn working_tree(kinds: &[Kind], filter: &str, workspace: &Workspace) -> Result<Side> {
    let suite = Suite::of_working_tree(workspace)?;
    let folder = workspace.results();
    let tree = machine::working_tree(workspace)?;
    update(&suite, kinds, filter, &tree, &folder, workspace)?;
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
    filter: &str,
    tree: &Facts,
    folder: &Path,
    workspace: &Workspace,
) -> Result<()> {
    let selection = selection(filter)?;
    for &kind in kinds {
        let file = file_of(kind, folder);
        let listed = suite.list(kind, &Selection::all())?;
        let facts = machine::facts(suite, kind, workspace)?;
        let mut kept = if file.exists() {
            results::read(&file).unwrap_or_default()
        } else {
            Results::default()
        };
        kept.lines.retain(|result| {
            is_current(result, &facts) && listed.iter().any(|case| case.name == result.name)
        });
        let mut task: Task<'_> = task(suite, kind, &selection, TIME_RUNS)?;
        let times = |name: &str| {
            kept.lines
                .iter()
                .filter(|result| result.name == name)
                .count()
        };
        task.names.retain(|name| times(name) < task.runs);
        if task.names.is_empty() {
            continue;
        }
        let Some(measured) = measure_described(suite, &task, tree, workspace)? else {
            continue;
        };
        write_functions(&measured, folder)?;
        let mut updated = Results {
            units: kept.units,
            lines: merge(kept.lines, measured.lines),
            ..Results::default()
        };
        updated.append(Results {
            units: measured.units,
            ..Results::default()
        });
        results::write(&file, &updated)?;
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

/// Whether a result is of this build, measured with these tools on this machine.
fn is_current(result: &Benchmark, facts: &Facts) -> bool {
    facts
        .iter()
        .all(|(key, value)| result.config.get(key) == Some(value))
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
        if let Some(problem) = collection.problems().first() {
            bail!("{problem}");
        }
        if collection.len() == before {
            bail!("{}: no benchmark results in this file", input.label);
        }
    }
    Ok(collection)
}

fn write(report: &Report<'_>, format: Format) -> Result<()> {
    let stdout = io::stdout();
    let style = style_of(&stdout);
    let mut output = BufWriter::new(stdout.lock());
    let mut notes = io::stderr().lock();
    let written = print(report, format, style, &mut output, &mut notes);
    match written.and_then(|()| output.flush()) {
        // Whoever reads has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing the comparison"),
    }
}
