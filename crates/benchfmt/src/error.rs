//! What can be wrong with a line, and where it is.

use std::sync::Arc;

use thiserror::Error;

use crate::metadata::Better;
use crate::printable::Printable;

/// A line that could not be read, and its place.
///
/// Displays as `file:line: message`. Control characters in the file's name are shown escaped, so
/// that printing an error never drives the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}:{line}: {what}", Printable(path))]
pub struct SyntaxError {
    /// The file's name as the reader was given it.
    pub path: Arc<str>,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: Malformed,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malformed {
    /// A benchmark line ends after the name.
    #[error("missing iteration count")]
    MissingIterations,
    /// The second field of a benchmark line is not an integer.
    #[error("parsing iteration count: {0}")]
    Iterations(NumberError),
    /// A benchmark line ends after the iteration count.
    #[error("missing measurements")]
    MissingMeasurements,
    /// A measurement is not a number.
    #[error("parsing measurement: {0}")]
    Measurement(NumberError),
    /// A measurement has no unit after it.
    #[error("missing units")]
    MissingUnits,
    /// A `Unit` line names no unit.
    #[error("missing unit")]
    MissingUnit,
    /// A field of a `Unit` line is not `key=value`.
    #[error("expected key=value")]
    ExpectedKeyValue,
    /// A `Unit` line contradicts an earlier one.
    #[error(
        "metadata {} of unit {} already set to {}",
        Printable(key),
        Printable(unit),
        Printable(have)
    )]
    MetadataConflict {
        /// The metadata's key, such as `better`.
        key: String,
        /// The unit as this line spells it.
        unit: String,
        /// The value of the earlier line.
        have: String,
    },
    /// A `Unit` line gives a known key a value that means nothing.
    #[error(
        "{key}={} of unit {} is not known, expected {key}={expected}",
        Printable(value),
        Printable(unit)
    )]
    UnknownMetadata {
        /// `assume` or `better`.
        key: &'static str,
        /// The unit as this line spells it.
        unit: String,
        /// The value that is not known.
        value: String,
        /// The values that are.
        expected: &'static str,
    },
    /// A `Unit` line says that the worse direction of a unit everyone knows is the better one.
    #[error("better={} of unit {}, of which {} is better", Printable(value), Printable(unit), known.as_str())]
    Direction {
        /// The unit as this line spells it.
        unit: String,
        /// The value that contradicts what is known.
        value: String,
        /// What is known.
        known: Better,
    },
    /// A name, unit or value holds a character that a terminal [obeys](crate::is_obeyed).
    #[error("control character in the {0}")]
    ControlCharacter(Part),
    /// The line is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The file starts with the byte order mark of UTF-16.
    #[error("UTF-16 text, expected UTF-8")]
    Utf16,
    /// The line is longer than [`MAX_LINE`](crate::MAX_LINE).
    #[error("line longer than {} bytes", crate::MAX_LINE)]
    LineTooLong,
    /// More than [`MAX_CONFIG_KEYS`](crate::MAX_CONFIG_KEYS) configuration keys are set at once.
    #[error("more than {} configuration keys", crate::MAX_CONFIG_KEYS)]
    TooManyConfigKeys,
}

/// The part of a line that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Part {
    /// The name of a benchmark.
    #[error("benchmark name")]
    Name,
    /// A unit.
    #[error("unit")]
    Unit,
    /// The key or value of a `Unit` line.
    #[error("unit metadata")]
    Metadata,
    /// The key or value of a configuration line.
    #[error("configuration")]
    Config,
}

/// Why a field is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NumberError {
    /// It does not have the form of a number.
    #[error("invalid syntax")]
    Syntax,
    /// It is too large for the type.
    #[error("value out of range")]
    Range,
    /// It is NaN or infinite, which no measurement is.
    #[error("not a finite number")]
    NotFinite,
}
