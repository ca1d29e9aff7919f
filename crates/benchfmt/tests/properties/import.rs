//! Any file of another tool gives results that can be written, or an error that can be printed.

use benchfmt::import::callgrind::{self, group, owner};
use benchfmt::import::{Defect, Recording, unit_lines};
use benchfmt::{Benchmark, Metadata};

use super::{assert_printable, assert_reads_back};

/// No message is longer: what it quotes is cut.
const LONGEST: usize = 4096;

/// Checks what an importer made of an input.
///
/// # Panics
///
/// If it cannot be written, or its error not be printed.
pub fn check_import(imported: Result<Recording, Defect>) {
    let recording = match imported {
        Ok(recording) => recording,
        Err(defect) => {
            let message = defect.to_string();
            assert!(message.len() < LONGEST, "{message}");
            return assert_printable(&message);
        }
    };
    let mut results: Vec<Benchmark> = recording.samples().collect();
    let summary = recording.summary();
    for (at, measurement) in summary.measurements.iter().enumerate() {
        let others = &summary.measurements[..at];
        assert!(others.iter().all(|other| other.unit != measurement.unit));
    }
    results.push(summary);
    assert_reads_back(&results);
    let mut metadata = Metadata::default();
    let measurements = results.iter().flat_map(|result| &result.measurements);
    for line in measurements.flat_map(|measurement| unit_lines(&measurement.unit)) {
        metadata.add(&line).expect("importers know their units");
    }
}

/// Checks what is read of callgrind's output: the parts add up to the whole.
///
/// # Panics
///
/// If they do not, or the error cannot be printed.
pub fn check_callgrind(text: &[u8]) {
    let profile = match callgrind::parse(text) {
        Ok(profile) => profile,
        Err(error) => {
            let lines = String::from_utf8_lossy(text).lines().count();
            assert!((1..=lines.max(1)).contains(&error.line));
            let is_empty = error.what == callgrind::Malformed::Empty;
            assert_eq!(is_empty, String::from_utf8_lossy(text).trim().is_empty());
            let message = error.to_string();
            assert!(message.len() < LONGEST, "{message}");
            return assert_printable(&message);
        }
    };
    let costs = profile.functions.iter().map(|found| found.instructions);
    assert_eq!(costs.clone().sum::<u64>(), profile.total);
    assert!(costs.is_sorted_by(|a, b| a >= b));
    for function in &profile.functions {
        let lines = function.lines.iter().map(|line| line.instructions);
        assert_eq!(lines.sum::<u64>(), function.instructions);
        let (file, object) = (function.file.as_deref(), function.object.as_deref());
        assert!(!owner(&function.name, file, object).to_string().is_empty());
    }
    for n in [0, 1, 10] {
        let (named, rest) = group(&profile, n);
        assert!(named.len() <= n);
        assert_eq!(named.len() + rest.functions, profile.functions.len());
        let named: u64 = named.iter().map(|function| function.instructions).sum();
        assert_eq!(named + rest.instructions, profile.total);
    }
}
