//! Scaling values for people: 1718 ns as 1.718µ.

use std::fmt;

use benchfmt::Class;

use crate::decimal::Fixed;

/// How the values of a row are written: with a prefix such as `k` or `Mi` and enough decimals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Digits after the point.
    pub decimals: usize,
    /// What one of the prefix stands for.
    pub factor: f64,
    /// The prefix; empty for one.
    pub prefix: &'static str,
}

/// A prefix, and from which values on it is used with one, two or three decimals.
#[derive(Clone, Copy, Debug)]
struct Step {
    factor: f64,
    prefix: &'static str,
    thresholds: [f64; 3],
}

/// The thresholds lie where rounding reaches 100.0, 10.00 and 1.000.
const fn step(factor: f64, prefix: &'static str, thresholds: [f64; 3]) -> Step {
    Step {
        factor,
        prefix,
        thresholds,
    }
}

const DECIMAL: [Step; 8] = [
    step(1e12, "T", [99.995e12, 9.9995e12, 0.99995e12]),
    step(1e9, "G", [99.995e9, 9.9995e9, 0.99995e9]),
    step(1e6, "M", [99.995e6, 9.9995e6, 0.99995e6]),
    step(1e3, "k", [99.995e3, 9.9995e3, 0.99995e3]),
    step(1.0, "", [99.995, 9.9995, 0.99995]),
    step(1e-3, "m", [99.995e-3, 9.9995e-3, 0.99995e-3]),
    step(1e-6, "µ", [99.995e-6, 9.9995e-6, 0.99995e-6]),
    step(1e-9, "n", [99.995e-9, 9.9995e-9, 0.99995e-9]),
];

/// A value from 1000 to 1023 keeps the smaller prefix, and there is none below one: neither the
/// standard nor readers know fractions of a byte.
const BINARY: [Step; 5] = [
    binary(1 << 40, "Ti"),
    binary(1 << 30, "Gi"),
    binary(1 << 20, "Mi"),
    binary(1 << 10, "Ki"),
    binary(1, ""),
];

const fn binary(factor: u64, prefix: &'static str) -> Step {
    let factor = factor as f64;
    step(
        factor,
        prefix,
        [99.995 * factor, 9.9995 * factor, 0.99995 * factor],
    )
}

/// Below all prefixes: from which value on 3, 4, 5 ... decimals show three digits.
const SMALL: [f64; 8] = [
    9.9995e-1, 9.9995e-2, 9.9995e-3, 9.9995e-4, 9.9995e-5, 9.9995e-6, 9.9995e-7, 9.9995e-8,
];

/// The decimals that the first of the small thresholds stands for.
const SMALL_DECIMALS: usize = 3;

/// One scale for several values, which shows at least three digits of each: that of the value
/// nearest to zero, zeros aside.
///
/// ```
/// use benchfmt::Class;
/// use benchstat::common_scale;
///
/// let scale = common_scale([1.7e-6, 3.1e-5], Class::Decimal);
/// assert_eq!(scale.format(1.7e-6), "1.700µ");
/// assert_eq!(scale.format(3.1e-5), "31.000µ");
/// assert_eq!(common_scale([1536.0], Class::Binary).format(1536.0), "1.500Ki");
/// ```
pub fn common_scale(values: impl IntoIterator<Item = f64>, class: Class) -> Scale {
    let least = values
        .into_iter()
        .map(f64::abs)
        .filter(|&value| value != 0.0)
        .reduce(f64::min);
    let Some(least) = least else {
        return Scale {
            decimals: 3,
            factor: 1.0,
            prefix: "",
        };
    };
    let steps: &[Step] = match class {
        Class::Decimal => &DECIMAL,
        Class::Binary => &BINARY,
    };
    let scale = |step: &Step, decimals| Scale {
        decimals,
        factor: step.factor,
        prefix: step.prefix,
    };
    for step in steps {
        if let Some(at) = step.thresholds.iter().position(|&from| least >= from) {
            return scale(step, at + 1);
        }
    }
    let smallest = &steps[steps.len() - 1];
    let value = least / smallest.factor;
    let more = SMALL
        .iter()
        .position(|&from| value >= from)
        .unwrap_or(SMALL.len() - 1);
    scale(smallest, SMALL_DECIMALS + more)
}

/// Values that are nearer to zero, or further from it, have no prefix that would shorten them.
const NEAREST: f64 = 1e-12;
const FURTHEST: f64 = 1e21;

/// Whether a value takes more digits than anyone reads unless it is shown as a power of ten.
pub(crate) fn is_extreme(value: f64) -> bool {
    value != 0.0 && !(NEAREST..FURTHEST).contains(&value.abs())
}

/// A share in percent, with the decimals and the sign that the format asks for.
pub(crate) struct Percent(pub(crate) f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.0;
        if percent.is_infinite() {
            return f.write_str("beyond all numbers");
        }
        if percent.abs() >= FURTHEST {
            fmt::LowerExp::fmt(&percent, f)?;
        } else {
            fmt::Display::fmt(&percent, f)?;
        }
        f.write_str("%")
    }
}

impl Scale {
    /// A value at this scale.
    pub fn format(self, value: f64) -> String {
        let mut text = String::new();
        self.push(value, &mut text);
        text
    }

    /// Appends a value at this scale to a text.
    pub(crate) fn push(self, value: f64, text: &mut String) {
        Fixed::new(value / self.factor, self.decimals).push(text);
        text.push_str(self.prefix);
    }
}
