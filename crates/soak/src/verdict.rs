//! Whether a gauge grows.

use benchstat::statistics::{Trend, stretches, trend};

use crate::series::Series;

/// Into so many stretches a series is cut; their medians are tested. Values a second apart follow each other closely, and the
/// test takes them to be independent; the medians of twenty stretches are much less alike, and enough for the test.
const STRETCHES: usize = 20;

/// How often a gauge that stays where it is may be called growing: one in a hundred.
const ALPHA: f64 = 0.01;

/// The confidence of the interval of a slope.
const CONFIDENCE: f64 = 0.95;

/// A share of the level that a gauge may gain over a run and still not grow: what a service's bars on memory allow.
const SHARE: f64 = 0.02;

/// A series and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The series.
    pub series: Series,
    /// Its trend, per second; `None` if it is too short.
    pub trend: Option<Trend>,
    /// Whether it grows: the test says so, and by more than is called nothing.
    pub grows: bool,
}

/// Judges a series.
pub fn judge(series: Series) -> Judged {
    let trend = stretches(&series.times, &series.values, STRETCHES)
        .and_then(|(times, values)| trend(&times, &values, CONFIDENCE));
    let lasted = match (series.times.first(), series.times.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0.0,
    };
    let level = series.values.first().copied().unwrap_or_default();
    let nothing = series.gauge.slack.max(SHARE * level);
    let grows = trend.is_some_and(|trend| trend.p_up < ALPHA && trend.slope * lasted > nothing);
    Judged {
        series,
        trend,
        grows,
    }
}
