//! What callgrind writes: the self cost of each function, from a `callgrind.out` file.
//!
//! The format is version 1 of the Callgrind Format Specification in valgrind's manual; what it
//! leaves open is as `callgrind/dump.c` of valgrind 3.19 writes it. The cost is that of the event
//! `Ir`, instructions read. A function's cost is what was executed in it and in what was inlined
//! into it; what it called is not in it.
//!
//! ```
//! use benchfmt::import::callgrind::{self, Owner, group, owner};
//!
//! let profile = callgrind::parse(b"\
//! positions: line
//! events: Ir
//! ob=/bin/service
//! fl=(1) src/parse.rs
//! fn=(1) service::parse
//! 16 20
//! cob=/lib/libc.so.6
//! cfn=(2) malloc
//! calls=3 0
//! +1 400
//! ob=/lib/libc.so.6
//! fl=???
//! fn=(2)
//! 0 400
//! totals: 420
//! ")?;
//! let [malloc, parse] = &profile.functions[..] else { panic!() };
//! assert_eq!((&*malloc.name, malloc.instructions), ("malloc", 400));
//! assert_eq!((&*parse.name, parse.instructions), ("service::parse", 20));
//!
//! let (top, rest) = group(&profile, 1);
//! assert_eq!((&*top[0].name, rest.functions, rest.instructions), ("malloc", 1, 20));
//! assert_eq!(owner(&malloc.name, None, malloc.object.as_deref()), Owner::Libc);
//! # Ok::<(), benchfmt::import::callgrind::Error>(())
//! ```

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use thiserror::Error;

use crate::error::Printable;

mod owner;

pub use owner::{Owner, owner};

/// The self cost of each function of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The instructions of all functions: the total that the file states, of all its parts.
    pub total: u64,
    /// The functions that executed instructions, by descending cost; ties by name, file, object.
    pub functions: Vec<Function>,
}

/// A function and what it cost.
///
/// Instances of a generic function, and the levels of a recursion, are one function where name,
/// file and object are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The demangled name, without the hash of the symbol (`::h0123456789abcdef`), which differs
    /// from build to build, and without callgrind's level of recursion (`'2`).
    pub name: Arc<str>,
    /// The source file that the function starts in, if that is known.
    pub file: Option<Arc<str>>,
    /// The executable or library, if that is known.
    pub object: Option<Arc<str>>,
    /// How many instructions were executed in the function itself.
    pub instructions: u64,
    /// The same instructions by source line, sorted by file and line. A line of another file was
    /// inlined.
    pub lines: Vec<Line>,
}

/// A source line and what it cost within one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The source file, if that is known.
    pub file: Option<Arc<str>>,
    /// The line, counted from 1; 0 if that is not known.
    pub line: u64,
    /// How many instructions were executed for it.
    pub instructions: u64,
}

/// The functions that a report leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// How many functions there are.
    pub functions: usize,
    /// What they cost together.
    pub instructions: u64,
}

/// The `n` most expensive functions, and the rest.
pub fn group(profile: &Profile, n: usize) -> (&[Function], Rest) {
    let (top, rest) = profile.functions.split_at(n.min(profile.functions.len()));
    let rest = Rest {
        functions: rest.len(),
        instructions: rest.iter().map(|function| function.instructions).sum(),
    };
    (top, rest)
}

/// A profile that could not be read, and the place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct Error {
    /// The line, counted from 1; the last one if it is the end of the file that is wrong.
    pub line: usize,
    /// What is wrong there.
    pub what: Malformed,
}

