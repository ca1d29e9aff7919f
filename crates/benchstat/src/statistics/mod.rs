//! The statistics: medians with intervals, the U test, geometric means, shifts, signed ranks, families of tests,
//! trends.

mod edgeworth;
mod elementary;
mod geomean;
mod holm;
mod median;
mod proportion;
mod ranks;
mod select;
mod shift;
mod signed_rank;
mod trend;
mod utest;
mod walsh;

pub use geomean::geometric_mean;
pub use holm::holm;
pub use median::{Interval, MedianIntervals, median};
pub use proportion::proportion_interval;
pub use shift::shift_interval;
pub use signed_rank::{signed_rank, signed_rank_above};
pub use trend::{Trend, stretches, trend};
pub use utest::{UTest, UTestError};
pub use walsh::{center, center_interval};
