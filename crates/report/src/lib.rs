//! The committed results as a page: tables, and what they show in sentences that are computed.
//!
//! Text in, text out: [`Page`] is made from a collection of results and writes Markdown.

#![forbid(unsafe_code)]

mod calibration;
mod environment;
mod finding;
mod functions;
mod matrix;
mod page;
mod splice;

pub use calibration::calibration_page;
pub use page::{Page, PageError};
pub use splice::{SpliceError, splice};
