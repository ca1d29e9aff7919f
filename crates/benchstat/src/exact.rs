//! Values that repeat to the digit, judged by themselves.

use benchfmt::Better;

use crate::gates::Rule;
use crate::verdict::Verdict;

/// A share such as 0.1 has no exact value: 10 % more than 10 is still 11.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// The verdict on exact values, in ascending order: by the ranges of the two sides.
pub(crate) fn exact(
    base: &[f64],
    head: &[f64],
    better: Option<Better>,
    rule: &Rule<'_>,
) -> (Verdict, Option<(f64, f64)>) {
    let ends = |sample: &[f64]| sample.first().copied().zip(sample.last().copied());
    let Some(((base_low, base_high), (head_low, head_high))) = ends(base).zip(ends(head)) else {
        return (Verdict::Undecided, None);
    };
    // Lower and higher are symmetric as ratios: a rate that halves is as bad as a time that doubles.
    let exceeds = |more: f64, less: f64, share| more > raised(raised(less, share), ROUNDING);
    let within =
        |share| !exceeds(head_high, base_low, share) && !exceeds(base_high, head_low, share);
    let (more, less) = (
        |share| exceeds(head_low, base_high, share),
        |share| exceeds(base_low, head_high, share),
    );
    let (worse, improved) = match better {
        Some(Better::Lower) => (more(rule.allow), less(rule.delta)),
        Some(Better::Higher) => (less(rule.allow), more(rule.delta)),
        None => (more(rule.allow) || less(rule.allow), false),
    };
    let constant = base_low == base_high && head_low == head_high;
    let verdict = match () {
        () if within(rule.delta) => Verdict::Unchanged,
        () if worse => Verdict::Regressed,
        () if improved => Verdict::Improved,
        // It is known what it is, and it is allowed.
        () if constant => Verdict::Unchanged,
        () => Verdict::Undecided,
    };
    let share = |to: f64, from: f64| if to == from { 0.0 } else { to / from - 1.0 };
    let interval = (share(head_low, base_high), share(head_high, base_low));
    (
        verdict,
        (interval.0.is_finite() && interval.1.is_finite()).then_some(interval),
    )
}

/// A value that is larger by a share. Below zero larger is nearer to it.
pub(crate) fn raised(value: f64, share: f64) -> f64 {
    if value < 0.0 {
        value / (1.0 + share)
    } else {
        value * (1.0 + share)
    }
}

/// A value that is smaller by a share: what it would have to be raised by to be the value.
pub(crate) fn lowered(value: f64, share: f64) -> f64 {
    -raised(-value, share)
}
