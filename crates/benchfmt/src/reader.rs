//! Reading a stream of text in bounded memory.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use crate::config::Config;
use crate::error::{Malformed, Part, SyntaxError};
use crate::form::{FormId, Forms};
use crate::line::{Line, parse_expected, parse_name, parse_result, parse_unit};
use crate::metadata::UnitLine;
use crate::printable::is_obeyed;
use crate::record::ResultLine;
use crate::unit::{UnitId, Units};

/// The longest line that is read, in bytes: about ten thousand times a line that `go test`
/// prints, and the bound of the reader's buffer.
pub const MAX_LINE: usize = 1 << 20;

/// The most configuration keys that may be set at once: an environment has tens. The bound keeps
/// a hostile file from making every result carry a configuration as large as the file.
pub const MAX_CONFIG_KEYS: usize = 256;

/// How much is read at once: large enough that system calls cost nothing, small enough to stay
/// in the processor's cache.
const BUFFER: usize = 1 << 18;

/// What [`Reader::next_record`] finds.
#[derive(Clone, Debug)]
pub enum Record<'r> {
    /// A benchmark's result.
    Result(ResultLine<'r>),
    /// One `key=value` of a `Unit` line. Give it to a [`Metadata`](crate::Metadata), which knows
    /// whether other lines contradict it.
    Unit(UnitLine),
    /// A line that could not be read and is passed over.
    Malformed(SyntaxError),
}

/// Reads the Go benchmark format from a stream.
///
/// Besides a buffer for the longest line, the reader keeps the configuration, and each name and
/// unit once.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    path: Arc<str>,
    buffer: Vec<u8>,
    /// The part of the buffer that is read and not yet taken.
    start: usize,
    end: usize,
    line: usize,
    config: Config,
    config_version: u64,
    units: Units,
    forms: Forms,
    /// The form of the last result.
    last: Option<FormId>,
    /// The units and values of the line at hand.
    line_units: Vec<UnitId>,
    written: Vec<f64>,
    /// What the line before has yet to give.
    pending: VecDeque<Result<UnitLine, Malformed>>,
}

/// A line of the buffer, without its end.
enum Taken {
    Line { start: usize, end: usize },
    TooLong,
    End,
}

impl<R: Read> Reader<R> {
    /// A reader of `input`; `path` is only used in errors.
    pub fn new(input: R, path: impl Into<Arc<str>>) -> Self {
        Self {
            input,
            path: path.into(),
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            line: 0,
            config: Config::default(),
            config_version: 0,
            units: Units::default(),
            forms: Forms::default(),
            last: None,
            line_units: Vec::new(),
            written: Vec::new(),
            pending: VecDeque::new(),
        }
    }

