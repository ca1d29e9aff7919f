//! `paired`: times of a revision and of the working tree, in pairs, for any repository.

#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use benchstat::{Gates, Selection};
use clap::Parser;
use paired::procedure::Plan;
use paired::{Progress, Revisions, Sampling, Settings, Side, Sides, limits, text_of, toolchain};

/// The exit code for bad usage, a revision that does not build, and whatever else there is no sample for.
const FAILURE: u8 = 2;

/// Times the working tree against a revision: both are built, linked in many layouts, and take turns
///
/// The package has a bench target that serves its cases (see `paired::Target`). Two files of pairs are written; `benchstat
/// -gate FILE BASE HEAD` reaches verdicts on them.
#[derive(Parser, Debug)]
#[command(name = "paired", version, max_term_width = 100)]
struct Arguments {
    /// What the working tree is compared with
    #[arg(value_name = "REV", default_value = "HEAD")]
    revision: String,

    /// The package with the bench target
    #[arg(long, value_name = "NAME")]
    package: String,

    /// The bench target
    #[arg(long, value_name = "NAME", default_value = "paired")]
    bench: String,

    /// The rules for verdicts: cases that do not gate are not measured
    #[arg(long, value_name = "FILE")]
    gate: Option<PathBuf>,

    /// Only the cases that match
    #[arg(long, value_name = "FILTER", default_value = "*")]
    filter: String,

    /// How long to measure at most; what is not decided by then is undecided
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    budget: Option<Duration>,

    /// The folder for base.txt and head.txt
    #[arg(long, value_name = "FOLDER", default_value = "target/paired")]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paired: {error:#}");
            ExitCode::from(FAILURE)
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let gates = match &arguments.gate {
        None => Gates::default(),
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Gates::parse(&text).with_context(|| path.display().to_string())?
        }
    };
    let selection = Selection::parse(&arguments.filter).context("--filter")?;
    let root = std::env::current_dir().context("the current folder")?;
    let revisions = Revisions::new(&root, &root.join("target").join("revisions"));
    let commits = Sides {
        base: revisions.resolve(&arguments.revision)?,
        head: revisions.working_tree()?,
    };
    let sampling = Sampling {
        revisions: &revisions,
        commits: commits.clone(),
        package: &arguments.package,
        target: &arguments.bench,
        toolchain: &toolchain()?,
        renamed: gates.renamed(),
        plan: Plan {
            budget: arguments.budget,
            ..Plan::default()
        },
        settings: Settings::new()?,
        calibrates: false,
    };
    let sampled = sampling.run(|case| limits(&gates, &selection, case), &mut |step| {
        show(step);
    })?;
    for side in [Side::Base, Side::Head] {
        let commit = commits.get(side).to_string();
        let text = text_of(&sampled, side, &[("commit".to_owned(), commit)])?;
        write(&arguments.output.join(format!("{side}.txt")), &text)?;
    }
    Ok(())
}

fn show(step: Progress) {
    match step {
        Progress::Waiting => eprintln!("waiting for another process that measures here"),
        Progress::Linking(side, count) => eprintln!("building the {side}: {count} layouts"),
        Progress::Measuring(..) | Progress::Measured => {}
    }
}

/// Whoever reads the file finds the last one or this one, whole.
fn write(path: &Path, text: &str) -> Result<()> {
    let shown = || path.display().to_string();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(shown)?;
    }
    let partial = path.with_extension("partial");
    fs::write(&partial, text).with_context(shown)?;
    fs::rename(&partial, path).with_context(shown)
}

fn minutes(text: &str) -> Result<Duration, String> {
    const SECONDS: f64 = 60.0;
    let minutes = benchfmt::parse_float(text).map_err(|error| error.to_string())?;
    Duration::try_from_secs_f64(minutes * SECONDS).map_err(|error| error.to_string())
}
