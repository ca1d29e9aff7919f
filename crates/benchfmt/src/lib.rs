//! The Go benchmark format, read and written.
//!
//! The format is the text that `go test -bench` prints, specified in Go's design document
//! [14313](https://go.dev/design/14313-benchmark-format): one line for each result, `key: value`
//! lines for the configuration that holds from there on, and `Unit` lines that say which
//! direction of a unit is better and whether its values are exact. Everything else in the text
//! is passed over, so the output of a test run can be read as it is.
//!
//! ```
//! use benchfmt::{Reader, Record};
//!
//! let text = "\
//! goos: linux
//! Unit instructions/op assume=exact better=lower
//! BenchmarkParse/items=10-8 1000 1714 ns/op 41873 instructions/op
//! ";
//! let mut reader = Reader::new(text.as_bytes(), "results.txt");
//! let mut units = benchfmt::Metadata::default();
//! while let Some(record) = reader.next_record()? {
//!     match record {
//!         Record::Result(result) => {
//!             assert_eq!(result.name().base(), "Parse");
//!             assert_eq!(result.name().key("/items"), Some("10"));
//!             assert_eq!(result.config().get("goos"), Some("linux"));
//!             // Values come in base units: nanoseconds are read as seconds.
//!             let time = result.measurements().next().unwrap();
//!             assert_eq!((time.value, time.unit), (1714.0 * 1e-9, "sec/op"));
//!         }
//!         Record::Unit(line) => units.add(&line)?,
//!         Record::Malformed(error) => panic!("{error}"),
//!     }
//! }
//! assert!(units.is_exact("instructions/op"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Reader`] streams: its memory is a buffer and what it has to remember (the configuration, and
//! each name and unit once), never the text. A line it cannot read is a [`SyntaxError`] with its place,
//! and the lines after it are read. [`Writer`] writes what reads back equal.
//!
//! This crate knows no statistics.

#![forbid(unsafe_code)]

/// The examples of the page that introduces the crate.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod config;
mod error;
mod field;
mod form;
#[cfg(feature = "import")]
pub mod import;
mod line;
mod merge;
mod metadata;
mod name;
mod number;
mod printable;
mod reader;
mod record;
mod unit;
mod writer;

pub use config::Config;
pub use error::{Malformed, NumberError, Part, SyntaxError};
pub use form::{FormId, Forms};
pub use merge::merge;
pub use metadata::{Assumption, Better, Metadata, UnitLine};
pub use name::{Name, Parts};
pub use number::{Shortest, parse_float};
pub use printable::{Printable, is_invisible, is_obeyed};
pub use reader::{MAX_CONFIG_KEYS, MAX_LINE, Reader, Record};
pub use record::{Benchmark, Measured, Measurement, ResultLine};
pub use unit::{Class, UnitId, Units, class, normalize};
pub use writer::{WriteError, Writer};