    /// The next record, or nothing at the end of the input.
    ///
    /// # Errors
    ///
    /// Only if the input itself fails. A line that cannot be read is a record.
    pub fn next_record(&mut self) -> io::Result<Option<Record<'_>>> {
        let (form, iterations) = loop {
            if let Some(next) = self.pending.pop_front() {
                return Ok(Some(match next {
                    Ok(unit) => Record::Unit(unit),
                    Err(what) => Record::Malformed(self.error(what)),
                }));
            }
            if let Some(result) = self.take_expected() {
                break result;
            }
            match self.take_line()? {
                Taken::End => return Ok(None),
                Taken::TooLong => self.pending.push_back(Err(Malformed::LineTooLong)),
                Taken::Line { start, end } => match self.parse(start, end) {
                    Ok(Some(result)) => break result,
                    Ok(None) => {}
                    Err(what) => self.pending.push_back(Err(what)),
                },
            }
        };
        Ok(Some(Record::Result(ResultLine {
            forms: &self.forms,
            form,
            iterations,
            written: &self.written,
            units: &self.units,
            config: &self.config,
            config_version: self.config_version,
            line: self.line,
        })))
    }

    /// The forms that results have had up to here. Each is kept once.
    pub fn forms(&self) -> &Forms {
        &self.forms
    }

    /// The units that have been seen up to here, as the file spells them.
    pub fn units(&self) -> &Units {
        &self.units
    }

    /// The line that was read last, counted from 1; 0 before the first.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What it has learned of names and units, when all is read.
    pub fn into_parts(self) -> (Forms, Units) {
        (self.forms, self.units)
    }

    fn error(&self, what: Malformed) -> SyntaxError {
        SyntaxError {
            path: Arc::clone(&self.path),
            line: self.line,
            what,
        }
    }

    /// Takes a line apart: the form and count of a result are returned, all else is remembered.
    fn parse(&mut self, start: usize, end: usize) -> Result<Option<(FormId, i64)>, Malformed> {
        let line = &self.buffer[start..end];
        match Line::new(line) {
            Line::Result(rest) => {
                let likely = self.last.map_or(&[][..], |last| self.forms.units(last));
                let parsed = parse_result(
                    rest,
                    &mut self.units,
                    likely,
                    &mut self.line_units,
                    &mut self.written,
                )?;
                Ok(parsed.map(|result| {
                    let form = self.forms.intern(result.name, &self.line_units, self.last);
                    self.last = Some(form);
                    (form, result.iterations)
                }))
            }
            Line::Unit(rest) => {
                parse_unit(rest, self.line, |next| self.pending.push_back(next));
                Ok(None)
            }
            Line::Config { key, value } => {
                self.config_version += 1;
                let is_control = |c: char| is_obeyed(c) && c != '\t';
                if key.contains(is_control) || value.contains(is_control) {
                    // What the line meant to change is not known any more.
                    self.config.set(key, "");
                    return Err(Malformed::ControlCharacter(Part::Config));
                }
                if self.config.len() == MAX_CONFIG_KEYS && self.config.get(key).is_none() {
                    return Err(Malformed::TooManyConfigKeys);
                }
                self.config.set(key, value);
                Ok(None)
            }
            Line::Garbled { key } => {
                self.config_version += 1;
                self.config.set(&key, "");
                Err(Malformed::NotUtf8)
            }
            Line::Other if self.line == 1 && is_utf16(line) => Err(Malformed::Utf16),
            Line::Other => Ok(None),
        }
    }

    /// Takes the next line off the buffer if it is whole and the result that is likely to come, or
    /// one with a name of its own and the last one's units.
    #[inline]
    fn take_expected(&mut self) -> Option<(FormId, i64)> {
        let last = self.last?;
        let unread = &self.buffer[self.start..self.end];
        let named = unread.strip_prefix(b"Benchmark")?;
        let likely = self.forms.guess(last).and_then(|form| {
            let rest = named.strip_prefix(self.forms.name(form).as_bytes())?;
            let units = self.forms.units(form);
            let parsed = parse_expected(rest, &self.units, units, &mut self.written)?;
            Some((form, parsed))
        });
        let (form, iterations, rest) = if let Some((form, (iterations, rest))) = likely {
            (form, iterations, rest)
        } else {
            let (name, rest) = parse_name(named)?;
            let units = self.forms.units(last);
            let (iterations, rest) = parse_expected(rest, &self.units, units, &mut self.written)?;
            if unread.len() - rest.len() > MAX_LINE {
                return None;
            }
            (self.forms.intern_like(name, last), iterations, rest)
        };
        let length = unread.len() - rest.len();
        if length > MAX_LINE {
            return None;
        }
        self.start += length;
        self.line += 1;
        self.last = Some(form);
        Some((form, iterations))
    }

    /// Takes the next line off the buffer, which is filled as needed.
    fn take_line(&mut self) -> io::Result<Taken> {
        let mut searched = 0;
        loop {
            let unread = &self.buffer[self.start..self.end];
            if let Some(at) = memchr::memchr(b'\n', &unread[searched..]) {
                let length = searched + at;
                return Ok(self.line_of(length, length + 1));
            }
            searched = unread.len();
            if searched > MAX_LINE {
                self.skip_line()?;
                self.line += 1;
                return Ok(Taken::TooLong);
            }
            if self.fill()? == 0 {
                if searched == 0 {
                    return Ok(Taken::End);
                }
                return Ok(self.line_of(searched, searched));
            }
        }
    }

    /// The next `length` bytes as a line; `taken` bytes leave the buffer with it.
    fn line_of(&mut self, length: usize, taken: usize) -> Taken {
        let mut start = self.start;
        let end = start + length;
        self.start += taken;
        self.line += 1;
        if self.line == 1 && self.buffer[start..end].starts_with(BYTE_ORDER_MARK) {
            start += BYTE_ORDER_MARK.len();
        }
        if length > MAX_LINE {
            return Taken::TooLong;
        }
        let carriage_return = self.buffer[start..end].ends_with(b"\r");
        Taken::Line {
            start,
            end: end - usize::from(carriage_return),
        }
    }

    /// Drops the rest of a line that is too long.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[self.start..self.end]) {
                self.start += at + 1;
                return Ok(());
            }
            self.start = self.end;
            if self.fill()? == 0 {
                return Ok(());
            }
        }
    }

    /// Reads more behind what is in the buffer: how many bytes, 0 at the end of the input.
    fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// What some editors put before UTF-8: no part of the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a file that starts so is UTF-16, as shells on Windows write it.
fn is_utf16(start: &[u8]) -> bool {
    start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff")
}
