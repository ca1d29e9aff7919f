//! A run as a result in the Go benchmark format.

use benchfmt::{Benchmark, Config, Measurement, UnitLine};

use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::schedule::Pace;

/// The percentiles that are written, their units, and of how many answers there is one above them.
const PERCENTILES: [(f64, &str, u64); 4] = [
    (0.5, "p50-sec", 2),
    (0.9, "p90-sec", 10),
    (0.99, "p99-sec", 100),
    (0.999, "p99.9-sec", 1_000),
];

/// The mean time of a request of a client on its own.
const TIME: &str = "sec/op";

const RATE: &str = "req/s";
const CPU: &str = "cpu-sec/req";
const MEMORY: &str = "peak-rss-B";

/// What is to be known of the units.
pub fn units() -> Vec<UnitLine> {
    let percentiles = PERCENTILES.map(|(_, unit, _)| (unit, "lower"));
    let others = [
        (TIME, "lower"),
        (RATE, "higher"),
        (CPU, "lower"),
        (MEMORY, "lower"),
    ];
    let line = |(unit, better): (&str, &str)| UnitLine {
        unit: unit.to_owned(),
        key: "better".to_owned(),
        value: better.to_owned(),
        line: 0,
    };
    percentiles.into_iter().chain(others).map(line).collect()
}

/// A run of a plan as one line: `cases` is what was asked for (`route=data`), `labels` what else tells it from others
/// (`variant=pooled`), both parts of a benchmark name.
///
/// A percentile is written if an answer lies above it: of fewer than a hundred the 99th is the slowest, whatever that was.
/// At saturation there are no percentiles: requests are due when a connection is free, so that the more connections, the
/// longer. With one connection, a client on its own, they are those of the service time, and `sec/op` is its mean. Nor are there any
/// without an answer.
///
/// The configuration says how the load was put on, and whether the generator kept up; a run in which it did not differs from
/// all others in it, so that no comparison takes it for one of them.
pub fn write(outcome: &Outcome, plan: &Plan, cases: &[String], labels: &[String]) -> Benchmark {
    let rate = match outcome.pace {
        Pace::Constant(rate) => format!("rate={rate}"),
        Pace::Ramp { from, to } => format!("rate={from}..{to}"),
        Pace::Saturation => "rate=max".to_owned(),
    };
    let mut name = String::from("Load");
    for part in cases.iter().chain([&rate]).chain(labels) {
        name += &format!("/{part}");
    }
    let mut measurements = Vec::new();
    let mut measured = |value: f64, unit: &str| {
        measurements.push(Measurement {
            value,
            unit: unit.to_owned(),
        });
    };
    let percentiles = PERCENTILES
        .into_iter()
        .filter(|&(.., least)| outcome.answered >= least);
    if outcome.pace != Pace::Saturation {
        for (share, unit, _) in percentiles.clone() {
            measured(outcome.time_at(share).as_secs_f64(), unit);
        }
    }
    // Nobody waits for another: what one client waits is what each would.
    if outcome.pace == Pace::Saturation && plan.connections == 1 && outcome.answered > 0 {
        measured(outcome.rate().recip(), TIME);
        for (share, unit, _) in percentiles {
            measured(outcome.service_at(share).as_secs_f64(), unit);
        }
    }
    measured(outcome.rate(), RATE);
    if let Some(cpu) = outcome.server_cpu_per_request() {
        measured(cpu.as_secs_f64(), CPU);
    }
    if let Some(server) = outcome.server {
        measured(server.peak_resident as f64, MEMORY);
    }
    let mut config = Config::default();
    config.set("connections", &plan.connections.to_string());
    config.set("duration", &outcome.length.as_secs_f64().to_string());
    config.set("warm-up", &outcome.warm_up.as_secs_f64().to_string());
    let generator = if outcome.kept_up() {
        "kept up".to_owned()
    } else {
        format!(
            "fell behind: {} of {} requests",
            outcome.delayed, outcome.sent
        )
    };
    config.set("generator", &generator);
    if outcome.faults.total() > 0 {
        config.set("faults", &outcome.faults.to_string());
    }
    Benchmark {
        config,
        name,
        iterations: i64::try_from(outcome.answered).unwrap_or(i64::MAX),
        measurements,
    }
}
