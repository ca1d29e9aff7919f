//! Writing what reads back equal.

use std::io::{self, Write};

use thiserror::Error;

use crate::config::Config;
use crate::field::{Kind, split_field};
use crate::line::Line;
use crate::metadata::UnitLine;
use crate::number::Shortest;
use crate::printable::is_obeyed;
use crate::reader::{MAX_CONFIG_KEYS, MAX_LINE};
use crate::record::Benchmark;

/// Why something was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The benchmark's name holds white space or a control character.
    #[error("benchmark name {0:?} cannot be written on a line")]
    Name(String),
    /// A unit is empty or holds white space or a control character.
    #[error("unit {0:?} cannot be written on a line")]
    Unit(String),
    /// A result without measurements.
    #[error("benchmark {0} has no measurements")]
    NoMeasurements(String),
    /// A measurement that is NaN or infinite, as it stands or in base units.
    #[error("a measurement of benchmark {0} is not a finite number")]
    NotFinite(String),
    /// A configuration key or value that is not one line of the format.
    #[error("configuration {key:?}: {value:?} cannot be written on a line")]
    Config {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// More than [`MAX_CONFIG_KEYS`] configuration keys.
    #[error("more than {MAX_CONFIG_KEYS} configuration keys")]
    TooManyConfigKeys,
    /// A key or value of unit metadata that is not one field of a line.
    #[error("unit metadata {key:?}={value:?} cannot be written on a line")]
    Metadata {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// The line would be longer than [`MAX_LINE`].
    #[error("the line of benchmark {0} is longer than {MAX_LINE} bytes")]
    TooLong(String),
}

/// Writes results and unit metadata, and between them the configuration lines that change.
///
/// What cannot be read back as it was given is an error, and then nothing of it is written.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    config: Config,
    /// Whether the last line was a result, which a blank line separates from configuration.
    after_result: bool,
    line: String,
}

impl<W: Write> Writer<W> {
    /// A writer to `output`. It writes small pieces, so `output` should be buffered.
    pub fn new(output: W) -> Self {
        Self {
            output,
            config: Config::default(),
            after_result: false,
            line: String::new(),
        }
    }

    /// Writes a result, after the configuration lines that it needs.
    ///
    /// # Errors
    ///
    /// If the result cannot be read back equal, or the output fails.
    pub fn write(&mut self, result: &Benchmark) -> Result<(), WriteError> {
        check(result)?;
        let changed = self.changes(&result.config)?;
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        if let Some((lines, _)) = &changed {
            line.push_str(lines);
        }
        let start = line.len();
        put(
            &mut line,
            format_args!("Benchmark{} {}", result.name, result.iterations),
        );
        for measurement in &result.measurements {
            put(
                &mut line,
                format_args!(" {} {}", Shortest(measurement.value), measurement.unit),
            );
        }
        if line.len() - start > MAX_LINE {
            return Err(WriteError::TooLong(result.name.clone()));
        }
        line.push('\n');
        self.output.write_all(line.as_bytes())?;
        self.line = line;
        if let Some((_, config)) = changed {
            self.config = config;
        }
        self.after_result = true;
        Ok(())
    }

    /// Writes a `Unit` line.
    ///
    /// # Errors
    ///
    /// If the line cannot be read back equal, or the output fails.
    pub fn write_unit(&mut self, line: &UnitLine) -> Result<(), WriteError> {
        if !is_field(&line.unit) {
            return Err(WriteError::Unit(line.unit.clone()));
        }
        let pair = format!("{}={}", line.key, line.value);
        if !is_field(&pair) || line.key.is_empty() || line.key.contains('=') {
            return Err(WriteError::Metadata {
                key: line.key.clone(),
                value: line.value.clone(),
            });
        }
        writeln!(self.output, "Unit {} {pair}", line.unit)?;
        Ok(())
    }

    /// The lines that turn the configuration that holds into `wanted`, and what a reader then has;
    /// nothing if it holds already.
    ///
    /// The order of its keys may be another than that of `wanted`. So what was there is gone through
    /// in the reader's order, which makes the lines the same when they are read and written again;
    /// new keys come in the order of `wanted`, which is the order in which tables list them.
    fn changes(&self, wanted: &Config) -> Result<Option<(String, Config)>, WriteError> {
        if self.config == *wanted {
            return Ok(None);
        }
        if wanted.len() > MAX_CONFIG_KEYS {
            return Err(WriteError::TooManyConfigKeys);
        }
        let mut lines = String::new();
        if self.after_result {
            lines.push('\n');
        }
        let mut config = self.config.clone();
        for (key, _) in self.config.iter() {
            if wanted.get(key).is_none() {
                put(&mut lines, format_args!("{key}:\n"));
                config.set(key, "");
            }
        }
        let kept = self.config.iter().filter_map(|(key, value)| {
            let wanted = wanted.get(key)?;
            (wanted != value).then_some((key, wanted))
        });
        let new = wanted
            .iter()
            .filter(|(key, _)| self.config.get(key).is_none());
        for (key, value) in kept.chain(new) {
            put_config(&mut lines, key, value)?;
            config.set(key, value);
        }
        lines.push('\n');
        Ok(Some((lines, config)))
    }
}

/// Appends a configuration line.
fn put_config(lines: &mut String, key: &str, value: &str) -> Result<(), WriteError> {
    let start = lines.len();
    put(lines, format_args!("{key}: {value}"));
    let reads_back = matches!(
        Line::new(&lines.as_bytes()[start..]),
        Line::Config { key: k, value: v } if k == key && v == value
    );
    let control = |c: char| is_obeyed(c) && c != '\t';
    if !reads_back
        || key.contains(is_obeyed)
        || value.contains(control)
        || lines.len() - start > MAX_LINE
    {
        return Err(WriteError::Config {
            key: key.to_owned(),
            value: value.to_owned(),
        });
    }
    lines.push('\n');
    Ok(())
}

fn check(result: &Benchmark) -> Result<(), WriteError> {
    if !result.name.is_empty() && !is_field(&result.name) {
        return Err(WriteError::Name(result.name.clone()));
    }
    if result.measurements.is_empty() {
        return Err(WriteError::NoMeasurements(result.name.clone()));
    }
    for measurement in &result.measurements {
        if !is_field(&measurement.unit) {
            return Err(WriteError::Unit(measurement.unit.clone()));
        }
        let (_, factor) = crate::unit::normalize(&measurement.unit);
        if !measurement.value.is_finite() || !(measurement.value * factor).is_finite() {
            return Err(WriteError::NotFinite(result.name.clone()));
        }
    }
    Ok(())
}

/// Whether the text reads back as one field.
fn is_field(text: &str) -> bool {
    let (field, _) = split_field(text.as_bytes());
    !text.is_empty() && field.bytes.len() == text.len() && field.kind == Kind::Text
}

/// Appends to a string, which cannot fail.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    use std::fmt::Write as _;
    let _ = text.write_fmt(what);
}
