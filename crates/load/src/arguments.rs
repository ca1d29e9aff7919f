//! What the program is told.

use std::path::PathBuf;
use std::time::Duration;

use crate::profiling::Profiling;
use crate::watch::Watching;
use anyhow::{Context, Result, bail};
use clap::{ArgGroup, Parser};
use load::{AccountCase, Ask, Mix, Pace, Plan, Schedule, Target};

/// Puts load on a server at a rate that does not depend on it, and says how long its answers took
///
/// Each request's time runs from the moment it was due, so a server that stalls is charged for every request it kept waiting.
/// Exit codes, the first that applies: 2 bad usage, or nothing answers; 1 a wrong answer or none; 3 the generator fell behind, so
/// that the times are partly its own; 0.
#[derive(Parser, Debug)]
#[command(name = "load", version, max_term_width = 100)]
#[command(group = ArgGroup::new("pace").required(true).args(["rate", "ramp", "saturate", "list"]))]
pub(crate) struct Arguments {
    /// Where the requests go, as HOST:PORT
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    target: Target,

    /// Requests a second
    #[arg(long, value_name = "N")]
    rate: Option<f64>,

    /// From so many requests a second to so many, evenly over the duration
    #[arg(long, value_name = "FROM..TO", value_parser = ramp)]
    ramp: Option<(f64, f64)>,

    /// As many requests as there are connections for: says what the server can take, and nothing of how long users wait
    #[arg(long)]
    saturate: bool,

    /// What is asked for, and how often beside the others; may be given several times
    #[arg(long = "case", value_name = "NAME[:WEIGHT]", value_parser = case, default_value = "Data")]
    cases: Vec<(String, u32)>,

    /// List the cases, and send nothing
    #[arg(long)]
    pub(crate) list: bool,

    /// What the sequence of cases is drawn from: the same sequence for the same number; one at random unless given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// How long is measured, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    duration: Duration,

    /// How long load is put on before that, at the rate of the start, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    warm_up: Duration,

    /// At most so many requests, those of the warm-up included
    #[arg(long, value_name = "N")]
    requests: Option<u64>,

    /// Connections; what is due while all are busy waits, and is charged for it
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    connections: u32,

    /// How long an answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    timeout: Duration,

    /// Allow a target that is not this machine
    #[arg(long)]
    allow_remote: bool,

    /// The server's process, to measure what it uses
    #[arg(long, value_name = "PID")]
    pid: Option<u32>,

    /// The service's admin port: take a CPU profile while the load is measured, then a heap profile, and print the functions
    /// that stand out
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) profile: Option<Target>,

    /// The service's admin port: read its counters before and after, and say what came of each request: queries, waits, and where
    /// its time goes
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<Target>,

    /// Append the result to a file, in the Go benchmark format
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,

    /// A part of the result's name, such as variant=pooled; may be given several times
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = label)]
    pub(crate) labels: Vec<String>,
}

/// A plan, and what a result's name says of it.
pub(crate) struct Load {
    pub(crate) plan: Plan,
    pub(crate) names: Vec<String>,
    /// The cases with their weights, and what the sequence is drawn from, where there is something to draw.
    pub(crate) mix: Option<(String, u64)>,
}

impl Arguments {
    /// When to take profiles, and where, if that is asked for.
    pub(crate) fn profiling(&self) -> Result<Option<Profiling>> {
        let Some(admin) = &self.profile else {
            return Ok(None);
        };
        let admin = admin.address(self.allow_remote).context("--profile")?;
        Ok(Some(Profiling {
            admin,
            delay: self.warm_up,
            lasts: self.duration,
        }))
    }

    /// When to read the service's counters, and where, if that is asked for.
    pub(crate) fn watch(&self) -> Result<Option<Watching>> {
        let Some(admin) = &self.metrics else {
            return Ok(None);
        };
        let admin = admin.address(self.allow_remote).context("--metrics")?;
        Ok(Some(Watching {
            admin,
            delay: self.warm_up,
        }))
    }

    /// What is to be done.
    pub(crate) fn load(&self) -> Result<Load> {
        let pace = match (self.rate, self.ramp) {
            (Some(rate), _) => Pace::Constant(rate),
            (None, Some((from, to))) => Pace::Ramp { from, to },
            (None, None) => Pace::Saturation,
        };
        let schedule = Schedule::new(pace, self.warm_up, self.duration)?;
        let schedule = schedule.at_most(self.requests.unwrap_or(u64::MAX));
        let known = cases::exchanges();
        let mut kinds = Vec::new();
        let mut names = Vec::new();
        let mut cases = Vec::new();
        for (name, weight) in &self.cases {
            let exchange = known.iter().find(|exchange| exchange.name == *name);
            let (asks, part) = if let Some(exchange) = exchange {
                (vec![Ask::of(exchange, self.target.host())], part(exchange))
            } else if let Some(case) =
                AccountCase::parse(name).with_context(|| format!("--case {name}"))?
            {
                (case.asks(self.target.host()), case.part())
            } else {
                bail!("--case {name}: no such case; --list lists them");
            };
            kinds.push((asks, *weight));
            names.push(part);
            cases.push(format!("{name}:{weight}"));
        }
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        let mut mix = None;
        if let [_, _, ..] = names[..] {
            names = vec!["route=mix".to_owned()];
            mix = Some((cases.join(" "), seed));
        }
        let plan = Plan {
            address: self.target.address(self.allow_remote)?,
            schedule,
            mix: Mix::of_kinds(kinds, seed).context("--case")?,
            connections: self.connections,
            timeout: self.timeout,
            server: self.pid,
        };
        Ok(Load { plan, names, mix })
    }
}

/// What a result's name says of a case: `route=invoices/items=10`.
fn part(exchange: &cases::Exchange) -> String {
    let route = exchange.path.trim_start_matches('/');
    match exchange.name.split_once('/') {
        Some((_, rest)) => format!("route={route}/{rest}"),
        None => format!("route={route}"),
    }
}

fn ramp(text: &str) -> Result<(f64, f64), String> {
    let form = || "it has to be FROM..TO, such as 100..5000".to_owned();
    let (from, to) = text.split_once("..").ok_or_else(form)?;
    let rate = |text: &str| text.parse().map_err(|_| form());
    Ok((rate(from)?, rate(to)?))
}

fn case(text: &str) -> Result<(String, u32), String> {
    match text.rsplit_once(':') {
        None => Ok((text.to_owned(), 1)),
        Some((name, weight)) => match weight.parse() {
            Ok(weight) => Ok((name.to_owned(), weight)),
            Err(_) => Err(format!(
                "{weight:?} is no weight; it has to be a whole number"
            )),
        },
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "it has to be a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn label(text: &str) -> Result<String, String> {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '/';
    match text.split_once('=') {
        Some((key, value))
            if !key.is_empty() && !value.is_empty() && text.chars().all(is_plain) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("it has to be KEY=VALUE, without blanks and slashes".to_owned()),
    }
}
