//! The controller's side of the conversation.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

use crate::block::Block;
use crate::child::{Child, NoLine};
use crate::digest::Digest;
use crate::invocation::SERVE;
use crate::protocol::{Answer, Request, VERSION};

/// What a target failed at.
#[derive(Debug, Error)]
#[error("{}: {fault}{}", program.display(), Said(stderr))]
pub struct TargetError {
    /// The target's program.
    pub program: PathBuf,
    /// What happened.
    pub fault: Fault,
    /// The end of what it wrote to standard error.
    pub stderr: String,
}

/// What can happen to a target.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// It could not be started.
    #[error("cannot be started: {0}")]
    Start(io::Error),
    /// The system failed.
    #[error("cannot be talked to: {0}")]
    System(io::Error),
    /// It ended, by itself or by a signal, when it was to answer.
    #[error("ended instead of answering to {asked:?}: {status}")]
    Ended {
        /// What it was asked.
        asked: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// It closed its standard output and went on.
    #[error("closed its standard output instead of answering to {asked:?}")]
    Closed {
        /// What it was asked.
        asked: String,
    },
    /// It did not answer in time.
    #[error("has not answered to {asked:?} for {} s", waited.as_secs_f64())]
    Silent {
        /// What it was asked.
        asked: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// It speaks another version of the protocol.
    #[error(
        "speaks version {spoken} of the protocol, not {VERSION}: it was built with another version of `paired`"
    )]
    Version {
        /// The version that it speaks.
        spoken: u32,
    },
    /// What it wrote is not the answer: it is no target, or a case prints to standard output.
    #[error(
        "answered {line:?} to {asked:?}; only answers may be printed to a target's standard output"
    )]
    Unexpected {
        /// What it was asked.
        asked: String,
        /// What it wrote: the start of it.
        line: String,
    },
    /// It refused.
    #[error("refused {asked:?}: {reason}")]
    Refused {
        /// What it was asked.
        asked: String,
        /// Its reason.
        reason: String,
    },
}

/// Text of a program's, on lines of its own and without what a terminal would interpret.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.lines() {
            write!(
                f,
                "\n  | {}",
                line.replace(|c: char| c.is_control() && c != '\t', "\u{fffd}")
            )?;
        }
        Ok(())
    }
}

/// What a line has at most that an error shows.
const SHOWN: usize = 200;

/// The request that stands for the start of the conversation.
const START: &str = "start";

/// A target that was started and has greeted.
pub(crate) struct Served {
    program: PathBuf,
    child: Child,
    patience: Duration,
}

impl Served {
    /// Starts a target. It is waited for no longer than `patience`, now and at each request.
    pub(crate) fn start(
        program: &Path,
        environment: &[(OsString, OsString)],
        patience: Duration,
    ) -> Result<Self, TargetError> {
        let child = Child::start(program, SERVE, environment).map_err(|error| TargetError {
            program: program.to_owned(),
            fault: Fault::Start(error),
            stderr: String::new(),
        })?;
        let mut served = Self {
            program: program.to_owned(),
            child,
            patience,
        };
        match served.answer(START)? {
            Answer::Greeting(VERSION) => Ok(served),
            Answer::Greeting(spoken) => Err(served.error(Fault::Version { spoken })),
            other => Err(served.unexpected(START, &other.to_string())),
        }
    }

    /// The names of its cases.
    pub(crate) fn list(&mut self) -> Result<Vec<String>, TargetError> {
        let asked = self.ask(&Request::List)?;
        let mut names = Vec::new();
        loop {
            match self.answer(&asked)? {
                Answer::Case(name) => names.push(name),
                Answer::End => return Ok(names),
                other => return Err(self.unexpected(&asked, &other.to_string())),
            }
        }
    }

    /// Makes a case ready; the digest of its answer.
    pub(crate) fn prepare(&mut self, case: &str) -> Result<Digest, TargetError> {
        let asked = self.ask(&Request::Prepare(case.to_owned()))?;
        match self.answer(&asked)? {
            Answer::Ready(digest) => Ok(digest),
            other => Err(self.unexpected(&asked, &other.to_string())),
        }
    }

    /// Does the case's operation so many times.
    pub(crate) fn run(&mut self, times: u64) -> Result<Block, TargetError> {
        let asked = self.ask(&Request::Run(times))?;
        match self.answer(&asked)? {
            Answer::Took(block) => Ok(block),
            other => Err(self.unexpected(&asked, &other.to_string())),
        }
    }

    /// Ends the conversation and the process.
    pub(crate) fn quit(mut self) {
        // A target that is gone already has nothing to be told.
        if self.child.send(&Request::Quit.to_string()).is_ok() {
            self.child.finish();
        }
    }

    fn ask(&mut self, request: &Request) -> Result<String, TargetError> {
        let asked = request.to_string();
        match self.child.send(&asked) {
            Ok(()) => Ok(asked),
            Err(fault) => Err(self.no_line(&asked, fault)),
        }
    }

    fn answer(&mut self, asked: &str) -> Result<Answer, TargetError> {
        match self.child.line(self.patience) {
            Ok(line) => match line.parse() {
                Ok(Answer::Refused(reason)) => {
                    let asked = asked.to_owned();
                    Err(self.error(Fault::Refused { asked, reason }))
                }
                Ok(answer) => Ok(answer),
                Err(_) => Err(self.unexpected(asked, &line)),
            },
            Err(fault) => Err(self.no_line(asked, fault)),
        }
    }

    fn no_line(&self, asked: &str, fault: NoLine) -> TargetError {
        let asked = asked.to_owned();
        self.error(match fault {
            NoLine::Ended(Some(status)) => Fault::Ended { asked, status },
            NoLine::Ended(None) => Fault::Closed { asked },
            NoLine::Silent => Fault::Silent {
                asked,
                waited: self.patience,
            },
            NoLine::TooLong => Fault::Unexpected {
                asked,
                line: "(a line without end)".to_owned(),
            },
            NoLine::System(error) => Fault::System(error),
        })
    }

    fn unexpected(&self, asked: &str, line: &str) -> TargetError {
        let line = line.chars().take(SHOWN).collect();
        self.error(Fault::Unexpected {
            asked: asked.to_owned(),
            line,
        })
    }

    fn error(&self, fault: Fault) -> TargetError {
        TargetError {
            program: self.program.clone(),
            fault,
            stderr: self.child.tail(),
        }
    }
}
