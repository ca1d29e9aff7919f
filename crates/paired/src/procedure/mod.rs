//! What is measured next, and what it shows: values in, values out.
//!
//! The same code drives a run on a machine, the [simulation](simulate) and, through files of results, the judge of
//! [`benchstat`]. A [`Procedure`] asks for [`Round`]s: some pairs of each of some cases, on one fresh layout of each build.
//!
//! 1. **Screening** measures all cases. At each look a case is done if it is shown unchanged: if the interval of its change
//!    by the signed-rank test lies within ±delta (two one-sided tests: Schuirmann 1987; the interval of Walsh averages:
//!    Hollander and Wolfe, section 3.3).
//! 2. **Selection** takes the cases whose center (Hodges and Lehmann 1963) is beyond a share of delta. What it takes costs
//!    time and no error: the next stage starts afresh.
//! 3. **Confirmation** measures those on other layouts. At each look a case is done if it is shown unchanged, or if
//!    Wilcoxon's signed-rank test (1945, with Pratt's ranks for zeros, 1959) calls it changed by more than is allowed, at the
//!    level of the family of all selected cases (Holm 1979).
//!
//! Sampling stops where a case is decided, when the planned looks are over, or when the budget is spent. The errors hold
//! whichever it is: each look has an equal share of them, so that all looks together have at most the whole (Bonferroni).
//!
//! The unit that is tested is the layout comparison, one median over its pairs. Pairs of one layout repeat its luck; and
//! comparing each layout of one side with all of the other would count the same layouts again, and say nothing new of how
//! layouts differ.
//!
//! Where the linker cannot shuffle there is one layout of each side, and the pairs are what is tested: a change is called
//! if it exceeds what layouts are known to cause ([`LAYOUT_SPREAD`](benchstat::paired::LAYOUT_SPREAD)), and nothing is
//! called unchanged.
//!
//! # Error rates
//!
//! 200 simulated suites of 40 cases in each line, by the default plan with a delta of 1 %. The noise is the
//! [model](simulate::Model): a standard deviation of 2 % between pairs, 5 % of them up to 14 % off, and of 2.3 % between
//! layout comparisons, 5 % of them up to 13 % off. A pair takes 0.03 s, two links 0.22 s.
//!
//! | changed | suites with a false call | changes called | called unchanged | others shown unchanged | others confirmed | screening | confirming 1 to 3 cases |
//! | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
//! | none | 0.5 % | | | 82.6 % | 2.6 % | 253 s, at most 270 s | 61 s, at most 108 s |
//! | 1 case by 1 % | 2.0 % | 92.5 % | 2.5 % | 82.4 % | 2.7 % | 254 s, at most 270 s | 59 s, at most 113 s |
//! | 1 case by 2 % | 1.5 % | 100.0 % | 0.0 % | 83.1 % | 2.9 % | 254 s, at most 273 s | 48 s, at most 110 s |
//! | 1 case by 5 % | 1.5 % | 100.0 % | 0.0 % | 83.1 % | 2.9 % | 254 s, at most 273 s | 47 s, at most 110 s |
//! | 3 cases by 1 % | 1.0 % | 92.8 % | 2.7 % | 82.0 % | 2.7 % | 254 s, at most 273 s | 71 s, at most 119 s |
//! | 3 cases by -2 % | 0.5 % | 100.0 % | 0.0 % | 82.7 % | 2.3 % | 255 s, at most 273 s | 31 s, at most 57 s |
//! | all by 2 % | 0.0 % | 100.0 % | 0.0 % | | | 273 s | |
//!
//! ```text
//! cargo run --release -p paired --example simulate -- --suites 200
//! ```
//!
//! The same example takes other plans (`--screen`, `--confirm`, `--select`, `--pairs-each`), more noise (`--layouts`,
//! `--pairs`), one layout (`--one-layout`), and the recorded pairs of two files.

mod plan;
mod run;
pub mod simulate;

pub use plan::Plan;
pub use run::{Procedure, Round};

use std::fmt;
use std::str::FromStr;

/// A stage of the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// All cases, on some layouts: which are unchanged, and which look changed.
    Screen,
    /// Those that look changed, on other layouts.
    Confirm,
}

impl fmt::Display for Stage {
    /// The stage's word in files of results.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Screen => "screen",
            Self::Confirm => "confirm",
        })
    }
}

impl FromStr for Stage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "screen" => Ok(Self::Screen),
            "confirm" => Ok(Self::Confirm),
            _ => Err(()),
        }
    }
}
