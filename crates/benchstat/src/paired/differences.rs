//! The differences of one case in one stage, and what they show.

use benchfmt::Better;

use super::decide::Limits;
use crate::statistics::{center, center_interval, median, signed_rank_above};
use crate::verdict::Verdict;

/// How far apart two layouts of the same code are known to be, as a share: of 1,548 comparisons between random layouts of
/// one build of request handlers and parsers, 99 % differed by less than 13.4 % (two processes on one core of a virtual
/// machine). Where only one layout of each side was measured, a change must exceed this before it can be called one of the
/// code.
pub const LAYOUT_SPREAD: f64 = 0.134;

/// The error of each of the two one-sided tests behind `unchanged`, over all looks (D. J. Schuirmann, "A Comparison of the
/// Two One-Sided Tests Procedure and the Power Approach", J. Pharmacokinetics and Biopharmaceutics 15, 1987).
const EQUIVALENCE_ERROR: f64 = 0.05;

/// What a difference stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layouts {
    /// One comparison of layouts that were drawn independently for each side: the median over its pairs.
    #[default]
    Shuffled,
    /// One pair; all are of one layout of each side, whose share in the difference is not known.
    One,
}

/// The differences of one case in one stage: logarithms of the ratio of the head's time to the base's.
///
/// If the builds do not differ, their distribution is symmetric about zero: either side is as likely to have the better
/// layouts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Differences {
    values: Vec<f64>,
    layouts: Layouts,
}

impl Differences {
    /// None yet.
    pub fn new(layouts: Layouts) -> Self {
        Self {
            values: Vec::new(),
            layouts,
        }
    }

    /// Adds the pairs of a layout comparison, by the logarithms of their ratios: their median, as one difference, or each
    /// of them where there is one layout only.
    pub fn add(&mut self, pairs: &[f64]) {
        match self.layouts {
            Layouts::One => self.values.extend_from_slice(pairs),
            Layouts::Shuffled if pairs.is_empty() => {}
            Layouts::Shuffled => {
                let mut sorted = pairs.to_vec();
                sorted.sort_by(f64::total_cmp);
                self.values.push(median(&sorted));
            }
        }
    }

    /// The differences, in the order in which they were added.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// What each stands for.
    pub fn layouts(&self) -> Layouts {
        self.layouts
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The change, as a share of the base: Hodges and Lehmann's estimate.
    pub fn change(&self) -> Option<f64> {
        center(&self.values).map(f64::exp_m1)
    }

    /// Where the change lies, as shares of the base.
    pub fn interval(&self, confidence: f64) -> Option<(f64, f64)> {
        let (low, high) = center_interval(&self.values, confidence)?;
        Some((low.exp_m1(), high.exp_m1()))
    }

    /// The confidence of the interval behind `unchanged` where its error is spent over so many looks.
    pub fn equivalence_confidence(looks: u32) -> f64 {
        1.0 - 2.0 * EQUIVALENCE_ERROR / f64::from(looks.max(1))
    }

    /// Whether it is shown that the change is smaller than `delta` in either direction: never with one layout, which may
    /// hide a change as well as make one.
    pub fn are_unchanged(&self, delta: f64, looks: u32) -> bool {
        let interval = self.interval(Self::equivalence_confidence(looks));
        self.layouts == Layouts::Shuffled
            && interval.is_some_and(|(low, high)| low >= -delta && high <= delta)
    }

    /// The two-sided p value of no change beyond what is allowed, and the verdict for which it would speak: the stronger of
    /// two one-sided signed-rank tests, doubled.
    pub fn evidence(&self, limits: &Limits) -> (f64, Verdict) {
        let spread = match self.layouts {
            Layouts::Shuffled => 0.0,
            Layouts::One => LAYOUT_SPREAD.ln_1p(),
        };
        let negated: Vec<f64> = self.values.iter().map(|value| -value).collect();
        let above = |bound: f64| signed_rank_above(&self.values, bound + spread).unwrap_or(1.0);
        let below = |bound: f64| signed_rank_above(&negated, bound + spread).unwrap_or(1.0);
        let allowed = limits.allow.ln_1p();
        let (worse, improved) = match limits.better {
            Some(Better::Lower) => (above(allowed), below(0.0)),
            Some(Better::Higher) => (below(allowed), above(0.0)),
            // Either way is for the worse.
            None => (above(allowed).min(below(allowed)), 1.0),
        };
        let verdict = if worse <= improved {
            Verdict::Regressed
        } else {
            Verdict::Improved
        };
        ((2.0 * worse.min(improved)).min(1.0), verdict)
    }

    /// The change that differences with this spread show half of the time at a confidence level: half the width of its
    /// interval, beyond what layouts may explain.
    pub(super) fn visible(&self, confidence: f64) -> Option<f64> {
        let (low, high) = self.interval(confidence)?;
        let half = ((1.0 + high) / (1.0 + low)).sqrt();
        let spread = match self.layouts {
            Layouts::Shuffled => 0.0,
            Layouts::One => LAYOUT_SPREAD,
        };
        Some(half * (1.0 + spread) - 1.0)
    }
}
