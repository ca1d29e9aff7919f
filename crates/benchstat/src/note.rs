//! The notes of tables: what to know before believing a number.

use std::fmt;

use benchfmt::Shortest;

/// A note on a cell, a comparison or a column; displays as its text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The results in the cell differ in something that no projection shows: the fields.
    Varies(Vec<String>),
    /// There are too few values for an interval at this confidence level.
    TooFewForInterval {
        /// How many are needed; nothing if 50 are not enough.
        need: Option<usize>,
        /// The level.
        confidence: f64,
    },
    /// Values of an exact unit differ.
    Inexact {
        /// The smallest value.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// All values of both samples are equal, so there is nothing to test.
    SamplesEqual,
    /// A sample has no values.
    SampleEmpty,
    /// There are too few values for the test ever to find a difference at this level.
    TooFewForTest {
        /// How many are needed; nothing if 9 are not enough.
        need: Option<usize>,
        /// The level.
        alpha: f64,
    },
    /// The column lacks rows of the first column, or has others.
    RowsDiffer,
    /// A value of the column is not positive, so it has no geometric mean.
    ValuesNotPositive,
    /// The column has no ratio to the first one, or one that is not positive.
    RatiosNotPositive,
}

/// Where the searches for a sufficient number of values end, in the notes that none was found.
const MOST_FOR_INTERVAL: usize = 50;
/// See [`MOST_FOR_INTERVAL`].
const MOST_FOR_TEST: usize = 10;

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Varies(fields) => write!(f, "benchmarks vary in {}", fields.join(", ")),
            Self::TooFewForInterval { need, confidence } => {
                let (sign, need) = need.map_or((">", MOST_FOR_INTERVAL), |need| (">=", need));
                let level = Shortest(*confidence);
                write!(
                    f,
                    "need {sign} {need} samples for confidence interval at level {level}"
                )
            }
            Self::Inexact { low, high } => {
                let (low, high) = (Shortest(*low), Shortest(*high));
                write!(
                    f,
                    "exact distribution expected, but values range from {low} to {high}"
                )
            }
            Self::SamplesEqual => f.write_str("all samples are equal"),
            Self::SampleEmpty => f.write_str("sample is too small"),
            Self::TooFewForTest { need, alpha } => {
                let (sign, need) = need.map_or((">", MOST_FOR_TEST), |need| (">=", need));
                let alpha = Shortest(*alpha);
                write!(
                    f,
                    "need {sign} {need} samples to detect a difference at alpha level {alpha}"
                )
            }
            Self::RowsDiffer => {
                f.write_str("benchmark set differs from baseline; geomeans may not be comparable")
            }
            Self::ValuesNotPositive => f.write_str("summaries must be >0 to compute geomean"),
            Self::RatiosNotPositive => f.write_str("ratios must be >0 to compute geomean"),
        }
    }
}
