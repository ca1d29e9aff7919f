//! The committed results as a page: tables, and what they show in sentences that are computed.
//!
//! Text in, text out: [`Page`] and [`LatencyPage`] are made from collections of results and write Markdown.

#![forbid(unsafe_code)]

mod answer;
mod calibration;
mod chart;
mod environment;
mod figures;
mod finding;
mod functions;
mod latency;
mod matrix;
mod page;
mod rounds;
mod splice;

pub use calibration::{CalibrationPage, calibration_page};
pub use chart::Chart;
pub use latency::LatencyPage;
pub use page::{Page, PageError};
pub use splice::{SpliceError, splice};
