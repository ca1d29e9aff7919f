//! Why results that should be pairs are none.

use std::fmt;

use thiserror::Error;

use super::keys::PairKey;

/// One of the two that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The baseline.
    Base,
    /// The other.
    Head,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Base => "the baseline",
            Self::Head => "the other side",
        })
    }
}

/// Why the results of a row are no pairs that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PairProblem {
    /// A result has no `pair:` line, where others of the row have one.
    #[error("results of {0} are of no pair")]
    Unpaired(Side),
    /// A line of the configuration makes no sense.
    #[error("{key}: {value:?} makes no sense")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
    },
    /// A pair has one side only.
    #[error("{key} is missing from {side}")]
    Missing {
        /// The pair.
        key: PairKey,
        /// The side that lacks it.
        side: Side,
    },
    /// A side has a pair more than once.
    #[error("{key} is there more than once in {side}")]
    Repeated {
        /// The pair.
        key: PairKey,
        /// The side.
        side: Side,
    },
    /// The sides have the pairs in different orders: they may not be what their lines say.
    #[error("the sides differ in the order of pairs: {base} stands where {head} does")]
    Order {
        /// The first pair of the baseline that is elsewhere in the other side.
        base: PairKey,
        /// The pair in its place.
        head: PairKey,
    },
    /// A layout comparison has several seeds, or two of them have one: they are not drawn independently.
    #[error(
        "{key} has the seed {seed:?} of {side}, which another layout has or its own layout lacks"
    )]
    Seed {
        /// The first pair with the seed.
        key: PairKey,
        /// The seed.
        seed: String,
        /// The side.
        side: Side,
    },
    /// A value has no logarithm.
    #[error("{key} has a value that is not positive in {side}")]
    NotPositive {
        /// The pair.
        key: PairKey,
        /// The side.
        side: Side,
    },
}

impl fmt::Display for PairKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = if self.confirms { "confirm" } else { "screen" };
        let Self {
            run, layout, pair, ..
        } = self;
        write!(f, "pair {pair} of layout {layout} in stage {stage}")?;
        if *run == 0 {
            Ok(())
        } else {
            write!(f, " of run {run}")
        }
    }
}
