//! What is said at the end.

use load::Outcome;
use soak::{Growth, Judged};

/// Functions that are named.
const SITES: usize = 5;

/// A run, for a reader.
pub(crate) fn text(outcome: &Outcome, judged: &[Judged]) -> String {
    let mut text = format!(
        "{} answers, {:.0}/s; errors: {}; p99 {:.2} ms\n\n{:18}{:>12}{:>12}{:>36}{:>9}\n",
        outcome.answered,
        outcome.rate(),
        outcome.faults,
        outcome.time_at(0.99).as_secs_f64() * 1e3,
        "",
        "first",
        "last",
        "a minute (95 %)",
        "p",
    );
    for Judged {
        series,
        trend,
        grows,
    } in judged
    {
        let gauge = series.gauge;
        let shown = |value: f64| amount(value, gauge.is_bytes);
        let first = series.values.first().copied().unwrap_or_default();
        let last = series.last().unwrap_or_default();
        text += &format!("{:18}{:>12}{:>12}", gauge.name, shown(first), shown(last));
        match trend {
            None => text += "  watched for too short a time",
            Some(trend) => {
                const SECONDS: f64 = 60.0;
                let a_minute = |slope: f64| shown(slope * SECONDS);
                let (low, high) = trend.interval;
                let interval = format!(
                    "{} ({} to {})",
                    a_minute(trend.slope),
                    a_minute(low),
                    a_minute(high)
                );
                let p = match trend.p_up {
                    // What rounds to zero is not zero.
                    ..0.00005 => "<0.0001".to_owned(),
                    p => format!("{p:.4}"),
                };
                text += &format!("{interval:>36}{p:>9}");
            }
        }
        text += if *grows { "  GROWS\n" } else { "\n" };
    }
    if !outcome.kept_up() {
        text += &format!(
            "\nTHE GENERATOR FELL BEHIND: it sent {} of {} requests more than 1 ms later than it could.\n",
            outcome.delayed, outcome.sent
        );
    }
    text
}

/// Where what is kept was allocated.
pub(crate) fn sites(growth: &Growth, seconds: u64) -> String {
    let mut text = match growth.site() {
        Some(site) => format!(
            "\nmost of what was allocated and kept in the last {seconds} s is from {site}\n\n"
        ),
        None => format!("\nno sample of the heap was kept in the last {seconds} s\n"),
    };
    text += &growth.top.table(SITES).to_string();
    text
}

fn amount(value: f64, is_bytes: bool) -> String {
    const KIB: f64 = 1024.0;
    if !is_bytes {
        return format!("{value:.0}");
    }
    match value.abs() {
        bytes if bytes >= KIB * KIB => format!("{:.1} MiB", value / KIB / KIB),
        _ => format!("{:.0} KiB", value / KIB),
    }
}