/// What is wrong with a profile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malformed {
    /// There is nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// The file is of another version of the format.
    #[error("format version {}, expected 1", Printable(.0))]
    Version(String),
    /// What `positions:` lists is not a choice of `instr`, `bb` and `line`.
    #[error("positions {}, expected some of instr, bb and line", Printable(.0))]
    Positions(String),
    /// The events do not have exactly one `Ir`.
    #[error("events {}, expected one of them to be Ir", Printable(.0))]
    Events(String),
    /// The file ends, or a cost comes, before the part has said which events it counts.
    #[error("no `events:` before this")]
    NoEvents,
    /// A line is none that the format has.
    #[error("not a line of a callgrind profile: {}", Printable(.0))]
    Unknown(String),
    /// A field should be a number, and is not.
    #[error("not a number: {}", Printable(.0))]
    Number(String),
    /// A number, a position or a sum does not fit 64 bits.
    #[error("a number below 0 or above 2^64 - 1")]
    Range,
    /// A line of costs has no position, or more costs than there are events.
    #[error("expected {positions} positions and at most {events} costs")]
    Fields {
        /// How many positions a line has.
        positions: usize,
        /// How many events there are.
        events: usize,
    },
    /// A name is used by a number that has not been given to one.
    #[error("name ({0}) is not defined before this")]
    Undefined(u64),
    /// A name is made of other names' numbers, as valgrind's `--compress-mangled=yes` does.
    #[error("a name made of the numbers of others (--compress-mangled=yes)")]
    Nested,
    /// A cost comes before the first `fn=`.
    #[error("no `fn=` before this")]
    NoFunction,
    /// After `calls=` comes something other than the cost of the calls.
    #[error("expected the cost of the calls before this")]
    NoCallCost,
    /// A part ends and has not stated its total, as one does that was cut off.
    #[error("no `summary:` or `totals:` before the end of the part")]
    NoTotal,
    /// A part states a total other than the sum of its costs.
    #[error("a total of {stated}, but the costs sum to {sum}")]
    Total {
        /// The instructions that `summary:` or `totals:` states.
        stated: u64,
        /// The sum of the instructions of all functions.
        sum: u64,
    },
    /// A part states two totals.
    #[error("a total of {stated}, but line {line} states {first}")]
    Totals {
        /// What this line states.
        stated: u64,
        /// What the earlier line states.
        first: u64,
        /// The earlier line, counted from 1.
        line: usize,
    },
}

/// The functions of a profile from the content of its file.
///
/// A file of several parts (several dumps, several threads) gives the sums over them. Bytes that
/// are not UTF-8 are replaced. Memory and time are in proportion to the size of the file.
///
/// # Errors
///
/// If that is not a callgrind profile with the event `Ir`, if it is cut off, or if the costs of a
/// part do not sum to the total that it states.
pub fn parse(profile: &[u8]) -> Result<Profile, Error> {
    let text = String::from_utf8_lossy(profile);
    let mut parser = Parser::default();
    let mut last = 1;
    let result = text.lines().enumerate().try_for_each(|(index, line)| {
        last = index + 1;
        parser.line(last, line.trim())
    });
    result
        .and_then(|()| parser.end())
        .map_err(|Located(line, what)| Error {
            line: line.unwrap_or(last),
            what,
        })?;
    Ok(parser.profile())
}

/// What is wrong, and the line if it is not the current one.
struct Located(Option<usize>, Malformed);

impl From<Malformed> for Located {
    fn from(what: Malformed) -> Self {
        Self(None, what)
    }
}

/// An index into [`Names`]; names that are equal have one.
type NameId = usize;

/// The name of what callgrind does not know.
const UNKNOWN: &str = "???";

/// Each name once.
#[derive(Default)]
struct Names<'a> {
    names: Vec<&'a str>,
    ids: HashMap<&'a str, NameId>,
}

impl<'a> Names<'a> {
    fn id(&mut self, name: &'a str) -> NameId {
        *self.ids.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }
}

/// What a number stands for: each kind has numbers of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Object,
    File,
    Function,
}

/// What tells functions apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FunctionKey {
    name: NameId,
    file: NameId,
    object: NameId,
}

/// What comes before the costs on a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Instruction,
    Block,
    Line,
}

/// One dump: its events, and what is known of its sum.
struct Part {
    events: usize,
    ir: usize,
    sum: u64,
    /// The line that states the total, and the total.
    stated: Option<(usize, u64)>,
}

