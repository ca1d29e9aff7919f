//! `load`: puts load on a server, and says how long its answers took.

#![forbid(unsafe_code)]

mod arguments;
mod live;
mod profiling;
mod summary;
mod watch;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use arguments::Arguments;
use benchfmt::{Benchmark, Writer};
use clap::Parser;
use live::Live;
use profiling::Profiling;
use watch::Watch;

/// The exit code where an answer was wrong or did not come.
const FAULTS: u8 = 1;

/// The exit code for bad usage, a server that is not there, and whatever else stops a run.
const FAILURE: u8 = 2;

/// The exit code where the generator fell behind: the times are partly its own.
const FELL_BEHIND: u8 = 3;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(FAILURE)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        for exchange in cases::exchanges() {
            println!("{}", exchange.name);
        }
        for form in load::FORMS {
            println!("{form}");
        }
        return Ok(ExitCode::SUCCESS);
    }
    let load = arguments.load()?;
    let profiles = arguments.profiling()?.map(Profiling::start);
    let watch = arguments.watch()?.map(Watch::start);
    let live = Live::on_a_terminal();
    let outcome = load::run(&load.plan, &mut |glimpse| live.show(glimpse))?;
    drop(live);
    let mut result = load::write(&outcome, &load.plan, &load.names, &arguments.labels);
    if let Some(watch) = watch {
        result.measurements.extend(watch.end()?);
    }
    if let Some((mix, seed)) = &load.mix {
        result.config.set("mix", mix);
        result.config.set("seed", &seed.to_string());
    }
    if profiles.is_some() {
        result.config.set("profiled", "yes");
    }
    print!("{}", summary::text(&result.name, &outcome));
    print!("{}", load::stages(&result.measurements));
    if let Some(profiles) = profiles {
        match profiles.join() {
            Ok(text) => print!("{}", text?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    if let Some(path) = &arguments.results {
        append(path, &result)?;
    }
    Ok(if outcome.faults.total() > 0 {
        ExitCode::from(FAULTS)
    } else if outcome.kept_up() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FELL_BEHIND)
    })
}

/// Appends a result to a file, which starts with what is to be known of the units.
fn append(path: &Path, result: &Benchmark) -> Result<()> {
    let shown = || path.display().to_string();
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    if !path.exists() {
        for unit in load::units() {
            writer.write_unit(&unit)?;
        }
    }
    writer.write(result)?;
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(shown)?;
    file.write_all(&text).with_context(shown)
}
