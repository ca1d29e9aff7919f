//! Results of other tools, read as results of this format.
//!
//! | tool | what is read | unit |
//! | --- | --- | --- |
//! | criterion | `new/benchmark.json` and `new/sample.json` below `target/criterion` | `sec/op` |
//! | iai-callgrind 0.16, gungraun | `summary.json` of schema 6 and 7 | `instructions/op` and others |
//! | dhat, valgrind's DHAT | `dhat-heap.json` | `allocs/op`, `B/op`, `peak-B`, `retained-B` |
//!
//! [`read`] takes a file or a folder and gives a [`Recording`] for each benchmark that it finds.
//! The modules hold the part without files: bytes in, a recording out.
//!
//! ```
//! use benchfmt::import::{criterion, unit_lines};
//!
//! let benchmark = br#"{"full_id": "Parse/items=10", "throughput": null}"#;
//! let sample = br#"{"sampling_mode": "Flat", "iters": [10.0, 10.0, 20.0], "times": [100.0, 130.0, 220.0]}"#;
//! let recording = criterion::parse(benchmark, sample)?;
//!
//! // As one measurement of one process: the median.
//! let result = recording.summary();
//! assert_eq!((&*result.name, result.iterations), ("Parse/items=10", 40));
//! assert_eq!(result.measurements[0].value, 11e-9);
//! assert_eq!(result.measurements[0].unit, "sec/op");
//! // Or sample by sample.
//! assert_eq!(recording.samples().count(), 3);
//!
//! // What is known of a unit is asked for by its name.
//! assert_eq!(unit_lines("instructions/op").count(), 2);
//! # Ok::<(), benchfmt::import::Defect>(())
//! ```
//!
//! What is read came from a disk and may be anything. It is an error with its place, or it is
//! finite numbers under a name that [`Writer`](crate::Writer) writes and [`Reader`](crate::Reader)
//! reads back equal. Files, folders and names larger than their bounds ([`MAX_FILE`],
//! [`MAX_HEAP_FILE`], [`MAX_DEPTH`], [`MAX_ENTRIES`], [`MAX_NAME`]) are errors, so time and memory are bounded.

pub mod callgrind;
pub mod criterion;
pub mod dhat;
mod error;
mod file;
pub mod iai_callgrind;
mod json;
mod name;
mod read;
mod recording;
mod tree;
mod unit;

pub use error::{Defect, ImportError};
pub use file::{MAX_FILE, MAX_HEAP_FILE, accepts};
pub use name::MAX_NAME;
pub use read::{Options, Recordings, read};
pub use recording::{Recording, Sample, Tool};
pub use tree::{MAX_DEPTH, MAX_ENTRIES};
pub use unit::unit_lines;
