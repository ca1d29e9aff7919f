//! `soak`: constant load for minutes, and what grows meanwhile.

#![forbid(unsafe_code)]

mod summary;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use load::{Ask, Mix, Pace, Plan, Schedule, Target, TargetError};
use soak::{Judged, Watcher, growth, judge};

/// The exit code where something grows, or answers were wrong.
const GROWS: u8 = 1;

/// The exit code for bad usage and whatever else stops a run.
const FAILURE: u8 = 2;

/// The exit code where too little was seen to say anything.
const UNDECIDED: u8 = 3;

/// The share of a run in which a service settles: buffers reach their size, pools fill, an allocator finds its arenas.
const SETTLES: f64 = 0.2;

/// The longest time that an admin port watches a heap for, in seconds.
const MOST_WATCHED: u64 = 60;

/// Puts a constant load on a service and says what grows meanwhile, and where it is allocated
///
/// Exit codes, the first that applies: 2 bad usage, or nothing answers; 1 something grows, or answers are wrong; 3 a gauge was
/// watched for too short a time, or the load was less than was asked for; 0.
#[derive(Parser, Debug)]
#[command(name = "soak", version, max_term_width = 100)]
struct Arguments {
    /// Where the requests go, as HOST:PORT
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    target: Target,

    /// The admin port of the same service
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6060")]
    admin: Target,

    /// Requests a second
    #[arg(long, value_name = "N", default_value_t = 10_000.0)]
    rate: f64,

    /// What is asked for, as `load --list` lists it
    #[arg(long, value_name = "NAME", default_value = "Data")]
    case: String,

    /// How long
    #[arg(long, value_name = "MINUTES", default_value_t = 2.0)]
    minutes: f64,

    /// Connections
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    connections: u32,
}

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
    const SECONDS: f64 = 60.0;
    let length = Duration::try_from_secs_f64(arguments.minutes * SECONDS).context("--minutes")?;
    let plan = plan(arguments, length)?;
    let admin = local(&arguments.admin).context("--admin")?;
    let settles = length.mul_f64(SETTLES);
    let watcher = Watcher::start(admin, settles, Duration::from_secs(1));
    let seconds = length
        .saturating_sub(settles)
        .as_secs()
        .clamp(1, MOST_WATCHED);
    let heap = thread::spawn(move || {
        // The end of the run, where what settles has settled.
        thread::sleep(length.saturating_sub(Duration::from_secs(seconds)));
        growth(admin, seconds)
    });
    let outcome = load::run(&plan, &mut |_| ())?;
    let series = watcher.stop()?;
    let heap = match heap.join() {
        Ok(heap) => heap,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let judged: Vec<Judged> = series.into_iter().map(judge).collect();
    print!("{}", summary::text(&outcome, &judged));
    let grows = judged.iter().any(|judged| judged.grows);
    if grows {
        print!("{}", summary::sites(&heap?, seconds));
    } else if let Err(error) = heap {
        eprintln!("soak: {error}");
    }
    let seen = !judged.is_empty() && judged.iter().all(|judged| judged.trend.is_some());
    Ok(if grows || outcome.faults.total() > 0 {
        ExitCode::from(GROWS)
    } else if seen && outcome.kept_up() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(UNDECIDED)
    })
}

fn plan(arguments: &Arguments, length: Duration) -> Result<Plan> {
    let known = cases::exchanges();
    let Some(exchange) = known
        .iter()
        .find(|exchange| exchange.name == arguments.case)
    else {
        bail!(
            "--case {}: no such case; `load --list` lists them",
            arguments.case
        );
    };
    Ok(Plan {
        address: local(&arguments.target).context("--target")?,
        schedule: Schedule::new(Pace::Constant(arguments.rate), Duration::ZERO, length)?,
        mix: Mix::new([(Ask::of(exchange, arguments.target.host()), 1)], 0)?,
        connections: arguments.connections,
        timeout: Duration::from_secs(10),
        server: None,
    })
}

/// An address of this machine.
fn local(target: &Target) -> Result<SocketAddr, TargetError> {
    target.address(false)
}
