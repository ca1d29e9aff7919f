//! What the fuzz targets check: no panic, no hang, and what is read can be written and reads back
//! equal.
//!
//! `cargo fuzz run reader`, in the folder above; on a stable toolchain with `RUSTC_BOOTSTRAP=1`.
//! `corpus/` holds what earlier runs found, one input for each path through the code.

#![forbid(unsafe_code)]

use benchfmt::import::{Defect, Recording, unit_lines};
use benchfmt::{Benchmark, Metadata, Reader, Record, Writer};

/// Checks that the results can be written and read back equal.
///
/// # Panics
///
/// If not.
pub fn assert_reads_back(results: &[Benchmark]) {
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    for result in results {
        writer.write(result).expect("what was read can be written");
    }
    assert_eq!(read(&text), results);
}

/// The results in a text, all of whose lines are read.
///
/// # Panics
///
/// If what a line says of itself does not hold.
pub fn read(text: &[u8]) -> Vec<Benchmark> {
    let mut reader = Reader::new(text, "fuzz");
    let mut metadata = Metadata::default();
    let mut results = Vec::new();
    while let Some(record) = reader.next_record().expect("memory does not fail") {
        match record {
            Record::Result(line) => {
                assert!(line.line() > 0);
                assert!(line.measurements().len() > 0);
                assert!(line.measurements().all(|found| found.value.is_finite()));
                let name = line.name();
                let whole: String = [name.base()].into_iter().chain(name.parts()).collect();
                assert_eq!(whole, name.full());
                results.push(line.to_benchmark());
            }
            // Contradictions are errors, and nothing else is.
            Record::Unit(line) => drop(metadata.add(&line)),
            Record::Malformed(error) => assert_printable(&error.to_string()),
        }
    }
    results
}

/// Checks what an importer made of an input.
///
/// # Panics
///
/// If it cannot be written, or its error not be printed.
pub fn check_import(imported: Result<Recording, Defect>) {
    match imported {
        Ok(recording) => {
            let mut results: Vec<Benchmark> = recording.samples().collect();
            results.push(recording.summary());
            assert_reads_back(&results);
            let mut metadata = Metadata::default();
            let measurements = results.iter().flat_map(|result| &result.measurements);
            for line in measurements.flat_map(|measurement| unit_lines(&measurement.unit)) {
                metadata.add(&line).expect("importers know their units");
            }
        }
        Err(defect) => assert_printable(&defect.to_string()),
    }
}

fn assert_printable(message: &str) {
    assert!(!message.contains(char::is_control), "{message:?}");
}
