//! Where a target puts its results when it is asked for them: a file in the Go benchmark format.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// An environment variable with the path of the file that a target appends its results to.
pub const RESULTS_VARIABLE: &str = "HANDLERBENCH_RESULTS";

/// The file of results that a target was asked for.
#[derive(Clone, Debug)]
pub struct Results {
    file: PathBuf,
}

impl Results {
    /// The file, if one was asked for.
    pub fn asked_for() -> Option<Self> {
        env::var_os(RESULTS_VARIABLE).map(|file| Self { file: file.into() })
    }

    /// A folder beside the file, for what the measuring library leaves.
    pub fn folder(&self) -> PathBuf {
        self.file.with_extension("raw")
    }

    /// Appends lines.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, with its path.
    pub fn append(&self, lines: &str) -> Result<(), String> {
        let path: &Path = &self.file;
        let open = OpenOptions::new().create(true).append(true).open(path);
        open.and_then(|mut file| file.write_all(lines.as_bytes()))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}
