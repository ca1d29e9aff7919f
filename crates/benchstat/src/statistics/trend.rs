//! Whether a series goes up or down, and how fast.

use super::elementary::{normal_cdf, normal_quantile};
use super::median::median;

/// What a series of values does over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Kendall's S: how many more pairs of values go up than down.
    pub s: i64,
    /// How likely a series without a trend goes up at least so clearly: one-sided.
    pub p_up: f64,
    /// The median of the slopes between all pairs of values, per unit of time.
    pub slope: f64,
    /// The interval of the slope at the confidence that was asked for; infinite ends where there are too few values.
    pub interval: (f64, f64),
}

/// The trend of values at moments that ascend; `None` of fewer than three, or where one is not a number.
///
/// The test is that of Mann ("Nonparametric tests against trend", Econometrica 13, 1945) and Kendall ("Rank Correlation
/// Methods", 1975), with the variance for ties and the normal approximation with correction for continuity. The slope is that
/// of Theil (1950) and Sen ("Estimates of the regression coefficient based on Kendall's tau", JASA 63, 1968), who gives the
/// interval.
///
/// All of it takes values without a trend to be independent. Values that follow each other closely are not: the medians
/// of [`stretches`] of a series depend less on each other.
///
/// ```
/// use benchstat::statistics::trend;
///
/// let trend = trend(&[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0, 3.1, 5.0, 6.8, 9.0], 0.95).unwrap();
/// assert_eq!(trend.s, 10);
/// assert!(trend.p_up < 0.02 && (trend.slope - 2.0).abs() < 0.1);
/// ```
pub fn trend(times: &[f64], values: &[f64], confidence: f64) -> Option<Trend> {
    let n = times.len().min(values.len());
    let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    if n < 3 || !finite(times) || !finite(values) {
        return None;
    }
    let points: Vec<(f64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    let mut s = 0;
    let mut slopes = Vec::new();
    for (at, (time, value)) in points.iter().enumerate() {
        for (later, after) in points.iter().skip(at + 1) {
            s += i64::from(after > value) - i64::from(after < value);
            let slope = (after - value) / (later - time);
            if slope.is_finite() {
                slopes.push(slope);
            }
        }
    }
    slopes.sort_by(f64::total_cmp);
    let deviation = variance(values, n).sqrt();
    // The correction for continuity: S goes in steps of two.
    let z = (s as f64 - 1.0) / deviation;
    Some(Trend {
        s,
        // All values the same: no pair goes anywhere.
        p_up: if deviation > 0.0 { normal_cdf(-z) } else { 1.0 },
        slope: median(&slopes),
        interval: interval(&slopes, deviation, confidence),
    })
}

/// The variance of S where all orders of the values are equally likely.
fn variance(values: &[f64], n: usize) -> f64 {
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let mut sorted = values.get(..n).unwrap_or_default().to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted
        .chunk_by(|a, b| a == b)
        .map(|tied| term(tied.len() as f64))
        .sum();
    (term(n as f64) - ties) / 18.0
}

/// Sen's interval: the slopes so many places from the middle as S varies.
fn interval(slopes: &[f64], deviation: f64, confidence: f64) -> (f64, f64) {
    let reach = normal_quantile(f64::midpoint(1.0, confidence)) * deviation;
    let n = slopes.len() as f64;
    let low = ((n - reach) / 2.0).floor();
    let value = |place: f64| {
        (place >= 1.0)
            .then(|| slopes.get(place as usize - 1))
            .flatten()
            .copied()
    };
    (
        value(low).unwrap_or(f64::NEG_INFINITY),
        value(n + 1.0 - low)
            .filter(|_| low >= 1.0)
            .unwrap_or(f64::INFINITY),
    )
}

/// The medians of so many stretches of equal length, with the median moment of each; what is left over at the start is left
/// out. `None` if there are fewer values than stretches.
pub fn stretches(times: &[f64], values: &[f64], count: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    let n = times.len().min(values.len());
    let length = n.checked_div(count)?;
    if length == 0 {
        return None;
    }
    let medians = |series: &[f64]| -> Vec<f64> {
        let end = series.get(n - length * count..n).unwrap_or_default();
        end.chunks(length)
            .map(|stretch| {
                let mut sorted = stretch.to_vec();
                sorted.sort_by(f64::total_cmp);
                median(&sorted)
            })
            .collect()
    };
    Some((medians(times), medians(values)))
}
