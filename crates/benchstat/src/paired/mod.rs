//! Paired results: two builds that took turns, compared by their ratios.
//!
//! A pair is two fresh processes, one of each build, that took turns; a layout comparison is several pairs of one layout of
//! each build. What is tested are the layout comparisons, one value each: the layout of a build moves its speed by as much
//! as changes that matter, and all pairs of a layout share it.
//!
//! In files of results pairs are lines like others, with these keys of the configuration. Both sides have the same pairs in
//! the same order.
//!
//! | key | |
//! | --- | --- |
//! | `pair` | the number of the pair within the layout comparison |
//! | `layout` | the number of the layout comparison within the stage; 1 unless given |
//! | `run` | a number of the run that measured the pair, so that files of several can be put together; 0 unless given |
//! | `stage` | `screen`, which can show a case unchanged, or `confirm`, which can show a change; `screen` unless given |
//! | `looks` | over how many looks the errors of the row are spent; 1 unless given |
//! | `seed` | which layout of the side it is; 0 or not given where the linker did not shuffle |
//! | `answer` | a digest of what the case answered: sides that differ are incomparable |
//! | `extra` | the share of operations that the head did beyond those that count: what a calibration plants |
//! | `code` | a digest of the program before its layout was drawn: sides that agree are unchanged |

//!
//! Put runs together only where that was decided before their results were seen: the rates of error are those of a fixed plan.

mod collect;
mod decide;
mod differences;
mod family;
mod keys;
mod pairs;
mod problem;

pub use collect::PairedResults;
pub use decide::{Limits, PairedDecision, PairedRow, decide, decide_among};
pub use differences::{Differences, LAYOUT_SPREAD, Layouts};
pub(crate) use family::Family;
pub use keys::PairKey;
pub(crate) use keys::is_paired;
pub use pairs::Pairs;
pub use problem::{PairProblem, Side};
