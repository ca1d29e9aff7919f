//! Profiles as text, for a file that stands in a repository: sorted, a line for each call and each line of source, without
//! addresses, hashes or a machine's paths, so that what differs between two files differs between two runs.
//!
//! ```text
//! profiles: 1
//!
//! case Data/variant=naive 1482
//! > 0 0 1 counted benches/instructions.rs
//! 142 6
//! > 1 142 1 Operation::run crates/cases/src/case.rs
//! 160 4 20:alloc
//! ```
//!
//! `case NAME INSTRUCTIONS` begins a run. `> DEPTH LINE CALLS FUNCTION FILE` is a call, from a line of the function that is one
//! less deep; the file is `.` where it is the caller's. A line that begins with a number is a line of the function above it, with what it took
//! itself, and what each library took for it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::profile::{Own, Profile};
use crate::symbols::Function;

/// The first line.
const HEADER: &str = "profiles: 1";

/// The profiles of cases, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles(pub BTreeMap<String, Profile>);

/// Why a text holds no profiles.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct ProfilesError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: Unreadable,
}

/// What is wrong with a text of profiles.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It begins otherwise.
    #[error("expected `{HEADER}`")]
    Header,
    /// A line is none of a case, a call or a cost, or stands before the first case.
    #[error("expected a case, a call or a cost")]
    Line,
    /// A call is deeper than the calls above it.
    #[error("deeper than what calls it")]
    Depth,
    /// A line says what another one of the same function has said.
    #[error("the same as a line above it")]
    Repeated,
    /// A case's costs do not sum to what it states.
    #[error("the costs of {case} sum to {sum}, not to {stated}")]
    Total {
        /// The case.
        case: String,
        /// The sum.
        sum: u64,
        /// What is stated.
        stated: u64,
    },
}

impl fmt::Display for Profiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        for (case, profile) in &self.0 {
            writeln!(f, "\ncase {case} {}", profile.total())?;
            write_below(f, &profile.root, "", 0)?;
        }
        Ok(())
    }
}

fn write_below(f: &mut fmt::Formatter<'_>, own: &Own, file: &str, depth: usize) -> fmt::Result {
    let mut last = None;
    for ((line, name), instructions) in &own.costs {
        if last != Some(line) {
            let end = if last.is_some() { "\n" } else { "" };
            write!(f, "{end}{line}")?;
            last = Some(line);
        }
        let of = if name.is_empty() { "" } else { ":" };
        write!(f, " {instructions}{of}{name}")?;
    }
    if last.is_some() {
        writeln!(f)?;
    }
    for ((line, function), child) in &own.children {
        let of = if *function.file == *file {
            "."
        } else {
            &*function.file
        };
        let Function { name, .. } = function;
        writeln!(f, "> {depth} {line} {} {name} {of}", child.calls)?;
        write_below(f, child, &function.file, depth + 1)?;
    }
    Ok(())
}

impl Profiles {
    /// Reads what [`Display`](fmt::Display) writes.
    ///
    /// # Errors
    ///
    /// If a line is of another form, or the costs of a case do not sum to its total.
    pub fn parse(text: &str) -> Result<Self, ProfilesError> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line));
        let at = |line| move |what| ProfilesError { line, what };
        if lines.next().is_none_or(|(_, line)| line != HEADER) {
            return Err(at(1)(Unreadable::Header));
        }
        let mut profiles = Self::default();
        let mut reading: Option<Reading> = None;
        for (number, line) in lines {
            if let Some(case) = line.strip_prefix("case ") {
                let (case, stated) = case
                    .rsplit_once(' ')
                    .ok_or(Unreadable::Line)
                    .map_err(at(number))?;
                let stated = stated.parse().map_err(|_| at(number)(Unreadable::Line))?;
                let new = Reading::new(case, stated, number);
                if let Some(done) = reading.replace(new) {
                    profiles.end(done)?;
                }
            } else if !line.is_empty() {
                let reading = reading
                    .as_mut()
                    .ok_or(Unreadable::Line)
                    .map_err(at(number))?;
                reading.line(line).map_err(at(number))?;
            }
        }
        if let Some(done) = reading {
            profiles.end(done)?;
        }
        Ok(profiles)
    }

    fn end(&mut self, reading: Reading) -> Result<(), ProfilesError> {
        let Reading {
            case, stated, line, ..
        } = reading;
        let root = reading.open.fold();
        let profile = Profile { root };
        let sum = profile.total();
        let what = if sum != stated {
            Unreadable::Total { case, sum, stated }
        } else if self.0.insert(case, profile).is_some() {
            Unreadable::Repeated
        } else {
            return Ok(());
        };
        Err(ProfilesError { line, what })
    }
}

