//! Any text is read: each record says its line, and what is read can be written and reads back equal.

use std::io::Read;

use benchfmt::{Benchmark, MAX_CONFIG_KEYS, Metadata, Reader, Record, Writer};

use super::assert_printable;

/// Checks what a reader makes of a text.
///
/// # Panics
///
/// If something does not hold.
pub fn check_reader(text: &[u8]) {
    let results = read(text);
    assert_reads_back(&results);

    let mut whole = Reader::new(text, "any");
    let mut pieces = Reader::new(Pieces(text, 0), "any");
    loop {
        let [a, b] = [
            whole.next_record().expect("memory does not fail"),
            pieces.next_record().expect("memory does not fail"),
        ];
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
        if a.is_none() {
            break;
        }
    }
    // It remembers what it was told, once.
    assert!(whole.forms().len() <= results.len());
    assert!(
        whole
            .forms()
            .ids()
            .all(|id| !whole.forms().units(id).is_empty())
    );
}

/// Checks that the results can be written and read back equal, and that they are then written as before.
///
/// # Panics
///
/// If not.
pub fn assert_reads_back(results: &[Benchmark]) {
    let text = written(results);
    let read = read(&text);
    assert_eq!(read, results);
    assert!(written(&read) == text);
}

fn written(results: &[Benchmark]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    for result in results {
        writer.write(result).expect("what was read can be written");
    }
    text
}

/// The results in a text, all of whose records are looked at.
fn read(text: &[u8]) -> Vec<Benchmark> {
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    let mut reader = Reader::new(text, "any");
    let mut metadata = Metadata::default();
    let mut results = Vec::new();
    let mut last = 0;
    while let Some(record) = reader.next_record().expect("memory does not fail") {
        let at = match record {
            Record::Result(result) => {
                assert!(result.line() > last, "two results of a line");
                let measurements = result.measurements();
                assert!(measurements.len() > 0);
                assert_eq!(measurements.len(), result.values().len());
                for (measured, value) in measurements.zip(result.values()) {
                    assert!(measured.value.is_finite() && measured.written_value.is_finite());
                    assert_eq!(measured.value, value);
                    assert!(!measured.unit.is_empty() && !measured.written_unit.is_empty());
                    assert_printable(measured.unit);
                }
                let name = result.name();
                let whole: String = [name.base()].into_iter().chain(name.parts()).collect();
                assert_eq!(whole, name.full());
                assert_printable(name.full());
                assert!(result.config().len() <= MAX_CONFIG_KEYS);
                let line = lines[result.line() - 1];
                let rest = line.strip_prefix(b"Benchmark").expect("its word");
                assert!(rest.starts_with(name.full().as_bytes()));
                results.push(result.to_benchmark());
                result.line()
            }
            Record::Unit(found) => {
                assert!(lines[found.line - 1].starts_with(b"Unit"));
                assert!(!found.unit.is_empty() && !found.key.is_empty());
                let line = found.line;
                if let Err(error) = metadata.add(&found) {
                    assert_printable(&error.to_string());
                }
                line
            }
            Record::Malformed(error) => {
                assert_printable(&error.to_string());
                assert!(!lines[error.line - 1].is_empty());
                error.line
            }
        };
        assert!(last <= at && at <= lines.len(), "line {at} after {last}");
        last = at;
    }
    results
}

/// Gives a text in pieces of a few bytes, which grow.
struct Pieces<'t>(&'t [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 += 1;
        let count = self.1.min(self.0.len()).min(buffer.len());
        let (piece, rest) = self.0.split_at(count);
        buffer[..count].copy_from_slice(piece);
        self.0 = rest;
        Ok(count)
    }
}
