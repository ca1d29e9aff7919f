//! Where a target puts its results when it is asked for them: a file in the Go benchmark format.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use benchfmt::import::{self, Options, Recording};
use benchfmt::{Benchmark, UnitLine, Writer};

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

    /// Another file of results in the same folder.
    #[must_use]
    pub fn beside(&self, name: &str) -> Self {
        Self {
            file: self.file.with_file_name(name),
        }
    }

    /// A folder beside the file, for what the measuring library leaves.
    pub fn folder(&self) -> PathBuf {
        self.file.with_extension("raw")
    }

    /// What the measuring library recorded in the [`folder`](Self::folder).
    ///
    /// # Errors
    ///
    /// If there is nothing, or a recording cannot be read, with its path.
    pub fn recordings(&self) -> Result<Vec<Recording>, String> {
        let recordings =
            import::read(&self.folder(), Options::default()).map_err(|error| error.to_string())?;
        recordings
            .map(|recording| recording.map_err(|error| error.to_string()))
            .collect()
    }

    /// Appends results, with what is known of their units.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, with its path.
    pub fn append(
        &self,
        results: impl IntoIterator<Item = Benchmark>,
        units: &[UnitLine],
    ) -> Result<(), String> {
        let mut text = Vec::new();
        let mut writer = Writer::new(&mut text);
        let written = units
            .iter()
            .try_for_each(|unit| writer.write_unit(unit))
            .and_then(|()| {
                results
                    .into_iter()
                    .try_for_each(|result| writer.write(&result))
            });
        written.map_err(|error| self.failed(&error))?;
        self.append_text(&text).map_err(|error| self.failed(&error))
    }

    /// Appends lines of the format.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn append_text(&self, text: &[u8]) -> io::Result<()> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.file)?
            .write_all(text)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> String {
        let path: &Path = &self.file;
        format!("{}: {error}", path.display())
    }
}