#[derive(Default)]
struct Parser<'a> {
    names: Names<'a>,
    /// The names that have a number.
    numbered: HashMap<(Kind, u64), NameId>,
    positions: Vec<Position>,
    /// The position of the last line, which the next one may be relative to.
    last: [u64; 3],
    part: Option<Part>,
    /// A part has begun, and its events are not known yet.
    in_header: bool,
    object: Option<NameId>,
    /// The file of the functions that follow: a `fn=` without a `fl=` is in the file of the last
    /// `fl=`, whatever was inlined since.
    file: Option<NameId>,
    /// The file of the costs that follow.
    cost_file: Option<NameId>,
    function: Option<FunctionKey>,
    after_calls: bool,
    costs: BTreeMap<(FunctionKey, NameId, u64), u64>,
    total: u64,
    not_empty: bool,
}

impl<'a> Parser<'a> {
    fn line(&mut self, number: usize, line: &'a str) -> Result<(), Located> {
        let Some(&first) = line.as_bytes().first() else {
            return Ok(());
        };
        self.not_empty = true;
        if first == b'#' {
            return Ok(());
        }
        if first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'*') {
            return Ok(self.cost(line)?);
        }
        if self.after_calls {
            return Err(Malformed::NoCallCost.into());
        }
        let unknown = || Malformed::Unknown(excerpt(line));
        let end = line
            .find(|letter: char| !letter.is_ascii_lowercase())
            .ok_or_else(unknown)?;
        let (key, value) = (&line[..end], &line[end + 1..].trim());
        match line.as_bytes()[end] {
            b'=' if self.position(key, value)? => Ok(()),
            b':' => self.header(number, key, value, unknown),
            _ => Err(unknown().into()),
        }
    }

    /// A `key: value` line, of the header or about the total.
    fn header(
        &mut self,
        number: usize,
        key: &str,
        value: &str,
        unknown: impl Fn() -> Malformed,
    ) -> Result<(), Located> {
        match key {
            "version" if value != "1" => Err(Malformed::Version(excerpt(value)).into()),
            "part" => {
                self.end_part()?;
                self.in_header = true;
                Ok(())
            }
            "positions" => Ok(self.set_positions(value)?),
            "events" => {
                self.end_part()?;
                let events = || value.split_ascii_whitespace();
                let mut found = events().enumerate().filter(|&(_, event)| event == "Ir");
                let (Some((ir, _)), None) = (found.next(), found.next()) else {
                    return Err(Malformed::Events(excerpt(value)).into());
                };
                self.in_header = false;
                self.part = Some(Part {
                    events: events().count(),
                    ir,
                    sum: 0,
                    stated: None,
                });
                Ok(())
            }
            "summary" | "totals" => self.state(number, value),
            "version" | "creator" | "pid" | "cmd" | "thread" | "desc" | "event" => Ok(()),
            // The header of another producer may say more; a body may not.
            _ if self.part.is_none() => Ok(()),
            _ => Err(unknown().into()),
        }
    }

    fn set_positions(&mut self, value: &str) -> Result<(), Malformed> {
        self.positions.clear();
        for name in value.split_ascii_whitespace() {
            let position = match name {
                "instr" => Position::Instruction,
                "bb" => Position::Block,
                "line" => Position::Line,
                _ => return Err(Malformed::Positions(excerpt(value))),
            };
            if self.positions.contains(&position) {
                return Err(Malformed::Positions(excerpt(value)));
            }
            self.positions.push(position);
        }
        Ok(())
    }

    /// A total is stated, before the costs or after them.
    fn state(&mut self, number: usize, value: &str) -> Result<(), Located> {
        let part = self.part.as_mut().ok_or(Malformed::NoEvents)?;
        let stated = part.ir_of(value.split_ascii_whitespace(), 0)?;
        match part.stated {
            Some((line, first)) if first != stated => Err(Malformed::Totals {
                stated,
                first,
                line,
            }
            .into()),
            _ => {
                part.stated = Some((number, stated));
                Ok(())
            }
        }
    }

    /// A `key=value` line; false if there is no such key.
    fn position(&mut self, key: &str, value: &'a str) -> Result<bool, Malformed> {
        match key {
            "ob" => self.object = Some(self.name(Kind::Object, value)?),
            "fl" => {
                self.file = Some(self.name(Kind::File, value)?);
                self.cost_file = self.file;
            }
            "fi" | "fe" => self.cost_file = Some(self.name(Kind::File, value)?),
            "fn" => {
                let name = self.name(Kind::Function, value)?;
                let unknown = self.names.id(UNKNOWN);
                self.function = Some(FunctionKey {
                    name,
                    file: self.file.unwrap_or(unknown),
                    object: self.object.unwrap_or(unknown),
                });
                self.cost_file = self.file;
            }
            // Where a call or a jump goes: only the numbers given to names are of use.
            "cob" => drop(self.name(Kind::Object, value)?),
            "cfi" | "cfl" | "jfi" => drop(self.name(Kind::File, value)?),
            "cfn" | "jfn" | "frfn" => drop(self.name(Kind::Function, value)?),
            "calls" => {
                number(value.split_ascii_whitespace().next().unwrap_or(""))?;
                self.after_calls = true;
            }
            // The line after a jump has a position and no costs. The others come with
            // `--dump-bbs=yes` and `--separate-recs=no`, and say nothing of costs.
            "jump" | "jcnd" | "bb" | "ln" | "rec" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The name that is written as `name`, `(number) name` or, from then on, `(number)`.
    fn name(&mut self, kind: Kind, value: &'a str) -> Result<NameId, Malformed> {
        let Some((id, name)) = split_number(value) else {
            return Ok(self.names.id(readable(kind, value)));
        };
        let id = number(id)?;
        if name.is_empty() {
            let name = self.numbered.get(&(kind, id));
            return name.copied().ok_or(Malformed::Undefined(id));
        }
        if split_number(name).is_some() {
            return Err(Malformed::Nested);
        }
        let name = self.names.id(readable(kind, name));
        self.numbered.insert((kind, id), name);
        Ok(name)
    }

    /// A line of positions and costs.
    fn cost(&mut self, line: &str) -> Result<(), Malformed> {
        let part = self.part.as_mut().ok_or(Malformed::NoEvents)?;
        let positions = match &self.positions[..] {
            [] => &[Position::Line],
            positions => positions,
        };
        let mut fields = line.split_ascii_whitespace();
        let mut source_line = 0;
        for (position, last) in positions.iter().zip(&mut self.last) {
            let field = fields.next().ok_or(Malformed::Fields {
                positions: positions.len(),
                events: part.events,
            })?;
            *last = relative(*last, field)?;
            if *position == Position::Line {
                source_line = *last;
            }
        }
        let instructions = part.ir_of(fields, positions.len())?;
        let function = self.function.ok_or(Malformed::NoFunction)?;
        if std::mem::take(&mut self.after_calls) || instructions == 0 {
            return Ok(());
        }
        // No cost is more than the sum, so the sum alone can be out of range.
        self.total = self
            .total
            .checked_add(instructions)
            .ok_or(Malformed::Range)?;
        part.sum += instructions;
        let file = self.cost_file.unwrap_or_else(|| self.names.id(UNKNOWN));
        *self.costs.entry((function, file, source_line)).or_default() += instructions;
        Ok(())
    }

    fn end_part(&mut self) -> Result<(), Located> {
        match self.part.take() {
            None => Ok(()),
            Some(Part { stated: None, .. }) => Err(Malformed::NoTotal.into()),
            Some(Part {
                stated: Some((line, stated)),
                sum,
                ..
            }) if stated != sum => Err(Located(Some(line), Malformed::Total { stated, sum })),
            Some(_) => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), Located> {
        if !self.not_empty {
            return Err(Malformed::Empty.into());
        }
        if self.after_calls {
            return Err(Malformed::NoCallCost.into());
        }
        // After the last part its `part` is taken, so a file without one is told by its header.
        if self.in_header || self.part.is_none() {
            return Err(Malformed::NoEvents.into());
        }
        self.end_part()
    }

    fn profile(self) -> Profile {
        let names: Vec<Option<Arc<str>>> = self
            .names
            .names
            .iter()
            .map(|&name| (name != UNKNOWN).then(|| name.into()))
            .collect();
        let unknown: Arc<str> = UNKNOWN.into();
        let mut functions: Vec<Function> = Vec::new();
        let mut previous = None;
        for ((key, file, line), instructions) in self.costs {
            if previous.replace(key) != Some(key) {
                functions.push(Function {
                    name: names[key.name].as_ref().unwrap_or(&unknown).clone(),
                    file: names[key.file].clone(),
                    object: names[key.object].clone(),
                    instructions: 0,
                    lines: Vec::new(),
                });
            }
            let function = functions.last_mut().expect("one has been pushed");
            function.instructions += instructions;
            function.lines.push(Line {
                file: names[file].clone(),
                line,
                instructions,
            });
        }
        for function in &mut functions {
            function
                .lines
                .sort_unstable_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        }
        functions.sort_unstable_by(|a, b| {
            let by_name = || (&a.name, &a.file, &a.object).cmp(&(&b.name, &b.file, &b.object));
            b.instructions.cmp(&a.instructions).then_with(by_name)
        });
        Profile {
            total: self.total,
            functions,
        }
    }
}

impl Part {
    /// The cost of `Ir` among costs in the order of the events; those at the end that are not
    /// written are 0.
    fn ir_of<'b>(
        &self,
        costs: impl Iterator<Item = &'b str>,
        positions: usize,
    ) -> Result<u64, Malformed> {
        let mut instructions = 0;
        for (event, cost) in costs.enumerate() {
            if event == self.events {
                return Err(Malformed::Fields {
                    positions,
                    events: self.events,
                });
            }
            let cost = number(cost)?;
            if event == self.ir {
                instructions = cost;
            }
        }
        Ok(instructions)
    }
}

/// The number of `(number) name` and the name, which may be empty.
fn split_number(value: &str) -> Option<(&str, &str)> {
    let (number, name) = value.strip_prefix('(')?.split_once(')')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| (number, name.trim_start()))
}

