//! What time, instructions and allocations say together.

use std::fmt;

use hashbrown::HashMap;

use crate::verdict::{Change, Judgement, Verdict, Verdicts};

const TIME: &str = "sec/op";
const INSTRUCTIONS: &str = "instructions/op";
const ALLOCATIONS: &str = "allocs/op";

/// Instructions that changed by less than this share of what the time did do not explain it: each would have to take ten
/// times as long as the others.
const NO_REASON: f64 = 0.1;

/// And by this share or more they explain it, or most of it.
const MOST: f64 = 0.5;

/// Why a row changed, or what its change is worth, as far as the case's other units say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    instructions: Change,
    allocations: Option<Change>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    MoreWork,
    LessWork,
    PartlyMoreWork,
    PartlyLessWork,
    SameWorkSlower,
    SameWorkFaster,
    NoSlower,
    NoFaster,
}

/// The rows of a comparison, to find the reasons of some.
#[derive(Debug)]
pub struct Reasons<'v> {
    /// By case, column and unit.
    rows: HashMap<(&'v str, &'v str, &'v str), &'v Judgement>,
}

impl<'v> Reasons<'v> {
    /// Those of a comparison.
    pub fn new(verdicts: &'v Verdicts) -> Self {
        let rows = verdicts.judgements.iter();
        let known = rows.filter(|row| row.verdict != Verdict::Incomparable);
        Self {
            rows: known
                .map(|row| ((&*row.case, &*row.column, &*row.unit), row))
                .collect(),
        }
    }

    /// The reason of a row, by these rules:
    ///
    /// - A time that is called changed: where the instructions changed the same way by at least half of its share, the work
    ///   changed; by at least a tenth, part of it; else the work is the same, and layout or memory moved the time.
    /// - Instructions or allocations that are called changed, where the time is shown unchanged: the change made it no
    ///   slower, or no faster.
    ///
    /// Nothing where the other units were not compared.
    pub fn of(&self, row: &Judgement) -> Option<Reason> {
        let other = |unit| self.rows.get(&(&*row.case, &*row.column, unit));
        let called = matches!(row.verdict, Verdict::Regressed | Verdict::Improved);
        if !called {
            return None;
        }
        let instructions = other(INSTRUCTIONS)?.change?;
        let allocations = other(ALLOCATIONS).and_then(|other| other.change);
        let worse = row.verdict == Verdict::Regressed;
        let kind = match &*row.unit {
            TIME => of_time(row.change?.share()?, instructions.share()?),
            INSTRUCTIONS | ALLOCATIONS if other(TIME)?.verdict == Verdict::Unchanged => {
                if worse {
                    Kind::NoSlower
                } else {
                    Kind::NoFaster
                }
            }
            _ => return None,
        };
        Some(Reason {
            instructions,
            allocations,
            kind,
        })
    }
}

fn of_time(time: f64, instructions: f64) -> Kind {
    let part = instructions / time;
    match (time > 0.0, part) {
        (true, MOST..) => Kind::MoreWork,
        (true, NO_REASON..) => Kind::PartlyMoreWork,
        (true, _) => Kind::SameWorkSlower,
        (false, MOST..) => Kind::LessWork,
        (false, NO_REASON..) => Kind::PartlyLessWork,
        (false, _) => Kind::SameWorkFaster,
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.kind {
            Kind::MoreWork => "more work",
            Kind::LessWork => "less work",
            Kind::PartlyMoreWork => "more work, which is not all",
            Kind::PartlyLessWork => "less work, which is not all",
            Kind::SameWorkSlower => "layout or memory, not more work",
            Kind::SameWorkFaster => "layout or memory, not less work",
            Kind::NoSlower => return f.write_str("time unchanged: no slower"),
            Kind::NoFaster => return f.write_str("time unchanged: no faster"),
        };
        write!(f, "instructions {}", self.instructions)?;
        match self.allocations {
            Some(Change { from, to, .. }) if from == to => f.write_str(", allocations same")?,
            Some(Change { from, to, .. }) => write!(f, ", allocations {from} → {to}")?,
            None => {}
        }
        write!(f, ": {word}")
    }
}
