//! The recordings of other tools as results of a collection.

use std::path::{Path, PathBuf};

use benchfmt::import::{ImportError, Options, Recording, Tool, accepts, read, unit_lines};
use benchfmt::{Benchmark, Malformed, Printable};
use hashbrown::HashSet;
use thiserror::Error;

use crate::collection::{Collection, ConfigId};

/// The configuration key, and its value, of samples that one process took. They stay with the
/// results wherever these are written to, and appear above their tables.
const SAMPLES: (&str, &str) = ("samples", "of one process");

/// What counts as one measurement where a tool takes many samples in one process, as criterion
/// does. Tools that count give one measurement in either way.
///
/// The samples of a process vary less than processes do, so a test on them finds changes that are
/// not there: in 29 of 48 comparisons of a program with itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replicate {
    /// The process: its measurement is the median of its samples. What verdicts are reached on.
    #[default]
    Process,
    /// The sample: for an interval from a single run. The results carry a configuration key that
    /// says so, by which [`judge`](crate::judge) leaves them undecided.
    Sample,
}

/// What of a folder or file could not be imported, and was passed over.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Skipped {
    /// One of its files.
    #[error(transparent)]
    File(#[from] ImportError),
    /// What its tool's units are known to be, where an input before says otherwise.
    #[error("{path}: {what}")]
    Unit {
        /// The folder or file.
        path: String,
        /// What contradicts what.
        what: Malformed,
    },
}

/// A path that another tool wrote, and what to read of it.
#[derive(Debug)]
pub(crate) struct Recorded {
    path: PathBuf,
    /// The baseline of criterion's, if one is asked for.
    baseline: Option<String>,
}

/// The recordings of a path, and what is wrong with some of its files.
pub(crate) type Recordings = Vec<Result<Recording, ImportError>>;

impl Recorded {
    /// The path, if it is a folder or a file of JSON, or, where there is nothing of this name,
    /// `FOLDER@BASELINE`.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        if accepts(path) || (path.is_file() && path.extension().is_some_and(|end| end == "json")) {
            return Some(Self {
                path: path.to_owned(),
                baseline: None,
            });
        }
        let (folder, baseline) = path.to_str()?.rsplit_once('@')?;
        let named = !path.exists() && !baseline.is_empty() && !baseline.contains('/');
        (named && Path::new(folder).is_dir()).then(|| Self {
            path: folder.into(),
            baseline: Some(baseline.to_owned()),
        })
    }

    /// What the path holds; if none of it can be read, what is wrong with the first.
    pub(crate) fn read(&self) -> Result<Recordings, ImportError> {
        let options = match &self.baseline {
            Some(baseline) => Options { baseline },
            None => Options::default(),
        };
        let mut recordings: Recordings = read(&self.path, options)?.collect();
        if recordings.iter().all(Result::is_err) && !recordings.is_empty() {
            recordings.swap_remove(0)?;
        }
        Ok(recordings)
    }
}

impl Collection {
    /// Adds recordings as results of the input with this label.
    pub(crate) fn add_recordings(
        &mut self,
        label: &str,
        path: &str,
        recordings: Recordings,
        replicate: Replicate,
    ) -> Vec<Skipped> {
        let mut skipped = Vec::new();
        let mut units = HashSet::new();
        for recording in recordings {
            let recording = match recording {
                Ok(recording) => recording,
                Err(error) => {
                    skipped.push(error.into());
                    continue;
                }
            };
            for measurement in recording.summary().measurements {
                if !units.insert(measurement.unit.clone()) {
                    continue;
                }
                for line in unit_lines(&measurement.unit) {
                    if let Err(what) = self.add_unit(&line) {
                        let path = path.to_owned();
                        skipped.push(Skipped::Unit { path, what });
                    }
                }
            }
            if recording.tool == Tool::Criterion && replicate == Replicate::Sample {
                for sample in recording.samples() {
                    let config = [SAMPLES].into_iter().collect();
                    self.push(label, &Benchmark { config, ..sample });
                }
            } else {
                self.push(label, &recording.summary());
            }
        }
        skipped
    }

    /// Whether results of this configuration are samples of one process.
    pub(crate) fn is_of_one_process(&self, config: ConfigId) -> bool {
        self.config_value(config, SAMPLES.0) == Some(SAMPLES.1)
    }
}

/// A path as it is shown.
pub(crate) fn shown(path: &Path) -> String {
    Printable(&path.to_string_lossy()).to_string()
}