/// A case whose lines are being read.
struct Reading {
    case: String,
    stated: u64,
    line: usize,
    open: Open,
}

/// The functions that are open, the outermost first, each with its place in the one before.
struct Open(Vec<((u32, Function), Own)>);

impl Open {
    /// Closes the functions below a depth.
    fn close(&mut self, depth: usize) -> Result<(), Unreadable> {
        while self.0.len() > depth
            && let Some((place, own)) = self.0.pop()
            && let Some((_, caller)) = self.0.last_mut()
        {
            if caller.children.insert(place, own).is_some() {
                return Err(Unreadable::Repeated);
            }
        }
        Ok(())
    }

    fn fold(mut self) -> Own {
        // What is repeated by the last lines makes the sum a wrong one.
        let _ = self.close(1);
        self.0.pop().map(|(_, own)| own).unwrap_or_default()
    }
}

impl Reading {
    fn new(case: &str, stated: u64, line: usize) -> Self {
        Self {
            case: case.to_owned(),
            stated,
            line,
            open: Open(vec![Default::default()]),
        }
    }

    fn line(&mut self, text: &str) -> Result<(), Unreadable> {
        if let Some(call) = text.strip_prefix("> ") {
            let mut fields = call.splitn(5, ' ');
            let mut field = || fields.next().ok_or(Unreadable::Line);
            let depth = number(field()?)? as usize;
            if depth >= self.open.0.len() {
                return Err(Unreadable::Depth);
            }
            self.open.close(depth + 1)?;
            let line = number(field()?)? as u32;
            let calls = number(field()?)?;
            let name = field()?.into();
            let file: Arc<str> = match (field()?, self.open.0.last()) {
                (".", Some(((_, caller), _))) => caller.file.clone(),
                (file, _) => file.into(),
            };
            let own = true;
            let function = Function { name, file, own };
            let begun = Own {
                calls,
                ..Own::default()
            };
            self.open.0.push(((line, function), begun));
            return Ok(());
        }
        let (_, own) = self.open.0.last_mut().ok_or(Unreadable::Line)?;
        let (line, costs) = text.split_once(' ').ok_or(Unreadable::Line)?;
        let line = number(line)? as u32;
        for cost in costs.split(' ') {
            let (instructions, name) = cost.split_once(':').unwrap_or((cost, ""));
            let instructions = number(instructions)?;
            if own
                .costs
                .insert((line, name.into()), instructions)
                .is_some()
            {
                return Err(Unreadable::Repeated);
            }
        }
        Ok(())
    }
}

fn number(text: &str) -> Result<u64, Unreadable> {
    text.parse().map_err(|_| Unreadable::Line)
}

#[cfg(test)]
mod tests {
    use super::{Profiles, ProfilesError, Unreadable};

    const TEXT: &str = "profiles: 1

case A/b=1 60
> 0 0 1 counted benches/instructions.rs
142 10 5:alloc::with_capacity
144 3
> 1 142 2 Operation::run crates/cases/src/case.rs
> 2 7 0 Operation::step .
8 20
> 3 9 0 Operation::step .
8 15
> 1 143 1 end src/a file.rs
1 7

case B 0
";

    #[test]
    fn what_is_written_is_read() {
        let profiles = Profiles::parse(TEXT).unwrap();
        assert_eq!(profiles.0["A/b=1"].total(), 60);
        assert_eq!(profiles.to_string(), TEXT);
    }

    #[test]
    fn a_compact_profile_has_the_packages_of_what_libraries_took() {
        let text = TEXT.replace(
            "10 5:alloc::with_capacity",
            "1 4:alloc::push 5:alloc::reserve 5:malloc",
        );
        let profiles = Profiles::parse(&text).unwrap();
        let compact = profiles.0["A/b=1"].compact();
        assert_eq!(compact.total(), 60);
        let compact = Profiles([("A".to_owned(), compact)].into()).to_string();
        assert!(compact.contains("\n142 1 9:alloc 5:malloc\n"), "{compact}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let sum = Unreadable::Total {
            case: "A/b=1".to_owned(),
            sum: 61,
            stated: 60,
        };
        for (from, to, line, what) in [
            ("profiles: 1", "profiles: 2", 1, Unreadable::Header),
            ("case B 0", "case B", 15, Unreadable::Line),
            ("142 10", "142 ten", 5, Unreadable::Line),
            ("> 2 7", "> 3 7", 8, Unreadable::Depth),
            ("144 3", "142 3", 6, Unreadable::Repeated),
            ("8 20", "8 21", 3, sum),
            ("case B 0", "case A/b=1 0", 15, Unreadable::Repeated),
        ] {
            let error = Profiles::parse(&TEXT.replace(from, to)).unwrap_err();
            assert_eq!(error, ProfilesError { line, what }, "{to}");
        }
    }
}
