//! The committed results as a page: tables, and what they show in sentences that are computed.
//!
//! Text in, text out: [`Page`] and [`LatencyPage`] are made from collections of results and write Markdown.

#![forbid(unsafe_code)]

mod calibration;
mod environment;
mod finding;
mod functions;
mod gain;
mod ladder;
mod latency;
mod matrix;
mod page;
mod rounds;
mod splice;
mod sweep;

pub use calibration::{CalibrationPage, calibration_page};
pub use ladder::{DrawError, LadderPage};
pub use latency::LatencyPage;
pub use page::{Page, PageError};
pub use splice::{SpliceError, splice};
