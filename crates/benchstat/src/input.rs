//! Inputs as a command line names them: files with labels, and standard input.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use hashbrown::HashMap;
use thiserror::Error;

use crate::collection::Collection;
use crate::parallel::in_parallel;
use crate::printable::Printable;
use crate::scan::{Scan, ScanError, scan};

/// An input and the label that its results have as `.file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The label.
    pub label: String,
    /// Where the results are.
    pub source: Source,
}

/// Where results are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// On standard input.
    Stdin,
}

/// Why an input could not be read.
#[derive(Debug, Error)]
pub enum InputError {
    /// It could not be opened.
    #[error("open {path}: {}", Plain(.error))]
    Open {
        /// Its path.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// It could not be read to its end.
    #[error("{path}:{line}: read {path}: {}", Plain(.error))]
    Read {
        /// Its path.
        path: String,
        /// The last line that was read.
        line: usize,
        /// What the system says.
        error: io::Error,
    },
}

/// A system's error without its number, in lower case: part of a sentence.
struct Plain<'e>(&'e io::Error);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let text = text.split(" (os error").next().unwrap_or(&text);
        let mut chars = text.chars();
        if let Some(first) = chars.next() {
            write!(f, "{}{}", first.to_lowercase(), chars.as_str())?;
        }
        Ok(())
    }
}

impl Input {
    /// The inputs that arguments name: `path`, `label=path`, or `-` for standard input.
    ///
    /// A label is taken as it is. Without one the path is the label, and a path that is given
    /// more than once gets `#0`, `#1` ... behind it, so that its columns stay apart.
    ///
    /// ```
    /// use benchstat::Input;
    ///
    /// let labels = |arguments: &[&str]| -> Vec<String> {
    ///     Input::from_arguments(arguments).into_iter().map(|input| input.label).collect()
    /// };
    /// assert_eq!(labels(&["a.txt", "base=a.txt", "b.txt"]), ["a.txt", "base", "b.txt"]);
    /// assert_eq!(labels(&["a.txt", "a.txt"]), ["a.txt#0", "a.txt#1"]);
    /// ```
    pub fn from_arguments<A: AsRef<OsStr>>(arguments: &[A]) -> Vec<Self> {
        let split = |argument: &A| {
            let argument = argument.as_ref();
            match argument.to_str().and_then(|text| text.split_once('=')) {
                Some((label, path)) => (Some(label.to_owned()), OsString::from(path)),
                None => (None, argument.to_owned()),
            }
        };
        let inputs: Vec<(Option<String>, OsString)> = arguments.iter().map(split).collect();
        let mut counts: HashMap<OsString, usize> = HashMap::new();
        for (label, path) in &inputs {
            *counts.entry_ref(path).or_default() += usize::from(label.is_none());
        }
        let mut seen: HashMap<OsString, usize> = HashMap::new();
        inputs
            .into_iter()
            .map(|(label, path)| {
                let label = label.unwrap_or_else(|| {
                    let name = path.to_string_lossy();
                    if counts.get(&path).copied().unwrap_or(0) < 2 {
                        return name.into_owned();
                    }
                    let number = seen.entry_ref(&path).or_default();
                    *number += 1;
                    format!("{name}#{}", *number - 1)
                });
                Self {
                    label: Printable(label).to_string(),
                    source: if path == "-" {
                        Source::Stdin
                    } else {
                        Source::File(path.into())
                    },
                }
            })
            .collect()
    }

    fn path(&self) -> String {
        match &self.source {
            Source::Stdin => "-".to_owned(),
            Source::File(path) => Printable(path.to_string_lossy()).to_string(),
        }
    }

    fn scan(&self) -> Result<Scan, InputError> {
        let path = self.path();
        let read = |input: &mut dyn Read, size: u64| {
            let size = usize::try_from(size).unwrap_or(0);
            scan(&path, input, size).map_err(|ScanError { line, error }| InputError::Read {
                path: path.clone(),
                line,
                error,
            })
        };
        match &self.source {
            Source::Stdin => read(&mut io::stdin().lock(), 0),
            Source::File(file) => match File::open(file) {
                Ok(mut file) => {
                    let size = file.metadata().map_or(0, |metadata| metadata.len());
                    read(&mut file, size)
                }
                Err(error) => Err(InputError::Open { path, error }),
            },
        }
    }
}

impl Collection {
    /// Reads inputs, as many at once as there are processors; the result is the same as from
    /// reading one after the other.
    ///
    /// # Errors
    ///
    /// For the first input that cannot be read. Those before it are kept then.
    pub fn read_inputs(&mut self, inputs: &[Input]) -> Result<(), InputError> {
        let first_stdin = inputs
            .iter()
            .position(|input| input.source == Source::Stdin);
        let scan = |at: usize| {
            let input = &inputs[at];
            if input.source == Source::Stdin && Some(at) != first_stdin {
                // It has been read to its end.
                return Ok(Scan::default());
            }
            input.scan()
        };
        for (input, scan) in inputs.iter().zip(in_parallel(inputs.len(), scan)) {
            self.add(&input.label, &input.path(), scan?);
        }
        Ok(())
    }
}