/// A function's name without what differs from build to build or splits one function.
fn readable(kind: Kind, name: &str) -> &str {
    if kind != Kind::Function {
        return name;
    }
    let is_level = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // rustc's legacy mangling: 64 bits in lowercase hexadecimal.
    let is_hash = |text: &str| {
        text.len() == 16
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let name = match name.rsplit_once('\'') {
        Some((name, level)) if is_level(level) => name,
        _ => name,
    };
    match name.rsplit_once("::h") {
        Some((name, hash)) if is_hash(hash) => name,
        _ => name,
    }
}

/// A position: a number, `+n` or `-n` relative to the last one, or `*` for the same.
fn relative(last: u64, field: &str) -> Result<u64, Malformed> {
    match field.as_bytes() {
        b"*" => Ok(last),
        [b'+', ..] => last
            .checked_add(number(&field[1..])?)
            .ok_or(Malformed::Range),
        [b'-', ..] => last
            .checked_sub(number(&field[1..])?)
            .ok_or(Malformed::Range),
        _ => number(field),
    }
}

/// A number in decimal, or in hexadecimal after `0x`.
fn number(field: &str) -> Result<u64, Malformed> {
    let (digits, radix) = match field.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (field, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(Malformed::Number(excerpt(field)));
    }
    u64::from_str_radix(digits, radix).map_err(|_| Malformed::Range)
}

/// The beginning of what an error shows: a line of garbage may be as long as the file.
fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}
