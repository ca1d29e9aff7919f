//! What a controller and a target say to each other: lines of text on the target's standard input and output.
//!
//! | who | line | meaning |
//! | --- | --- | --- |
//! | target | `paired 1` | the greeting: it speaks version 1 of this protocol |
//! | controller | `list` | which cases are there? |
//! | target | `case NAME` | one of them; a line for each |
//! | target | `end` | that was the last |
//! | controller | `prepare NAME` | build this case's inputs and do it once |
//! | target | `ready DIGEST` | done; the digest of its answer, 16 hexadecimal digits |
//! | controller | `run N` | do it N times |
//! | target | `took WALL CPU` | done, in so many nanoseconds of wall time, and of this thread's CPU time |
//! | controller | `quit` | end; so does the end of standard input |
//! | target | `refused REASON` | instead of any answer: there is no such case, none is prepared, that is no request |
//!
//! Each line has one form only, so that what a case prints by accident is not taken for an answer.

use std::fmt;
use std::str::FromStr;

use crate::block::Block;
use crate::digest::Digest;

/// The version that this crate speaks, as a target and as a controller.
pub(crate) const VERSION: u32 = 1;

/// What a controller asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    List,
    Prepare(String),
    Run(u64),
    Quit,
}

/// What a target says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Greeting(u32),
    Case(String),
    End,
    Ready(Digest),
    Took(Block),
    Refused(String),
}

/// A line that is none of the protocol's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotALine;

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List => f.write_str("list"),
            Self::Prepare(name) => write!(f, "prepare {name}"),
            Self::Run(times) => write!(f, "run {times}"),
            Self::Quit => f.write_str("quit"),
        }
    }
}

impl FromStr for Request {
    type Err = NotALine;

    fn from_str(line: &str) -> Result<Self, NotALine> {
        match split(line)? {
            ("list", None) => Ok(Self::List),
            ("prepare", Some(name)) => text(name).map(Self::Prepare),
            ("run", Some(times)) => number(times).map(Self::Run),
            ("quit", None) => Ok(Self::Quit),
            _ => Err(NotALine),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Greeting(version) => write!(f, "paired {version}"),
            Self::Case(name) => write!(f, "case {name}"),
            Self::End => f.write_str("end"),
            Self::Ready(digest) => write!(f, "ready {digest}"),
            Self::Took(block) => write!(f, "took {} {}", block.wall, block.cpu),
            Self::Refused(reason) => write!(f, "refused {reason}"),
        }
    }
}

impl FromStr for Answer {
    type Err = NotALine;

    fn from_str(line: &str) -> Result<Self, NotALine> {
        match split(line)? {
            ("paired", Some(version)) => {
                let version = number(version)?.try_into().map_err(|_| NotALine)?;
                Ok(Self::Greeting(version))
            }
            ("case", Some(name)) => text(name).map(Self::Case),
            ("end", None) => Ok(Self::End),
            ("ready", Some(digits)) => {
                let digest: Digest = digits.parse().map_err(|_| NotALine)?;
                // Neither fewer digits, nor a sign, nor capitals.
                if digest.to_string() != digits {
                    return Err(NotALine);
                }
                Ok(Self::Ready(digest))
            }
            ("took", Some(times)) => {
                let (wall, cpu) = times.split_once(' ').ok_or(NotALine)?;
                let (wall, cpu) = (number(wall)?, number(cpu)?);
                Ok(Self::Took(Block { wall, cpu }))
            }
            ("refused", Some(reason)) => text(reason).map(Self::Refused),
            _ => Err(NotALine),
        }
    }
}

/// The word at the start of a line, and what follows the space behind it.
fn split(line: &str) -> Result<(&str, Option<&str>), NotALine> {
    if line.contains(char::is_control) {
        return Err(NotALine);
    }
    Ok(match line.split_once(' ') {
        Some((word, rest)) => (word, Some(rest)),
        None => (line, None),
    })
}

fn text(rest: &str) -> Result<String, NotALine> {
    if rest.is_empty() {
        return Err(NotALine);
    }
    Ok(rest.to_owned())
}

/// A number as it is written here: no sign, no leading zero.
fn number(digits: &str) -> Result<u64, NotALine> {
    let number: u64 = digits.parse().map_err(|_| NotALine)?;
    if number.to_string() == digits {
        Ok(number)
    } else {
        Err(NotALine)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        "\\PC{1,40}"
    }

    fn request() -> impl Strategy<Value = Request> {
        prop_oneof![
            Just(Request::List),
            text().prop_map(Request::Prepare),
            any::<u64>().prop_map(Request::Run),
            Just(Request::Quit),
        ]
    }

    fn answer() -> impl Strategy<Value = Answer> {
        prop_oneof![
            any::<u32>().prop_map(Answer::Greeting),
            text().prop_map(Answer::Case),
            Just(Answer::End),
            any::<u64>().prop_map(|bits| Answer::Ready(Digest::new(bits))),
            (any::<u64>(), any::<u64>()).prop_map(|(wall, cpu)| Answer::Took(Block { wall, cpu })),
            text().prop_map(Answer::Refused),
        ]
    }

    proptest! {
        #[test]
        fn what_is_said_is_understood(request in request(), answer in answer()) {
            prop_assert_eq!(request.to_string().parse(), Ok(request));
            prop_assert_eq!(answer.to_string().parse(), Ok(answer));
        }

        #[test]
        fn a_line_has_one_form(line in "(paired|case|end|ready|took|refused|list|prepare|run|quit)? ?[0-9a-fA-F+ -]{0,20}\n?") {
            if let Ok(answer) = line.parse::<Answer>() {
                prop_assert_eq!(answer.to_string(), line.clone());
            }
            if let Ok(request) = line.parse::<Request>() {
                prop_assert_eq!(request.to_string(), line);
            }
        }

        #[test]
        fn any_text_is_an_answer_or_none(line in any::<String>()) {
            if let Ok(answer) = line.parse::<Answer>() {
                prop_assert_eq!(answer.to_string(), line);
            }
        }
    }

    #[test]
    fn the_lines_are_those_of_the_documentation() {
        let lines = [
            ("paired 1", Answer::Greeting(VERSION)),
            ("case Sum/n=100", Answer::Case("Sum/n=100".to_owned())),
            ("ready 000000000000002a", Answer::Ready(Digest::new(42))),
            (
                "took 310 300",
                Answer::Took(Block {
                    wall: 310,
                    cpu: 300,
                }),
            ),
        ];
        for (line, answer) in lines {
            assert_eq!(line.parse(), Ok(answer));
        }
        for line in [
            "",
            "paired",
            "paired one",
            "took 3",
            "took 3 -3",
            "ready 2a",
            "end ",
            "END",
            "took 1 2 3",
        ] {
            assert_eq!(line.parse::<Answer>(), Err(NotALine), "{line:?}");
        }
    }
}
