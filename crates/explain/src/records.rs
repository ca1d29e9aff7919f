//! What callgrind writes, with its calls: the format of the Callgrind Format Specification in valgrind's manual.

use std::collections::HashMap;
use std::sync::Arc;

use thiserror::Error;

/// A file that could not be read as callgrind's, and the line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct RecordsError {
    /// The line; the last one where it is the end that is wrong.
    pub line: usize,
    /// What is wrong there.
    pub what: Malformed,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// The positions are not those of `--dump-instr=yes`, or the events not `Ir` alone.
    #[error("expected `positions: instr line` and `events: Ir`")]
    Header,
    /// A field should be a number of 64 bits, and is not.
    #[error("not a number: {0}")]
    Number(String),
    /// A name is used by a number that has not been given to one.
    #[error("name ({0}) is not defined before this")]
    Undefined(u64),
    /// A cost or a call comes before the first `fn=`, or a `calls=` without its `cfn=`.
    #[error("no function before this")]
    NoFunction,
    /// The costs do not sum to what the file states.
    #[error("the costs sum to {sum}, the file states {stated}")]
    Total {
        /// The sum.
        sum: u64,
        /// What is stated.
        stated: u64,
    },
}

/// The functions of a run, each as often as there are chains of callers, and what they called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// The instructions of all.
    pub total: u64,
    /// The functions; [`Edge::callee`] is a place in this list.
    pub functions: Vec<Called>,
}

/// A function under one chain of callers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// Its name, and behind it those of its callers, each after an apostrophe.
    pub name: Arc<str>,
    /// The executable or library that it is in.
    pub object: Arc<str>,
    /// What it executed itself.
    pub costs: Vec<Cost>,
    /// What it called.
    pub edges: Vec<Edge>,
}

/// Instructions at one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The address within the object's file.
    pub address: u64,
    /// How many were executed.
    pub instructions: u64,
}

/// Calls from one address to one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The address of the call.
    pub address: u64,
    /// The place of the called function in the list.
    pub callee: usize,
    /// How many calls.
    pub calls: u64,
    /// The instructions until they returned.
    pub instructions: u64,
}

impl Records {
    /// Reads the content of a file that was written under `--dump-instr=yes`.
    ///
    /// # Errors
    ///
    /// If that is not such a file, or its costs do not sum to the total that it states.
    pub fn parse(text: &str) -> Result<Self, RecordsError> {
        let mut parser = Parser::default();
        let mut last = 1;
        let read = text.lines().enumerate().try_for_each(|(index, line)| {
            last = index + 1;
            parser.line(line.trim())
        });
        read.and_then(|()| parser.end())
            .map_err(|what| RecordsError { line: last, what })
    }
}

/// What a number in parentheses stands for: each kind has numbers of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Object,
    Function,
}

#[derive(Default)]
struct Parser {
    records: Records,
    names: HashMap<(Kind, u64), Arc<str>>,
    /// The places of the functions in the list.
    places: HashMap<(Arc<str>, Arc<str>), usize>,
    object: Arc<str>,
    function: Option<usize>,
    called_object: Option<Arc<str>>,
    callee: Option<usize>,
    /// How many calls the next line of costs is about.
    calls: Option<u64>,
    address: u64,
    positions: bool,
    events: bool,
    stated: u64,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), Malformed> {
        if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            return self.cost(line);
        }
        if let Some((key, value)) = line.split_once('=')
            && key.bytes().all(|byte| byte.is_ascii_lowercase())
        {
            return self.specification(key, value.trim());
        }
        match line.split_once(':') {
            Some(("positions", value)) => self.positions = value.trim() == "instr line",
            Some(("events", value)) => self.events = value.trim() == "Ir",
            Some(("summary", value)) => self.stated = number(value.trim())?,
            _ => {}
        }
        Ok(())
    }

    fn specification(&mut self, key: &str, value: &str) -> Result<(), Malformed> {
        match key {
            "ob" => self.object = self.name(Kind::Object, value)?,
            "fn" => {
                let name = self.name(Kind::Function, value)?;
                self.function = Some(self.place(name, self.object.clone()));
            }
            "cob" => self.called_object = Some(self.name(Kind::Object, value)?),
            "cfn" => {
                let name = self.name(Kind::Function, value)?;
                let object = self.called_object.take();
                let object = object.unwrap_or_else(|| self.object.clone());
                self.callee = Some(self.place(name, object));
            }
            "calls" => self.calls = Some(number(value.split(' ').next().unwrap_or(""))?),
            // Files are told by the debug information; jumps and the rest cost nothing of their own.
            _ => {}
        }
        Ok(())
    }

    fn place(&mut self, name: Arc<str>, object: Arc<str>) -> usize {
        let functions = &mut self.records.functions;
        *self
            .places
            .entry((name.clone(), object.clone()))
            .or_insert_with(|| {
                functions.push(Called {
                    name,
                    object,
                    ..Called::default()
                });
                functions.len() - 1
            })
    }

    /// The name that is written as `name`, `(number) name` or, from then on, `(number)`.
    fn name(&mut self, kind: Kind, value: &str) -> Result<Arc<str>, Malformed> {
        let numbered = value
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'));
        let Some((id, name)) = numbered else {
            return Ok(value.into());
        };
        let Ok(id) = number(id) else {
            return Ok(value.into());
        };
        if name.trim().is_empty() {
            let known = self.names.get(&(kind, id));
            return known.cloned().ok_or(Malformed::Undefined(id));
        }
        let name: Arc<str> = name.trim().into();
        self.names.insert((kind, id), name.clone());
        Ok(name)
    }

    fn cost(&mut self, line: &str) -> Result<(), Malformed> {
        let mut fields = line.split_ascii_whitespace();
        self.address = relative(self.address, fields.next().unwrap_or(""))?;
        let instructions = fields.nth(1).map_or(Ok(0), number)?;
        let function = self.function.ok_or(Malformed::NoFunction)?;
        let function = &mut self.records.functions[function];
        if let Some(calls) = self.calls.take() {
            function.edges.push(Edge {
                address: self.address,
                callee: self.callee.take().ok_or(Malformed::NoFunction)?,
                calls,
                instructions,
            });
        } else if instructions > 0 {
            function.costs.push(Cost {
                address: self.address,
                instructions,
            });
            let sum = self.records.total.checked_add(instructions);
            self.records.total = sum.ok_or_else(|| Malformed::Number(line.to_owned()))?;
        }
        Ok(())
    }

    fn end(self) -> Result<Records, Malformed> {
        if !self.positions || !self.events {
            return Err(Malformed::Header);
        }
        let (sum, stated) = (self.records.total, self.stated);
        if sum != stated {
            return Err(Malformed::Total { sum, stated });
        }
        Ok(self.records)
    }
}

/// A number, `+n` or `-n` relative to the last one, or `*` for the same.
fn relative(last: u64, field: &str) -> Result<u64, Malformed> {
    let out = || Malformed::Number(field.to_owned());
    match field.split_at_checked(1) {
        Some(("*", "")) => Ok(last),
        Some(("+", n)) => last.checked_add(number(n)?).ok_or_else(out),
        Some(("-", n)) => last.checked_sub(number(n)?).ok_or_else(out),
        _ => number(field),
    }
}

/// A number in decimal, or in hexadecimal after `0x`.
fn number(field: &str) -> Result<u64, Malformed> {
    let read = match field.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => field.parse(),
    };
    read.map_err(|_| Malformed::Number(field.chars().take(80).collect()))
}
