//! What is measured next, and what it shows: values in, values out.

mod plan;
mod run;
pub mod simulate;

pub use plan::Plan;
pub use run::{Procedure, Round};

use std::fmt;

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
