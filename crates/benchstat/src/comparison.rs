//! What a cell says: its summary, and how it compares with the baseline.

use std::fmt;

use crate::decimal::Fixed;

/// What stands for the values of a sample: the median, or for exact values the most frequent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The median or mode.
    pub center: f64,
    /// The lower end of its interval; negative infinity if there are too few values.
    pub low: f64,
    /// The upper end; positive infinity if there are too few values.
    pub high: f64,
}

impl Summary {
    /// How far the interval reaches from the center at most, as a part of the center.
    pub fn spread(self) -> Spread {
        let sign = |x: f64| x.partial_cmp(&0.0);
        if self.low.is_infinite() || self.high.is_infinite() {
            Spread::Unbounded
        } else if sign(self.center) != sign(self.low) || sign(self.center) != sign(self.high) {
            Spread::Undefined
        } else if self.center == 0.0 {
            Spread::Relative(0.0)
        } else {
            Spread::Relative((self.high / self.center - 1.0).max(1.0 - self.low / self.center))
        }
    }
}

/// The reach of an interval; displays as in the tables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// A part of the center.
    Relative(f64),
    /// There are too few values for an interval.
    Unbounded,
    /// The interval contains zero, so no part of the center says how far it reaches.
    Undefined,
}

impl Spread {
    pub(crate) fn push(self, text: &mut String) {
        match self {
            Self::Relative(part) => {
                Fixed::new(100.0 * part, 0).push(text);
                text.push('%');
            }
            Self::Unbounded => text.push('∞'),
            Self::Undefined => text.push('?'),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |text| self.push(text))
    }
}

/// Displays what `push` appends to a text.
fn display(f: &mut fmt::Formatter<'_>, push: impl FnOnce(&mut String)) -> fmt::Result {
    let mut text = String::new();
    push(&mut text);
    f.write_str(&text)
}

/// The comparison of a sample with that of the baseline; displays as the p value and the sizes
/// of the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The p value of the hypothesis of no difference; 0 for exact values, which need no test.
    pub p: f64,
    /// The level that it is compared with.
    pub alpha: f64,
    /// The sizes of the baseline's sample and of this one.
    pub sizes: (usize, usize),
    /// The centers of the baseline's sample and of this one.
    pub centers: (f64, f64),
}

impl Comparison {
    /// The change of the center.
    pub fn delta(self) -> Delta {
        let (old, new) = self.centers;
        if self.p > self.alpha {
            Delta::Insignificant
        } else if old == new {
            Delta::Equal
        } else if old == 0.0 {
            Delta::FromZero
        } else {
            Delta::Relative(new / old - 1.0)
        }
    }
}

impl Comparison {
    pub(crate) fn push(self, text: &mut String) {
        if self.p != 0.0 {
            text.push_str("p=");
            Fixed::new(self.p, 3).push(text);
            text.push(' ');
        }
        text.push_str("n=");
        Fixed::new(self.sizes.0 as f64, 0).push(text);
        if self.sizes.1 != self.sizes.0 {
            text.push('+');
            Fixed::new(self.sizes.1 as f64, 0).push(text);
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |text| self.push(text))
    }
}

/// The change of a center; displays as in the tables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delta {
    /// None that the test could tell from chance.
    Insignificant,
    /// None at all.
    Equal,
    /// From zero, of which nothing is a part.
    FromZero,
    /// By this part of the baseline's center.
    Relative(f64),
}

impl Delta {
    pub(crate) fn push(self, text: &mut String) {
        match self {
            Self::Insignificant => text.push('~'),
            Self::Equal => text.push_str("0.00%"),
            Self::FromZero => text.push('?'),
            Self::Relative(part) => push_percent(part, text),
        }
    }
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(f, |text| self.push(text))
    }
}

/// Appends a change as a signed percentage.
pub(crate) fn push_percent(part: f64, text: &mut String) {
    Fixed::signed(part * 100.0, 2).push(text);
    text.push('%');
}
