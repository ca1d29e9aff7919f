//! Changes that were agreed to, and names that changed.

use benchfmt::Better;
use serde::Deserialize;

use crate::gates::{GatesError, check_reason};

/// A change that was agreed to: it covers this much and nothing worse.
///
/// It is over when the baseline contains it. Committed results contain it as soon as they are made anew; a revision
/// contains it if its own gates accept it: see [`Gates::since`](crate::Gates::since).
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The full name of the case.
    pub case: String,
    /// The unit.
    pub unit: String,
    /// How much was agreed to.
    pub covers: Covers,
    /// Why.
    pub reason: String,
}

/// How much was agreed to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Covers {
    /// This value, in the unit: for what has the same value wherever it is measured.
    Value(f64),
    /// This share of the baseline, such as 0.031 for 3.1 % more: for paired results, whose values mean nothing but to each
    /// other. It is covered as long as it is not shown that the change is worse.
    Change(f64),
}

impl Covers {
    /// Whether this value, and this share of change, is no worse.
    pub(crate) fn includes(self, value: f64, share: Option<f64>, better: Option<Better>) -> bool {
        let (found, agreed) = match self {
            Self::Value(agreed) => (value, agreed),
            Self::Change(agreed) => match share {
                Some(share) => (share, agreed),
                None => return false,
            },
        };
        match better {
            Some(Better::Lower) => found <= agreed,
            Some(Better::Higher) => found >= agreed,
            None => found == agreed,
        }
    }

    /// The share by which a paired value may get worse, as it is allowed: nothing for what covers a value.
    pub(crate) fn allow(self, better: Option<Better>) -> Option<f64> {
        let Self::Change(change) = self else {
            return None;
        };
        Some(match better {
            // A rate of 1 / (1 + allow) is as bad as a time of 1 + allow.
            Some(Better::Higher) => 1.0 / (1.0 + change) - 1.0,
            Some(Better::Lower) => change,
            None => change.abs(),
        })
    }
}

/// A case that has another name in older results.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renamed {
    /// Its full name there.
    pub from: String,
    /// Its full name now.
    pub to: String,
}

/// An accepted change as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stated {
    case: String,
    unit: String,
    value: Option<f64>,
    change: Option<f64>,
    reason: String,
}

impl Stated {
    pub(crate) fn unit(&self) -> &String {
        &self.unit
    }

    pub(crate) fn checked(self) -> Result<Accepted, GatesError> {
        check_reason(&self.case, &self.reason)?;
        let covers = match (self.value, self.change) {
            (Some(value), None) => ("value", value, Covers::Value(value)),
            (None, Some(change)) => ("change", change, Covers::Change(change)),
            _ => {
                return Err(GatesError::Accepted {
                    case: self.case,
                    unit: self.unit,
                });
            }
        };
        let (field, number, covers) = covers;
        // A change of -1 leaves nothing of the baseline.
        if !number.is_finite() || matches!(covers, Covers::Change(change) if change <= -1.0) {
            return Err(GatesError::Range {
                place: self.case,
                field,
                value: number,
            });
        }
        Ok(Accepted {
            case: self.case,
            unit: self.unit,
            covers,
            reason: self.reason,
        })
    }
}
