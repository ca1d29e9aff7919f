//! Axes: how values become places, and which of them are labelled.

use std::ops::Range;

use benchfmt::Class;
use benchstat::common_scale;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

/// How far below the lowest decade a logarithmic axis has its zero, in decades.
const ZERO: f64 = 0.7;

/// How far the outermost values keep from the ends, as a factor.
const ROOM: f64 = 1.05;

/// So many decades are few: with three marks in each, a label still has a line of its own.
const FEW: f64 = 3.5;

/// An axis of numbers, linear or by their logarithms; a logarithmic one that has zeros shows them below a gap.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    is_log: bool,
    /// Where zero is, in decades.
    zero: f64,
    /// The ends, in decades on a logarithmic axis.
    ends: (f64, f64),
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From one number to another, with labelled places.
    pub(super) fn linear(ends: (f64, f64), ticks: Vec<(f64, String)>) -> Self {
        Self {
            is_log: false,
            zero: 0.0,
            ends,
            ticks,
        }
    }

    /// The decades that hold some values, none of them negative, or the powers of sixteen where units are binary.
    pub(super) fn decades(values: impl Iterator<Item = f64> + Clone, class: Class) -> Self {
        let positive = values.clone().filter(|value| *value > 0.0);
        let low = positive.clone().fold(f64::INFINITY, f64::min);
        let high = positive.fold(f64::NEG_INFINITY, f64::max);
        if !low.is_finite() || !high.is_finite() {
            return Self::linear((-1.0, 1.0), vec![(0.0, "0".to_owned())]);
        }
        let base = match class {
            Class::Decimal => 10.0_f64,
            Class::Binary => 16.0,
        };
        let steps = |value: f64| value.log10() / base.log10();
        // Up to a third of a step more, and no mark on the edge.
        let first = (3.0 * steps(low / ROOM)).floor() / 3.0;
        let last = ((3.0 * steps(high * ROOM)).ceil() / 3.0).max(first + 1.0);
        let has_zero = values.into_iter().any(|value| value == 0.0);
        // Few decades have room for marks between them.
        let marks = match class {
            Class::Decimal if last - first < FEW => &[1.0, 2.0, 5.0][..],
            _ => &[1.0],
        };
        let all = (first.floor() as i32..=last.floor() as i32).flat_map(|step| {
            let decade = base.powi(step);
            marks.iter().map(move |mark| mark * decade)
        });
        let is_within = |value: &f64| (first..=last).contains(&steps(*value));
        let mut ticks: Vec<_> = all
            .filter(is_within)
            .map(|value| (value, brief(value, class)))
            .collect();
        let (first, last) = (first * base.log10(), last * base.log10());
        let zero = first - ZERO;
        if has_zero {
            ticks.insert(0, (0.0, "0".to_owned()));
        }
        Self {
            is_log: true,
            zero,
            ends: (if has_zero { zero - 0.2 } else { first }, last),
            ticks,
        }
    }

    /// The same axis with other places labelled, and room beyond the outermost of them.
    pub(super) fn labelled(mut self, ticks: Vec<(f64, String)>, room: f64) -> Self {
        let places = ticks.iter().map(|&(value, _)| self.place(value));
        let low = places.clone().fold(f64::INFINITY, f64::min);
        let high = places.fold(f64::NEG_INFINITY, f64::max);
        self.ends = (low - room, high + room);
        self.ticks = ticks;
        self
    }

    /// From zero to a number and somewhat more, in even steps.
    pub(super) fn shares(most: f64) -> Self {
        /// More steps than this are too many.
        const STEPS: f64 = 6.0;
        let step = [0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0]
            .into_iter()
            .find(|step| most / step <= STEPS)
            .unwrap_or(10.0);
        let count = (most / step).ceil() as u32;
        let decimals = if step == 0.25 { 2 } else { 1 };
        let ticks = (0..=count).map(|at| {
            let value = f64::from(at) * step;
            (value, format!("{value:.decimals$}"))
        });
        Self::linear((0.0, f64::from(count) * step * ROOM), ticks.collect())
    }

    /// Around a center, to both sides, in percent.
    pub(super) fn percents(low: f64, high: f64) -> Self {
        const STEPS: f64 = 8.0;
        let span = (high - low).max(1e-3);
        let step = [
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
        ]
        .into_iter()
        .find(|step| span / step <= STEPS)
        .unwrap_or(span / STEPS);
        let (first, last) = ((low / step).floor() as i32, (high / step).ceil() as i32);
        let decimals = usize::from(step < 0.01);
        let ticks = (first..=last).map(|at| {
            let value = f64::from(at) * step;
            let text = match at {
                0 => "0".to_owned(),
                _ => format!("{:+.decimals$} %", 100.0 * value),
            };
            (value, text)
        });
        Self::linear(
            (f64::from(first) * step, f64::from(last) * step),
            ticks.collect(),
        )
    }

    /// The label of a place.
    pub(super) fn label(&self, value: f64) -> String {
        let found = self.ticks.iter().find(|(tick, _)| *tick == value);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    pub(super) fn count(&self) -> usize {
        self.ticks.len()
    }

    fn place(&self, value: f64) -> f64 {
        match value {
            _ if !self.is_log => value,
            0.0 => self.zero,
            value => value.log10(),
        }
    }
}

/// A value in few characters.
pub(super) fn brief(value: f64, class: Class) -> String {
    let scale = common_scale([value], class);
    let text = scale.format(value);
    let digits: String = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
        .collect();
    let prefix = &text[digits.len()..];
    let short = if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        &digits
    };
    format!("{short}{prefix}")
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        let (low, high) = self.ends;
        // What lies far outside, or nowhere, is no reason to leave the range of pixels.
        let share = ((self.place(*value) - low) / (high - low)).clamp(-1.0, 2.0);
        start + (f64::from(end - start) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().map(|&(value, _)| value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.ends.0..self.ends.1
    }
}
