//! What can be wrong with a profile, and where it is.

use thiserror::Error;

use crate::printable::Printable;

/// A profile that could not be read, and the place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct Error {
    /// The line, counted from 1; the last one if it is the end of the file that is wrong.
    pub line: usize,
    /// What is wrong there.
    pub what: Malformed,
}

/// What is wrong with a profile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malformed {
    /// There is nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// The file is of another version of the format.
    #[error("format version {}, expected 1", Printable(.0))]
    Version(String),
    /// What `positions:` lists is not a choice of `instr`, `bb` and `line`.
    #[error("positions {}, expected some of instr, bb and line", Printable(.0))]
    Positions(String),
    /// The events do not have exactly one `Ir`.
    #[error("events {}, expected one of them to be Ir", Printable(.0))]
    Events(String),
    /// The file ends, or a cost comes, before the part has said which events it counts.
    #[error("no `events:` before this")]
    NoEvents,
    /// A line is none that the format has.
    #[error("not a line of a callgrind profile: {}", Printable(.0))]
    Unknown(String),
    /// A field should be a number, and is not.
    #[error("not a number: {}", Printable(.0))]
    Number(String),
    /// A number, a position or a sum does not fit 64 bits.
    #[error("a number below 0 or above 2^64 - 1")]
    Range,
    /// A line of costs has no position, or more costs than there are events.
    #[error("expected {positions} positions and at most {events} costs")]
    Fields {
        /// How many positions a line has.
        positions: usize,
        /// How many events there are.
        events: usize,
    },
    /// A name is used by a number that has not been given to one.
    #[error("name ({0}) is not defined before this")]
    Undefined(u64),
    /// A name is made of other names' numbers, as valgrind's `--compress-mangled=yes` does.
    #[error("a name made of the numbers of others (--compress-mangled=yes)")]
    Nested,
    /// A cost comes before the first `fn=`.
    #[error("no `fn=` before this")]
    NoFunction,
    /// After `calls=` comes something other than the cost of the calls.
    #[error("expected the cost of the calls before this")]
    NoCallCost,
    /// A part ends and has not stated its total, as one does that was cut off.
    #[error("no `summary:` or `totals:` before the end of the part")]
    NoTotal,
    /// A total has no number for `Ir`.
    #[error("a total without the number of instructions")]
    NoInstructions,
    /// A part states a total other than the sum of its costs.
    #[error("a total of {stated}, but the costs sum to {sum}")]
    Total {
        /// The instructions that `summary:` or `totals:` states.
        stated: u64,
        /// The sum of the instructions of all functions.
        sum: u64,
    },
    /// A part states two totals.
    #[error("a total of {stated}, but line {line} states {first}")]
    Totals {
        /// What this line states.
        stated: u64,
        /// What the earlier line states.
        first: u64,
        /// The earlier line, counted from 1.
        line: usize,
    },
}
