//! What can be wrong with a recording, and where it is.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::name::MAX_NAME;
use super::tree::{MAX_DEPTH, MAX_ENTRIES};
use crate::printable::Printable;

/// Why the content of a recording could not be used.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Defect {
    /// The text is not the JSON that was expected: cut off, of the wrong type, out of range.
    #[error("{line}:{column}: {message}")]
    Json {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1; 0 at the end of a line.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// There is nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// criterion's `iters` and `times` are not of one length.
    #[error("{iters} iteration counts, but {times} times")]
    Lengths {
        /// How many iteration counts there are.
        iters: usize,
        /// How many times there are.
        times: usize,
    },
    /// A run of criterion without samples.
    #[error("there are no samples")]
    NoSamples,
    /// The iterations of all samples are more than an `i64` counts.
    #[error("the iterations of all samples are too many to be counted")]
    TooManyIterations,
    /// The summary is of a schema other than 6 and 7.
    #[error("summary of schema {0}, expected 6 (iai-callgrind 0.16) or 7 (gungraun)")]
    Schema(String),
    /// The summary has more than one profile of a tool.
    #[error("more than one profile of {0}")]
    RepeatedTool(&'static str),
    /// The summary has nothing that callgrind, cachegrind or DHAT counted in the new run.
    #[error("no counts of callgrind, cachegrind or DHAT")]
    NoCounts,
    /// The benchmark's name is longer than [`MAX_NAME`].
    #[error("a name longer than {MAX_NAME} bytes")]
    NameTooLong,
}

impl Defect {
    /// What goes between the path and the defect.
    fn separator(&self) -> &'static str {
        match self {
            Self::Json { .. } => "",
            _ => " ",
        }
    }
}

/// Why a path could not be imported.
///
/// Displays as `path:line:column: message`, or `path: message` where the line says nothing.
/// Control characters are shown escaped, so that printing an error never drives the terminal.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The system cannot read it.
    #[error("{}: {error}", Shown(path))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The content of a file is not what its tool writes.
    #[error("{}:{}{defect}", Shown(path), defect.separator())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        defect: Defect,
    },
    /// The folder has no recordings.
    #[error(
        "{}: no results found; looked for */{}/sample.json (criterion), summary.json \
         (iai-callgrind, gungraun) and dhat-heap.json (dhat){}",
        Shown(path),
        Printable(baseline),
        Others(others)
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// The baseline of criterion's that was looked for.
        baseline: String,
        /// Some of the baselines of criterion's that are there instead.
        others: BTreeSet<String>,
    },
    /// A file that was named, and is no recording.
    #[error(
        "{}: neither a summary of iai-callgrind or gungraun nor a heap profile of dhat",
        Shown(path)
    )]
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// A file that is neither a regular file nor a folder.
    #[error("{}: not a regular file", Shown(path))]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// A file larger than [`MAX_FILE`](super::MAX_FILE), or for a heap profile
    /// [`MAX_HEAP_FILE`](super::MAX_HEAP_FILE).
    #[error("{}: larger than {limit} bytes", Shown(path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        limit: usize,
    },
    /// A symbolic link to a folder, which is not followed: it may lead back up.
    #[error("{}: a symbolic link to a folder is not followed", Shown(path))]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// A folder more than [`MAX_DEPTH`] below the one that was named, which is not entered.
    #[error("{}: more than {MAX_DEPTH} folders deep", Shown(path))]
    TooDeep {
        /// The folder.
        path: PathBuf,
    },
    /// More than [`MAX_ENTRIES`] files and folders.
    #[error("{}: more than {MAX_ENTRIES} files and folders below it", Shown(path))]
    TooManyEntries {
        /// The folder that was named.
        path: PathBuf,
    },
}

/// A path with its control characters escaped.
struct Shown<'a>(&'a std::path::Path);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Printable(&self.0.to_string_lossy()).fmt(f)
    }
}

/// The baselines that are there instead of the one that was looked for.
struct Others<'a>(&'a BTreeSet<String>);

impl std::fmt::Display for Others<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            let before = if index == 0 {
                "; criterion's baselines here: "
            } else {
                ", "
            };
            write!(f, "{before}{}", Printable(name))?;
        }
        Ok(())
    }
}
