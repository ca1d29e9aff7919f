//! The statistics: medians with intervals, the U test, geometric means, shifts, families of tests.

mod elementary;
mod geomean;
mod holm;
mod median;
mod ranks;
mod shift;
mod utest;

pub use geomean::geometric_mean;
pub use holm::holm;
pub use median::{Interval, MedianIntervals, median};
pub use shift::shift_interval;
pub use utest::{UTest, UTestError};
