//! The three kinds of line that mean something, each taken apart.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::error::{Malformed, NumberError, Part};
use crate::field::{Field, Kind, split_field};
use crate::metadata::UnitLine;
use crate::number::{parse_float_bytes, parse_iterations, short_decimal, short_integer};
use crate::unit::{UnitId, Units};

/// What a line says.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    /// A benchmark's result; the argument follows the word `Benchmark`.
    Result(&'a [u8]),
    /// Unit metadata; the argument follows the word `Unit`.
    Unit(&'a [u8]),
    /// Configuration.
    Config { key: &'a str, value: &'a str },
    /// Configuration that is not UTF-8: the key as far as it can be read.
    Garbled { key: String },
    /// Anything else.
    Other,
}

impl<'a> Line<'a> {
    #[inline]
    pub(crate) fn new(line: &'a [u8]) -> Self {
        match line.strip_prefix(b"Benchmark") {
            Some(rest) => Self::Result(rest),
            None => Self::rare(line),
        }
    }

    fn rare(line: &'a [u8]) -> Self {
        if line.starts_with(b"Unit")
            && let (word, rest) = split_field(line)
            && word.bytes == b"Unit"
        {
            return Self::Unit(rest);
        }
        match str::from_utf8(line) {
            Ok(text) => match split_config(text) {
                Some((key, value)) => Self::Config { key, value },
                None => Self::Other,
            },
            Err(_) => match split_config(&String::from_utf8_lossy(line)) {
                Some((key, _)) => Self::Garbled {
                    key: key.to_owned(),
                },
                None => Self::Other,
            },
        }
    }
}

/// Key and value of a configuration line.
///
/// The key starts with a lower case letter and has neither white space nor upper case letters;
/// white space follows the colon unless the value is empty, which removes the key.
fn split_config(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with(is_lower) {
        return None;
    }
    let end = text.find(|c: char| c == ':' || c.is_whitespace() || is_upper(c))?;
    let value = text[end..].strip_prefix(':')?;
    let trimmed = value.trim_start_matches([' ', '\t']);
    (value.is_empty() || trimmed.len() < value.len()).then_some((&text[..end], trimmed))
}

/// Whether a character is a lower case letter, by its general category: the circled and the
/// Roman ones are none, although Unicode calls them lower case.
fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase()
        || (!c.is_ascii() && c.general_category() == GeneralCategory::LowercaseLetter)
}

/// The same for upper case.
fn is_upper(c: char) -> bool {
    c.is_ascii_uppercase()
        || (!c.is_ascii() && c.general_category() == GeneralCategory::UppercaseLetter)
}

/// A result line's name and count; its values and their units are put into vectors.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) name: &'a str,
    pub(crate) iterations: i64,
}

/// The parts of a result line, of which the word `Benchmark` is taken off; nothing for a name
/// alone on its line, which `go test -v` prints when a benchmark starts.
///
/// `likely` are the units that the line probably has; a right guess saves looking them up.
pub(crate) fn parse_result<'a>(
    rest: &'a [u8],
    units: &mut Units,
    likely: &[UnitId],
    line_units: &mut Vec<UnitId>,
    written: &mut Vec<f64>,
) -> Result<Option<Parsed<'a>>, Malformed> {
    line_units.clear();
    written.clear();
    let (name, mut after) = split_field(rest);
    if name.bytes.len() == rest.len() {
        return Ok(None);
    }
    check(name, Part::Name)?;
    let (count, rest) = split_field(after);
    after = rest;
    if count.bytes.is_empty() {
        return Err(Malformed::MissingIterations);
    }
    let iterations = parse_iterations(count.bytes).map_err(Malformed::Iterations)?;
    while !after.is_empty() {
        let (number, rest) = split_field(after);
        let value = parse_float_bytes(number.bytes).map_err(Malformed::Measurement)?;
        let (word, rest) = split_field(rest);
        if word.bytes.is_empty() {
            return Err(Malformed::MissingUnits);
        }
        check(word, Part::Unit)?;
        let unit = match likely.get(line_units.len()) {
            Some(&unit) if units.written(unit).as_bytes() == word.bytes => unit,
            _ => units.intern(word.text()),
        };
        if !(value * units.factor(unit)).is_finite() {
            return Err(Malformed::Measurement(NumberError::Range));
        }
        line_units.push(unit);
        written.push(value);
        after = rest;
    }
    if written.is_empty() {
        return Err(Malformed::MissingMeasurements);
    }
    Ok(Some(Parsed {
        name: name.text(),
        iterations,
    }))
}

/// The name at the start of a text, and what follows it; nothing unless it is printable.
pub(crate) fn parse_name(text: &[u8]) -> Option<(&str, &[u8])> {
    let (name, _) = split_field(text);
    let after = text.get(name.bytes.len()..)?;
    (name.kind == Kind::Text).then_some((name.text(), after))
}

/// The iteration count of a result line that has the units that are expected, and what follows the
/// line; nothing if it is any different. `text` starts with what follows the line's name; where the
/// line and its parts end need not be looked for then. The values are put into `written`.
#[inline]
pub(crate) fn parse_expected<'a>(
    text: &'a [u8],
    units: &Units,
    line_units: &[UnitId],
    written: &mut Vec<f64>,
) -> Option<(i64, &'a [u8])> {
    /// A value below this is finite in any base unit.
    const SMALL: f64 = 1e300;
    written.clear();
    let (iterations, mut rest) = short_integer(skip_blanks(text)?)?;
    for &unit in line_units {
        let (value, after) = short_decimal(skip_blanks(rest)?)?;
        if value > SMALL {
            return None;
        }
        written.push(value);
        rest = units.strip(unit, skip_blanks(after)?)?;
    }
    let rest = skip_blanks(rest).unwrap_or(rest);
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    Some((iterations, rest.strip_prefix(b"\n")?))
}

/// What follows the spaces and tabs at the start, of which there must be one.
#[inline]
fn skip_blanks(text: &[u8]) -> Option<&[u8]> {
    let (blank, rest) = text.split_first()?;
    match (is_blank(*blank), rest.first()) {
        (false, _) => None,
        // There is rarely more than one.
        (true, Some(&next)) if is_blank(next) => {
            let more = rest.iter().take_while(|&&byte| is_blank(byte)).count();
            rest.get(more..)
        }
        (true, _) => Some(rest),
    }
}

#[inline]
fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn check(field: Field<'_>, part: Part) -> Result<(), Malformed> {
    match field.kind {
        Kind::Text => Ok(()),
        Kind::Control => Err(Malformed::ControlCharacter(part)),
        Kind::NotUtf8 => Err(Malformed::NotUtf8),
    }
}

/// Hands each `key=value` of a `Unit` line to `found`, in order, and what is wrong with a field
/// in its place.
pub(crate) fn parse_unit(
    rest: &[u8],
    line: usize,
    mut found: impl FnMut(Result<UnitLine, Malformed>),
) {
    let (unit, mut rest) = split_field(rest);
    if unit.bytes.is_empty() {
        return found(Err(Malformed::MissingUnit));
    }
    if let Err(error) = check(unit, Part::Unit) {
        return found(Err(error));
    }
    while !rest.is_empty() {
        let (field, after) = split_field(rest);
        rest = after;
        found(
            check(field, Part::Metadata).and_then(|()| match field.text().split_once('=') {
                None | Some(("", _)) => Err(Malformed::ExpectedKeyValue),
                Some((key, value)) => Ok(UnitLine {
                    unit: unit.text().to_owned(),
                    key: key.to_owned(),
                    value: value.to_owned(),
                    line,
                }),
            }),
        );
    }
}
