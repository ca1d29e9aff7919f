//! Results as pages: tables, charts, and what they show in sentences that are computed.
//!
//! Values in, text out: [`Page`] and [`LatencyPage`] are made from collections of results and write Markdown, and a [`Chart`] is
//! SVG; [`ComparisonPage`] and any other [`HtmlPage`] are one file of HTML.

#![forbid(unsafe_code)]

mod answer;
mod calibration;
mod chart;
mod comparison;
mod environment;
mod figures;
mod finding;
mod functions;
mod gain;
mod html;
mod ladder;
mod latency;
mod matrix;
mod page;
mod rounds;
mod splice;
mod sweep;

pub use calibration::{CalibrationPage, calibration_page};
pub use chart::{Chart, DrawError};
pub use comparison::ComparisonPage;
pub use html::HtmlPage;
pub use ladder::LadderPage;
pub use latency::LatencyPage;
pub use page::{Page, PageError};
pub use splice::{SpliceError, splice};
