//! JSON as the importers take it: numbers that can be measurements, errors that can be printed.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _, Unexpected};

use super::error::Defect;
use crate::printable::Printable;

/// The largest count of iterations in one sample: up to 2^53 an `f64` holds every integer.
const MAX_ITERATIONS: f64 = 9_007_199_254_740_992.0;

/// The most of a message that is kept, in bytes: it may quote the file.
const MAX_MESSAGE: usize = 200;

/// What an error says, which may quote the file: its start, with control characters escaped.
pub(super) fn quotable(text: &str) -> String {
    Printable(&text[..text.floor_char_boundary(MAX_MESSAGE)]).to_string()
}

/// The value that a text holds, which is all of the text.
pub(super) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Defect> {
    if text.is_empty() {
        return Err(Defect::Empty);
    }
    serde_json::from_slice(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let place = format!(" at line {line} column {column}");
        Defect::Json {
            line,
            column,
            message: quotable(message.strip_suffix(&place).unwrap_or(&message)),
        }
    })
}

/// A number that can be measured: finite and not negative.
#[derive(Clone, Copy, Debug)]
pub(super) struct Amount(pub(super) f64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if number.is_finite() && number >= 0.0 {
            // Minus zero is zero.
            return Ok(Self(number.abs()));
        }
        Err(D::Error::invalid_value(
            Unexpected::Float(number),
            &"a number that is not negative",
        ))
    }
}

/// How often something was run in one sample: a whole number from 1 on, written as a float.
#[derive(Clone, Copy, Debug)]
pub(super) struct Iterations(pub(super) i64);

impl<'de> Deserialize<'de> for Iterations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if (1.0..=MAX_ITERATIONS).contains(&number) && number.fract() == 0.0 {
            return Ok(Self(number as i64));
        }
        Err(D::Error::invalid_value(
            Unexpected::Float(number),
            &"a whole number of iterations from 1 to 2^53",
        ))
    }
}
