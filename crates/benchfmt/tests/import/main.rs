//! The importers, against files that the tools wrote and files that no tool writes.

#![cfg(feature = "import")]

mod any_bytes;
mod criterion;
mod files;
mod heap;
#[path = "../properties/mod.rs"]
mod properties;
mod summary;

use std::path::{Path, PathBuf};

use benchfmt::Benchmark;
use benchfmt::import::{ImportError, Options, Recording, read};

/// A file or folder of `tests/data`, which the tools wrote; only paths and what is not read were
/// shortened.
fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(path)
}

/// The recordings of a path of `tests/data` without anything wrong.
fn recordings(path: &str) -> Vec<Recording> {
    read_all(&data(path), Options::default())
        .into_iter()
        .map(|recording| recording.unwrap())
        .collect()
}

fn read_all(path: &Path, options: Options<'_>) -> Vec<Result<Recording, ImportError>> {
    read(path, options).unwrap().collect()
}

/// The value of a unit in the recording's one result.
fn value(recording: &Recording, unit: &str) -> Option<f64> {
    let measurements = recording.summary().measurements;
    let found = measurements.into_iter().find(|found| found.unit == unit);
    found.map(|found| found.value)
}

/// Asserts that what the recording gives can be written and reads back equal.
fn assert_reads_back(recording: &Recording) {
    let results: Vec<Benchmark> = recording.samples().chain([recording.summary()]).collect();
    properties::assert_reads_back(&results);
}
