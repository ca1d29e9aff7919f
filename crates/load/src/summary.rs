//! What is said at the end.

use std::time::Duration;

use load::{Outcome, Pace};

/// The columns: their headings and the share of requests below.
const COLUMNS: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("max", 1.0),
];

/// A run, for a reader.
pub(crate) fn text(name: &str, outcome: &Outcome) -> String {
    let mut text = format!(
        "{name}\n{} answers in {:.1} s: {:.0}/s; errors: {}\n\n{:8}",
        outcome.answered,
        outcome.elapsed.as_secs_f64(),
        outcome.rate(),
        outcome.faults,
        ""
    );
    for (heading, _) in COLUMNS {
        text += &format!("{heading:>10}");
    }
    text += "\n";
    let mut row = |label: &str, at: &dyn Fn(f64) -> Duration| {
        text += &format!("{label:8}");
        for (_, share) in COLUMNS {
            text += &format!("{:>10}", time(at(share)));
        }
        text += "\n";
    };
    if outcome.pace != Pace::Saturation {
        row("time", &|share| outcome.time_at(share));
    }
    row("service", &|share| outcome.service_at(share));
    text += "\n";
    if let (Some(server), Some(cpu)) = (outcome.server, outcome.server_cpu_per_request()) {
        text += &format!(
            "server: {} of CPU a request, at most {:.1} MiB resident\n",
            time(cpu),
            server.peak_resident as f64 / f64::from(1 << 20),
        );
    }
    if let Some(cpu) = outcome.cpu_per_request() {
        text += &format!("generator: {} of CPU a request", time(cpu));
        if outcome.pace != Pace::Saturation {
            let punctual = 100.0 * outcome.punctual();
            text += &format!(", {punctual:.3} % sent within 1 ms of due");
        }
        text += "\n";
    }
    if !outcome.kept_up() {
        text += &format!(
            "THE GENERATOR FELL BEHIND: it sent {} of {} requests more than 1 ms later than it could. These times are partly its own.\n",
            outcome.delayed, outcome.sent
        );
    }
    if outcome.warm_up_faults.total() > 0 {
        text += &format!("errors in the warm-up: {}\n", outcome.warm_up_faults);
    }
    text
}

/// A time in three digits.
pub(crate) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    for (unit, factor) in [("s", 1.0), ("ms", 1e3), ("µs", 1e6)] {
        let value = seconds * factor;
        if value >= 1.0 {
            let decimals = if value < 10.0 {
                2
            } else {
                usize::from(value < 100.0)
            };
            return format!("{value:.decimals$} {unit}");
        }
    }
    format!("{} ns", time.as_nanos())
}
