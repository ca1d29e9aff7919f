//! Inputs as a command line names them: files with labels, and standard input.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use benchfmt::Printable;
use benchfmt::import::ImportError;
use hashbrown::HashMap;
use thiserror::Error;

use crate::collection::Collection;
use crate::import::{Recorded, Recordings, Replicate, Skipped, shown};
use crate::parallel::in_parallel;
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
    /// In a file, or in the files below a folder.
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
    /// It could not be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
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
    /// more than once, or looks like another, gets `#0`, `#1` ... behind it, so that its columns
    /// stay apart.
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
        // By the name as it is shown: of two paths that look alike neither may be taken for the other.
        let shown = |path: &OsStr| Printable(&path.to_string_lossy()).to_string();
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (label, path) in &inputs {
            *counts.entry(shown(path)).or_default() += usize::from(label.is_none());
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        inputs
            .into_iter()
            .map(|(label, path)| {
                let label = label.unwrap_or_else(|| {
                    let name = shown(&path);
                    if counts.get(&name).copied().unwrap_or(0) < 2 {
                        return name;
                    }
                    let number = seen.entry_ref(&name).or_default();
                    *number += 1;
                    format!("{name}#{}", *number - 1)
                });
                Self {
                    label: Printable(&label).to_string(),
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
            Source::File(path) => shown(path),
        }
    }

    fn read(&self) -> Result<Content, InputError> {
        let path = self.path();
        let text = |input: &mut dyn Read, size: u64| {
            let size = usize::try_from(size).unwrap_or(0);
            scan(&path, input, size)
                .map(|scan| Content::Text(Box::new(scan)))
                .map_err(|ScanError { line, error }| InputError::Read {
                    path: path.clone(),
                    line,
                    error,
                })
        };
        let file = match &self.source {
            Source::Stdin => return text(&mut io::stdin().lock(), 0),
            Source::File(file) => file,
        };
        if let Some(recorded) = Recorded::at(file) {
            return Ok(Content::Recordings(recorded.read()?));
        }
        match File::open(file) {
            Ok(mut file) => {
                let size = file.metadata().map_or(0, |metadata| metadata.len());
                text(&mut file, size)
            }
            Err(error) => Err(InputError::Open { path, error }),
        }
    }
}

/// What an input holds.
enum Content {
    Text(Box<Scan>),
    Recordings(Recordings),
}

impl Collection {
    /// Reads inputs, as many at once as there are processors; the result is the same as from
    /// reading one after the other.
    ///
    /// A folder, or a JSON file, is imported: what criterion, iai-callgrind or gungraun, and dhat
    /// wrote (see [`benchfmt::import`]). `FOLDER@NAME` is the baseline of criterion's that was
    /// saved under this name; without it the last run is read. What cannot be imported below a
    /// folder is returned; lines that cannot be read are [`problems`](Self::problems).
    ///
    /// # Errors
    ///
    /// For the first input that cannot be read, or of which nothing can be imported. Those before
    /// it are kept then.
    pub fn read_inputs(
        &mut self,
        inputs: &[Input],
        replicate: Replicate,
    ) -> Result<Vec<Skipped>, InputError> {
        let first_stdin = inputs
            .iter()
            .position(|input| input.source == Source::Stdin);
        let read = |at: usize| {
            let input = &inputs[at];
            if input.source == Source::Stdin && Some(at) != first_stdin {
                // It has been read to its end.
                return Ok(Content::Text(Box::default()));
            }
            input.read()
        };
        let mut skipped = Vec::new();
        for (input, content) in inputs.iter().zip(in_parallel(inputs.len(), read)) {
            let (label, path) = (&input.label, input.path());
            match content? {
                Content::Text(scan) => self.add(label, &path, *scan),
                Content::Recordings(recordings) => {
                    skipped.extend(self.add_recordings(label, &path, recordings, replicate));
                }
            }
        }
        Ok(skipped)
    }
}
