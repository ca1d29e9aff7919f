//! What grows in a service that is under constant load, how fast, and where it is allocated.
//!
//! [`Watcher`] asks a service's admin port for its [metrics](GAUGES) once a second. [`judge`] tests each of the
//! [`Series`] for a trend, and [`growth`] asks the heap profile where the memory was allocated that is kept.

#![forbid(unsafe_code)]

mod gauge;
mod growth;
mod openmetrics;
mod series;
mod verdict;
mod watcher;

pub use gauge::{GAUGES, Gauge};
pub use growth::{Growth, GrowthError, growth};
pub use openmetrics::sum;
pub use series::Series;
pub use verdict::{Judged, judge};
pub use watcher::Watcher;
