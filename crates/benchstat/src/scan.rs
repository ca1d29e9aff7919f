//! Reading one input into the compact form that a [`Collection`](crate::Collection) keeps.

use std::io::{self, Read};

use benchfmt::{FormId, Forms, Reader, Record, SyntaxError, UnitLine, Units};
use hashbrown::HashMap;

use crate::intern::Interner;
use crate::lists::PairLists;
use crate::runs::Runs;

/// The results of one input: which series each belongs to, and its values.
///
/// Results that agree in name, configuration and units form a series. There are few series and
/// many results; so what depends on the former is worked out once for a series, and a result
/// costs little more than its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) series: Vec<Series>,
    /// The series of the results, in order.
    pub(crate) order: Runs,
    /// The values of the results, one after the other, in base units.
    pub(crate) values: Vec<f64>,
}

/// What results of one series have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Series {
    pub(crate) name: u32,
    pub(crate) config: u32,
    /// A list of units.
    pub(crate) units: u32,
}

/// One input, read on its own: numbers refer to the tables that come with it.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Form and configuration of each series.
    pub(crate) series: Vec<(FormId, u32)>,
    /// As in [`Results`].
    pub(crate) order: Runs,
    pub(crate) values: Vec<f64>,
    pub(crate) forms: Forms,
    pub(crate) units: Units,
    pub(crate) words: Interner,
    /// The configurations, as pairs of words.
    pub(crate) configs: PairLists,
    /// What was said of units, and what could not be read, in order.
    pub(crate) remarks: Vec<Remark>,
}

/// What a line other than a result or configuration gives.
#[derive(Debug)]
pub(crate) enum Remark {
    Unit(UnitLine),
    Malformed(SyntaxError),
}

/// An input that failed, and the last line that was read.
#[derive(Debug)]
pub(crate) struct ScanError {
    pub(crate) line: usize,
    pub(crate) error: io::Error,
}

/// Reads an input to its end; `path` is used in messages, and `size` says how many bytes to expect.
pub(crate) fn scan(path: &str, input: impl Read, size: usize) -> Result<Scan, ScanError> {
    /// A value rarely takes less of a file. What is reserved and not used takes addresses, no
    /// memory; growing step by step would copy.
    const BYTES_A_VALUE: usize = 24;
    let mut reader = Reader::new(input, path);
    let mut scan = Scan::default();
    scan.values.reserve(size / BYTES_A_VALUE);
    let mut known: HashMap<(FormId, u32), u32> = HashMap::new();
    // For each form: the configuration and series of its last result.
    let mut latest: Vec<(u32, u32)> = Vec::new();
    let mut version = None;
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let mut config = 0;
    loop {
        let line = reader.line();
        let result = match reader.next_record() {
            Ok(Some(Record::Result(result))) => result,
            Ok(Some(Record::Unit(line))) => {
                scan.remarks.push(Remark::Unit(line));
                continue;
            }
            Ok(Some(Record::Malformed(error))) => {
                scan.remarks.push(Remark::Malformed(error));
                continue;
            }
            Ok(None) => break,
            Err(error) => return Err(ScanError { line, error }),
        };
        if version != Some(result.config_version()) {
            version = Some(result.config_version());
            let words = &mut scan.words;
            pairs.clear();
            pairs.extend(
                result
                    .config()
                    .iter()
                    .map(|(key, value)| (words.intern(key), words.intern(value))),
            );
            config = scan.configs.intern(&pairs);
        }
        let form = result.form();
        let series = match latest.get(form.index()) {
            Some(&(own, series)) if own == config => series,
            _ => {
                let series = *known.entry((form, config)).or_insert_with(|| {
                    scan.series.push((form, config));
                    (scan.series.len() - 1) as u32
                });
                if form.index() == latest.len() {
                    latest.push((config, series));
                } else {
                    latest[form.index()] = (config, series);
                }
                series
            }
        };
        scan.order.push(series);
        scan.values.extend(result.values());
    }
    (scan.forms, scan.units) = reader.into_parts();
    Ok(scan)
}
