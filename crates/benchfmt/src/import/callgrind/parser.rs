//! Reads a profile line by line.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{Error, Malformed};
use super::{Function, Line, Profile};

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
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
    /// The part that is being read: from its `events:` to the next part.
    part: Option<Part>,
    object: Option<NameId>,
    /// The file of the functions that follow: a `fn=` without a `fl=` is in the file of the last
    /// `fl=`, whatever was inlined since.
    file: Option<NameId>,
    /// The file of the costs that follow.
    cost_file: Option<NameId>,
    function: Option<FunctionKey>,
    after_calls: bool,
    costs: HashMap<(FunctionKey, NameId, u64), u64>,
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
        let (key, rest) = line.split_at(end);
        if let Some(value) = rest.strip_prefix('=') {
            return if self.specification(key, value.trim())? {
                Ok(())
            } else {
                Err(unknown().into())
            };
        }
        let value = rest.strip_prefix(':').ok_or_else(unknown)?;
        self.header(number, key, value.trim(), unknown)
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
            "part" => self.end_part(),
            "positions" => Ok(self.set_positions(value)?),
            "events" => {
                self.end_part()?;
                let events = || value.split_ascii_whitespace();
                let mut found = events().enumerate().filter(|&(_, event)| event == "Ir");
                let (Some((ir, _)), None) = (found.next(), found.next()) else {
                    return Err(Malformed::Events(excerpt(value)).into());
                };
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
        let stated = part
            .ir_of(value.split_ascii_whitespace(), 0)?
            .ok_or(Malformed::NoInstructions)?;
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
    fn specification(&mut self, key: &str, value: &'a str) -> Result<bool, Malformed> {
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
        // A cost that is not written is 0.
        let instructions = part.ir_of(fields, positions.len())?.unwrap_or(0);
        let function = self.function.ok_or(Malformed::NoFunction)?;
        if std::mem::take(&mut self.after_calls) || instructions == 0 {
            return Ok(());
        }
        // The other sums are parts of this one, so they are in range if it is.
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
            Some(Part { stated: None, .. }) => Err(Malformed::NoTotal.into()),
            Some(Part {
                stated: Some((line, stated)),
                sum,
                ..
            }) if stated != sum => Err(Located(Some(line), Malformed::Total { stated, sum })),
            None | Some(_) => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), Located> {
        if !self.not_empty {
            return Err(Malformed::Empty.into());
        }
        if self.after_calls {
            return Err(Malformed::NoCallCost.into());
        }
        if self.part.is_none() {
            return Err(Malformed::NoEvents.into());
        }
        self.end_part()
    }

    fn profile(self) -> Profile {
        // Names are compared once, here: they may be long, and a line of costs is short.
        let mut order: Vec<NameId> = (0..self.names.names.len()).collect();
        order.sort_unstable_by_key(|&id| self.names.names[id]);
        let mut ranks = vec![0; order.len()];
        for (rank, &id) in order.iter().enumerate() {
            ranks[id] = rank;
        }
        let names: Vec<Arc<str>> = order
            .iter()
            .map(|&id| self.names.names[id].into())
            .collect();
        let known = |rank: usize| {
            Some(&names[rank])
                .filter(|&name| **name != *UNKNOWN)
                .cloned()
        };

        let mut costs: Vec<_> = self
            .costs
            .into_iter()
            .map(|((function, file, line), instructions)| {
                let FunctionKey {
                    name,
                    file: own,
                    object,
                } = function;
                let function = (ranks[name], ranks[own], ranks[object]);
                (function, ranks[file], line, instructions)
            })
            .collect();
        costs.sort_unstable();
        let mut functions: Vec<Function> = costs
            .chunk_by(|a, b| a.0 == b.0)
            .map(|costs| {
                let (name, file, object) = costs[0].0;
                let lines = costs.iter().map(|&(_, file, line, instructions)| Line {
                    file: known(file),
                    line,
                    instructions,
                });
                Function {
                    name: names[name].clone(),
                    file: known(file),
                    object: known(object),
                    instructions: costs.iter().map(|cost| cost.3).sum(),
                    lines: lines.collect(),
                }
            })
            .collect();
        // A stable sort, so ties stay in the order of their names.
        functions.sort_by_key(|function| std::cmp::Reverse(function.instructions));
        Profile {
            total: self.total,
            functions,
        }
    }
}

impl Part {
    /// The cost of `Ir` among costs in the order of the events, which may end before it.
    fn ir_of<'b>(
        &self,
        costs: impl Iterator<Item = &'b str>,
        positions: usize,
    ) -> Result<Option<u64>, Malformed> {
        let mut instructions = None;
        for (event, cost) in costs.enumerate() {
            if event == self.events {
                return Err(Malformed::Fields {
                    positions,
                    events: self.events,
                });
            }
            let cost = number(cost)?;
            if event == self.ir {
                instructions = Some(cost);
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
