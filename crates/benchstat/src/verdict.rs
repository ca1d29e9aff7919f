//! Verdicts: what a comparison comes to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::environment::Difference;
use crate::paired::{Layouts, PairProblem};
use crate::scale::Percent;

/// What became of one case in one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It got worse by more than is allowed.
    Regressed,
    /// The baseline has it, the other side does not.
    Missing,
    /// The two sides were not measured under conditions that can be compared.
    Incomparable,
    /// Neither a change nor the lack of one is shown.
    Undecided,
    /// It got better.
    Improved,
    /// The other side has it, the baseline does not.
    New,
    /// It is shown that no change matters.
    Unchanged,
}

impl Verdict {
    /// All verdicts, the most urgent first.
    pub const ALL: [Self; 7] = [
        Self::Regressed,
        Self::Missing,
        Self::Incomparable,
        Self::Undecided,
        Self::Improved,
        Self::New,
        Self::Unchanged,
    ];

    /// The verdict's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Missing => "missing",
            Self::Incomparable => "incomparable",
            Self::Undecided => "undecided",
            Self::Improved => "improved",
            Self::New => "new",
            Self::Unchanged => "unchanged",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The change from the baseline's value to the other side's, as a share of the baseline's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The baseline's value, in the unit.
    pub from: f64,
    /// The other side's; of paired rows the baseline's times the ratio that the pairs show.
    pub to: f64,
    /// Where the share lies, of this row alone, at 90 % confidence: two one-sided bounds of 95 % each; for paired rows at
    /// that which [`Paired`] says. A single point for exact values; nothing where the samples are too small or a value is
    /// not positive.
    pub interval: Option<(f64, f64)>,
}

impl Change {
    /// `to / from - 1`; nothing from zero, or from below, to another value.
    pub fn share(&self) -> Option<f64> {
        if self.from == self.to {
            return Some(0.0);
        }
        let share = self.to / self.from - 1.0;
        (self.from > 0.0).then_some(share)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.share() {
            Some(share) => write!(f, "{:+.2}", Percent(share)),
            None if self.from < 0.0 => f.write_str("from below zero"),
            None => f.write_str("from zero"),
        }
    }
}

/// What a verdict on paired results rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Whether on a confirmation; otherwise on screening, which shows no change.
    pub confirmed: bool,
    /// Whether layouts were drawn, or there is one of each side, whose share in the change is not known.
    pub layouts: Layouts,
    /// How many layout comparisons there are in that stage.
    pub comparisons: usize,
    /// How many pairs.
    pub pairs: usize,
    /// The confidence of the change's interval, which is that of the row alone.
    pub confidence: f64,
    /// The p value of no change beyond what is allowed, corrected for the looks and for the family of confirmed rows; nothing
    /// for rows that were not tested.
    pub p: Option<f64>,
    /// Whether both sides are the same program, which decides alone.
    pub same_code: bool,
}

/// A verdict on one case in one unit, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The row's label: the full name of the case.
    pub case: String,
    /// Its package, where the comparison has a case of this name in several; empty where its results name none.
    pub package: Option<String>,
    /// The unit.
    pub unit: String,
    /// The column that was compared with the baseline's.
    pub column: String,
    /// What the comparison comes to.
    pub verdict: Verdict,
    /// Whether it counts for the exit code.
    pub gates: bool,
    /// The change, where both sides have values.
    pub change: Option<Change>,
    /// For an undecided row: the smallest change that its samples would have shown, as a share; nothing where no change
    /// would have been.
    pub visible: Option<f64>,
    /// For an incomparable row: in what the sides differ.
    pub differences: Vec<Difference>,
    /// What the verdict rests on, where the sides took turns.
    pub paired: Option<Paired>,
    /// For an incomparable row whose sides should have taken turns: why its results are no pairs.
    pub problem: Option<PairProblem>,
    /// The name of the case in the baseline, if it has another there.
    pub renamed: Option<String>,
    /// The reason for which a regression was agreed to; it does not count then.
    pub accepted: Option<String>,
}

impl Judgement {
    /// Whether the row alone would fail the comparison.
    pub fn fails(&self) -> bool {
        self.gates
            && self.accepted.is_none()
            && matches!(self.verdict, Verdict::Regressed | Verdict::Missing)
    }
}

/// All verdicts of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdicts {
    /// One for each row and column, in the order of the tables.
    pub judgements: Vec<Judgement>,
}

/// What a comparison comes to as a whole: its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing that gates got worse: 0.
    Passed,
    /// A gating row regressed or is missing: 1.
    Failed,
    /// A gating row is undecided, and a decision is required: 3.
    Undecided,
    /// A gating row is incomparable: 4.
    Incomparable,
}

impl Outcome {
    /// The outcome's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Undecided => "undecided",
            Self::Incomparable => "incomparable",
        }
    }

    /// What it says of the rows that gate, if any do.
    pub(crate) const fn heading(self, any: bool) -> &'static str {
        match self {
            Self::Passed if !any => "No row gates",
            Self::Passed => "Nothing that gates got worse",
            Self::Failed => "What gates got worse or is missing",
            Self::Undecided => "Not everything that gates is decided",
            Self::Incomparable => "Not everything that gates could be compared",
        }
    }

    /// The exit code of a program.
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Undecided => 3,
            Self::Incomparable => 4,
        }
    }
}

impl Verdicts {
    /// How many rows have a verdict; of those that gate, if `gating`.
    pub fn count(&self, verdict: Verdict, gating: bool) -> usize {
        let of_verdict =
            |judgement: &&Judgement| judgement.verdict == verdict && (judgement.gates || !gating);
        self.judgements.iter().filter(of_verdict).count()
    }

    /// The outcome: the first that applies of failed, incomparable, and, if a decision is required, undecided.
    pub fn outcome(&self, decision_required: bool) -> Outcome {
        if self.judgements.iter().any(Judgement::fails) {
            Outcome::Failed
        } else if self.count(Verdict::Incomparable, true) > 0 {
            Outcome::Incomparable
        } else if decision_required && self.count(Verdict::Undecided, true) > 0 {
            Outcome::Undecided
        } else {
            Outcome::Passed
        }
    }
}
