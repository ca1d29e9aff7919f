//! Rounds of a service with something behind its handler: in each, everything is measured once, in a new order, on a fresh process.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use benchfmt::Measurement;
use fastrand::Rng;

use crate::machine::Facts;
use crate::progress;
use crate::results::{self, Results, next_round, write_sorted};
use crate::service::{Program, Service, Start, generator};
use crate::stop::Stop;

/// The handler that is measured with.
const VARIANT: &str = "preallocated";

/// The exit code of a load that fell behind: an outcome like any other, which the result tells.
const FELL_BEHIND: i32 = 3;

/// What is measured once a round.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// The result's name.
    pub(crate) name: String,
    /// What is asked for.
    pub(crate) case: String,
    /// What stands behind the handler, as the service's flags say it.
    pub(crate) behind: Vec<String>,
    /// What results say of it.
    pub(crate) facts: Facts,
    /// What is known of it without measuring.
    pub(crate) known: Vec<Measurement>,
}

/// How often and how long everything is measured.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct How {
    /// Rounds: in each, everything is measured once, in a new order; six give an interval
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,

    /// How long each is measured, after a warm-up
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    seconds: u16,

    /// A look: two rounds of a second
    #[arg(long, conflicts_with_all = ["rounds", "seconds"])]
    quick: bool,

    /// Run the load before everything else on the machine, the service included, with chrt
    #[arg(long)]
    realtime: bool,

    /// Add to the last results instead of replacing them
    #[arg(long)]
    append: bool,
}

impl How {
    fn rounds(self) -> u16 {
        if self.quick { 2 } else { self.rounds }
    }

    fn seconds(self) -> u16 {
        if self.quick { 1 } else { self.seconds }
    }
}

/// What measures.
#[derive(Debug)]
pub(crate) struct Measuring<'a> {
    pub(crate) server: &'a Program,
    pub(crate) load: &'a Path,
    /// How the load is put on, as its flags say it.
    pub(crate) pace: &'a [&'a str],
    pub(crate) how: How,
    /// Between two of them it can be stopped.
    pub(crate) stop: Stop,
    /// Where results go, after each round.
    pub(crate) file: PathBuf,
}

impl Measuring<'_> {
    /// Measures all scenarios, round by round.
    pub(crate) fn run(&self, scenarios: &[Scenario]) -> Result<()> {
        let rounds = self.how.rounds();
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let mut measured = if self.how.append && self.file.exists() {
            results::read(&self.file)?
        } else {
            Results::default()
        };
        let bar = progress::bar(scenarios.len() * usize::from(rounds), "rounds");
        let mut random = Rng::new();
        for number in (next_round(&measured)..).take(rounds.into()) {
            let mut order: Vec<_> = scenarios.iter().collect();
            random.shuffle(&mut order);
            let mut round = Results::default();
            for scenario in order {
                self.stop.check()?;
                bar.set_message(scenario.name.clone());
                let one = self.one(scenario);
                round.append(one.with_context(|| scenario.name.clone())?);
                bar.inc(1);
            }
            round.describe(&vec![("round".to_owned(), number.to_string())]);
            measured.append(round);
            // A round is whole or not in the file.
            write_sorted(&self.file, &measured)?;
        }
        bar.finish_and_clear();
        eprintln!("wrote {}", self.file.display());
        Ok(())
    }

    fn one(&self, scenario: &Scenario) -> Result<Results> {
        let start = Start {
            variant: VARIANT,
            admin: true,
            behind: &scenario.behind,
            ..Start::default()
        };
        let service = Service::start(self.server, start)?;
        let partial = self
            .file
            .with_extension(format!("{}.one", std::process::id()));
        // What an interrupted run left is not of this one.
        if partial.exists() {
            fs::remove_file(&partial).with_context(|| partial.display().to_string())?;
        }
        let mut command = generator(self.load, self.how.realtime);
        command
            .args(["--target", &service.address, "--case", &scenario.case])
            .args(["--pid", &service.pid().to_string()])
            .args(self.pace)
            .args(["--duration", &self.how.seconds().to_string()])
            .arg("--results")
            .arg(&partial);
        if let Some(admin) = &service.admin {
            command.args(["--metrics", admin]);
        }
        let output = command
            .output()
            .with_context(|| self.load.display().to_string())?;
        drop(service);
        if !matches!(output.status.code(), Some(0 | FELL_BEHIND)) {
            bail!(
                "load: {}\n{}{}",
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let mut measured = results::read(&partial)?;
        fs::remove_file(&partial).with_context(|| partial.display().to_string())?;
        for line in &mut measured.lines {
            line.name.clone_from(&scenario.name);
            line.measurements.extend(scenario.known.iter().cloned());
        }
        measured.describe(&self.server.facts);
        measured.describe(&scenario.facts);
        if self.how.realtime {
            let first = "the generator first, round-robin".to_owned();
            measured.describe(&vec![("scheduling".to_owned(), first)]);
        }
        Ok(measured)
    }
}
