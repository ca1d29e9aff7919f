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
//! 10,000 simulated suites of 40 cases in each line, by the default plan with a delta of 1 %. The noise is the
//! [model](simulate::Model): a standard deviation of 0.7 % between pairs, 3 % of them up to 12 % off, and of 0.4 % between
//! layout comparisons, 10 % of them up to 2.7 % off. A pair takes 0.2 s, a link 3 s.
//!
//! | changed | suites with a false call | changes called | called unchanged | others shown unchanged | others confirmed | screening | confirming 1 to 3 cases |
//! | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
//! | none | 0.06 % | | | 78.5 % | 0.9 % | 315 s, at most 343 s | 112 s, at most 235 s |
//! | 1 case by 1 % | 0.04 % | 93.9 % | 3.3 % | 78.4 % | 0.9 % | 316 s, at most 350 s | 119 s, at most 252 s |
//! | 1 case by 2 % | 0.10 % | 100.0 % | 0.0 % | 78.3 % | 0.9 % | 316 s, at most 341 s | 109 s, at most 252 s |
//! | 1 case by 5 % | 0.10 % | 100.0 % | 0.0 % | 78.3 % | 0.9 % | 316 s, at most 341 s | 109 s, at most 252 s |
//! | 3 cases by 1 % | 0.11 % | 93.9 % | 3.1 % | 78.5 % | 0.9 % | 318 s, at most 346 s | 157 s, at most 269 s |
//! | 3 cases by -2 % | 0.04 % | 100.0 % | 0.0 % | 78.5 % | 0.9 % | 318 s, at most 343 s | 134 s, at most 235 s |
//! | all by 2 % | 0.00 % | 100.0 % | 0.0 % | | | 360 s | |
//!
//! With twice the spread between layouts (0.8 %) at most 1.14 % of suites have a false call, 85.1 % of changes by 1 % are
//! called and all by 2 %, and half of the other cases are shown unchanged. The p values of 400,000 cases without a change lie within 0.0010 of their exact
//! distribution, where 0.0026 is the critical distance of Kolmogorov and Smirnov at 1 %.
//!
//! With twice the spread between pairs (1.4 %) at most 1.68 % of suites have a false call, 79.5 % of changes by 1 % are
//! called and all by 2 %. With one layout, by 500 suites each, at most 0.4 % of suites have a false call, and 98.4 % of
//! changes by 5 % are called.
//!
//! ```text
//! cargo run --release -p paired --example simulate
//! cargo run --release -p paired --example simulate -- --layouts 0.008
//! cargo run --release -p paired --example simulate -- --pairs 0.014
//! cargo run --release -p paired --example simulate -- --suites 500 --one-layout
//! ```
//!
//! What else was tried, 1,000 suites each, with `--suites 1000` and the flags that it says:
//!
//! | plan | 1 case by 1 % called | others shown unchanged | others confirmed | |
//! | --- | ---: | ---: | ---: | --- |
//! | the default | 94.9 % | 78.7 % | 0.9 % | |
//! | `--select 0.5` | 96.1 % | 80.0 % | 2.4 % | 60 % instead of 30 % of suites without a change need a confirmation |
//! | `--screen 8 --screen-pairs 4` | 93.4 % | 56.7 % | 2.2 % | one look, for as much time |
//! | `--screen 12 --screen-pairs 2` | 92.3 % | 52.1 % | 2.5 % | one look on more layouts |
//! | `--screen 8,14` | 94.1 % | 90.3 % | 0.5 % | screening takes up to 391 s |
//! | `--confirm 14` | 87.2 % | 82.5 % | 0.9 % | one look |
//! | `--confirm 28` | 94.4 % | 82.4 % | 0.9 % | one look: confirming takes 208 s instead of 115 s |

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
