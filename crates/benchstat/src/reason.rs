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

/// What a verdict says of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// There is more of it.
    More,
    /// There is less of it.
    Less,
    /// It is shown that no change matters.
    Same,
    /// Nothing is shown.
    Undecided,
    /// It was not compared.
    NotCompared,
}

/// How much of a change of time the change of the instructions explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Share {
    /// At least half of it.
    Most,
    /// At least a tenth.
    Part,
    /// Less, or nothing: they changed the other way, or not at all.
    Hardly,
}

/// Time, instructions and allocations of a case, as their verdicts say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Triangle {
    /// The time.
    pub time: Seen,
    /// The instructions: the work.
    pub work: Seen,
    /// How much of a change of the time they explain, where both changed the same way.
    pub share: Share,
    /// The allocations.
    pub allocations: Seen,
}

/// One sentence, that claims what the verdicts show and no more.
impl fmt::Display for Triangle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Seen::{Less, More, NotCompared, Same, Undecided};
        let work = match self.work {
            More => "more work",
            Less => "less work",
            Same => "the same work",
            Undecided => "work undecided",
            NotCompared => "work not compared",
        };
        let allocations = match self.allocations {
            More => "more allocations",
            Less => "fewer allocations",
            Same => "as many allocations",
            Undecided => "allocations undecided",
            NotCompared => "allocations not compared",
        };
        let time = match (self.time, self.work, self.share) {
            (More, More, Share::Most) => ", and slower: the work explains it",
            (More, More, Share::Part) => ", and slower: the work explains a part of it",
            (More, More, Share::Hardly) => ", and slower by far more: layout or memory",
            (More, Less | Same, _) => ", but slower: layout or memory",
            (More, Undecided | NotCompared, _) => ", and slower",
            (Less, Less, Share::Most) => ", and faster: the work explains it",
            (Less, Less, Share::Part) => ", and faster: the work explains a part of it",
            (Less, Less, Share::Hardly) => ", and faster by far more: layout or memory",
            (Less, More | Same, _) => ", but faster: layout or memory",
            (Less, Undecided | NotCompared, _) => ", and faster",
            (Same, ..) => match (self.work, self.allocations) {
                (More, Less)
                | (Less, More)
                | (Same | Undecided | NotCompared, Same | Undecided | NotCompared) => {
                    ", in the same time"
                }
                (More, _) | (_, More) => ", but no slower",
                (Less, _) | (_, Less) => ", but no faster",
            },
            (Undecided, ..) => "; time undecided",
            (NotCompared, ..) => "; time not compared",
        };
        write!(f, "{work} and {allocations}{time}")
    }
}

/// What the units of a case say together: a [`Triangle`], and the figures behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    triangle: Triangle,
    /// The changes of the other units.
    figures: Vec<(&'static str, Change)>,
}

impl Reason {
    /// What it is made of.
    pub fn triangle(&self) -> Triangle {
        self.triangle
    }
}

/// A row's case, its package, its column and its unit.
type Place<'v> = (&'v str, Option<&'v str>, &'v str, &'v str);

fn place<'v>(row: &'v Judgement, unit: &'v str) -> Place<'v> {
    (&row.case, row.package.as_deref(), &row.column, unit)
}

/// The rows of a comparison, to find the reasons of some.
#[derive(Debug)]
pub struct Reasons<'v> {
    rows: HashMap<Place<'v>, &'v Judgement>,
}

impl<'v> Reasons<'v> {
    /// Those of a comparison.
    pub fn new(verdicts: &'v Verdicts) -> Self {
        let rows = verdicts.judgements.iter();
        Self {
            rows: rows.map(|row| (place(row, &row.unit), row)).collect(),
        }
    }

    /// What a row and those of the case's other units say together, by these rules:
    ///
    /// - There is more or less of what is called changed, the same of what is called unchanged.
    /// - Where time and instructions changed the same way, the instructions explain the time if they changed by at least half
    ///   of its share, and a part of it if by at least a tenth.
    /// - Where they do not, layout or memory moved the time: the work is the same, or changed the other way.
    ///
    /// Nothing for other units, and where the comparison has no other of the three of the case.
    pub fn of(&self, row: &Judgement) -> Option<Reason> {
        let units = [TIME, INSTRUCTIONS, ALLOCATIONS];
        let own = units.iter().position(|unit| *unit == row.unit)?;
        let rows = units.map(|unit| self.rows.get(&place(row, unit)).copied());
        let mut others = rows.iter().enumerate().filter(|(place, _)| *place != own);
        if !others.any(|(_, other)| other.is_some()) {
            return None;
        }
        let [time, work, allocations] = rows.map(seen);
        let share = |row: Option<&Judgement>| row?.change?.share();
        let triangle = Triangle {
            time,
            work,
            share: match (share(rows[0]), share(rows[1])) {
                (Some(time), Some(instructions)) if time != 0.0 => explained(instructions / time),
                _ => Share::Hardly,
            },
            allocations,
        };
        let names = ["time", "instructions", "allocations"];
        let figures = names.into_iter().zip(rows).zip([time, work, allocations]);
        let figures = figures.enumerate().filter(|(place, _)| *place != own);
        Some(Reason {
            triangle,
            figures: figures
                .filter(|(_, (_, seen))| matches!(seen, Seen::More | Seen::Less))
                .filter_map(|(_, ((name, row), _))| Some((name, row?.change?)))
                .collect(),
        })
    }
}

fn seen(row: Option<&Judgement>) -> Seen {
    let Some(row) = row else {
        return Seen::NotCompared;
    };
    match row.verdict {
        // Whichever direction is the better one.
        Verdict::Regressed | Verdict::Improved => match row.change {
            Some(change) if change.to > change.from => Seen::More,
            Some(change) if change.to < change.from => Seen::Less,
            Some(_) | None => Seen::Undecided,
        },
        Verdict::Unchanged => Seen::Same,
        Verdict::Undecided => Seen::Undecided,
        Verdict::Incomparable | Verdict::Missing | Verdict::New => Seen::NotCompared,
    }
}

fn explained(part: f64) -> Share {
    match part {
        MOST.. => Share::Most,
        NO_REASON.. => Share::Part,
        _ => Share::Hardly,
    }
}

/// The sentence, and in parentheses the changes of the other units that changed.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.triangle)?;
        let figures = self.figures.iter().map(|(name, change)| {
            if *name == "allocations" {
                format!("{name} {} → {}", change.from, change.to)
            } else {
                format!("{name} {change}")
            }
        });
        let figures: Vec<String> = figures.collect();
        if figures.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", figures.join(", "))
        }
    }
}
