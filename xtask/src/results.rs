//! Files of results: read strictly, written whole.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail};
use benchfmt::{Benchmark, Reader, Record, UnitLine, Writer};
use explain::Profiles;

use crate::machine::Facts;

/// What a file of results holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    pub(crate) units: Vec<UnitLine>,
    pub(crate) lines: Vec<Benchmark>,
    /// Where the instructions go, function by function; not written with the rest.
    pub(crate) functions: Vec<Benchmark>,
    /// And line by line; not written with the rest either.
    pub(crate) profiles: Profiles,
}

impl Results {
    pub(crate) fn append(&mut self, other: Self) {
        for unit in other.units {
            let same = |own: &UnitLine| (&own.unit, &own.key) == (&unit.unit, &unit.key);
            if !self.units.iter().any(same) {
                self.units.push(unit);
            }
        }
        self.lines.extend(other.lines);
        // Exact: one run's are as good as another's.
        if self.functions.is_empty() {
            self.functions = other.functions;
        }
        self.profiles.0.extend(other.profiles.0);
    }

    /// Puts facts at the head of each result's configuration.
    pub(crate) fn describe(&mut self, facts: &Facts) {
        for result in self.lines.iter_mut().chain(&mut self.functions) {
            for (key, value) in facts {
                result.config.set(key, value);
            }
        }
    }
}

/// Reads a file of results.
///
/// # Errors
///
/// Where a line cannot be read, with its place; where there is no result at all; where the last line has no end, which a
/// file that was cut off does not.
pub(crate) fn read(path: &Path) -> Result<Results> {
    let results = read_any(path)?;
    if results.lines.is_empty() {
        bail!("{}: no benchmark results in this file", path.display());
    }
    Ok(results)
}

/// Reads a file of results, of which there may be none.
pub(crate) fn read_any(path: &Path) -> Result<Results> {
    let name = path.display().to_string();
    check_end(path)?;
    let file = File::open(path).with_context(|| name.clone())?;
    let mut reader = Reader::new(BufReader::new(file), name.as_str());
    let mut results = Results::default();
    while let Some(record) = reader.next_record().with_context(|| name.clone())? {
        match record {
            Record::Result(result) => results.lines.push(result.to_benchmark()),
            Record::Unit(unit) => results.units.push(unit),
            Record::Malformed(error) => bail!("{error}"),
        }
    }
    Ok(results)
}

/// Refuses a file that ends within a line.
pub(crate) fn check_end(path: &Path) -> Result<()> {
    let name = || path.display().to_string();
    let mut file = File::open(path).with_context(name)?;
    let mut last = [b'\n'];
    // An empty file has no last byte; whether it may be empty is not for here to say.
    if file.seek(SeekFrom::End(-1)).is_ok() {
        file.read_exact(&mut last).with_context(name)?;
    }
    if last != [b'\n'] {
        let lines = fs::read(path)
            .with_context(name)?
            .split(|&byte| byte == b'\n')
            .count();
        bail!(
            "{}:{lines}: the line has no end: the file was cut off",
            path.display()
        );
    }
    Ok(())
}

/// Writes a file of results under a temporary name and then renames it: whoever reads it finds the last one or this one,
/// whole.
pub(crate) fn write(path: &Path, results: &Results) -> Result<()> {
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    for unit in &results.units {
        writer.write_unit(unit)?;
    }
    for result in &results.lines {
        writer.write(result)?;
    }
    write_whole(path, &text)
}

/// Writes a file under a temporary name and then renames it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    fs::write(&partial, bytes).with_context(|| partial.display().to_string())?;
    fs::rename(&partial, path).with_context(|| path.display().to_string())
}

/// The number of the next round, after those that are measured: the first is 1.
pub(crate) fn next_round(measured: &Results) -> u32 {
    let numbers = measured
        .lines
        .iter()
        .filter_map(|line| line.config.get("round"));
    let last = numbers
        .filter_map(|number| number.parse::<u32>().ok())
        .max();
    last.map_or(1, |last| last.saturating_add(1))
}

/// Writes results, those of a name together and in the order of the rounds.
pub(crate) fn write_sorted(file: &Path, measured: &Results) -> Result<()> {
    let mut sorted = measured.clone();
    sorted.lines.sort_by(|a, b| a.name.cmp(&b.name));
    write(file, &sorted)
}
