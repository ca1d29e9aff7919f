//! Reading what was found.

use std::fs;
use std::path::{Path, PathBuf};

use super::criterion::{self, BENCHMARK_FILE, SAMPLE_FILE};
use super::dhat;
use super::error::{Defect, ImportError};
use super::file::{FileKind, MAX_FILE, read_bounded};
use super::iai_callgrind;
use super::name::encode;
use super::recording::Recording;
use super::tree::{Found, Kind, Search};

/// What to read where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// The folder of criterion's to read below each benchmark's: `new`, the last run, or the name
    /// that `--save-baseline` was given, which is `base` without it.
    pub baseline: &'a str,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            baseline: criterion::NEW,
        }
    }
}

/// The recordings below a folder, in the order of their paths, or the one in a file.
///
/// A folder may hold the results of any tools. What is left from benchmarks that no longer exist
/// is read as well, because nothing tells it apart. A heap profile in a folder below the named
/// one is named after that folder, `Invoice/items=10` for `dhat/Invoice/items=10/dhat-heap.json`.
///
/// # Errors
///
/// If the path cannot be read, the folder holds nothing that is looked for, or the file is of no
/// known kind. What is wrong inside a file is an item of the iterator, in the file's place.
pub fn read(path: &Path, options: Options<'_>) -> Result<Recordings, ImportError> {
    let is_folder = match fs::metadata(path) {
        Ok(metadata) => metadata.is_dir(),
        Err(error) => {
            let path = path.into();
            return Err(ImportError::Io { path, error });
        }
    };
    let found = if is_folder {
        Search::new(path, options.baseline).run()?
    } else {
        vec![(path.to_owned(), Ok(Kind::File(FileKind::of(path)?)))]
    };
    Ok(Recordings {
        root: path.to_owned(),
        found: found.into_iter(),
    })
}

/// The recordings of a path; see [`read`]. One file is in memory at a time.
#[derive(Debug)]
pub struct Recordings {
    root: PathBuf,
    found: std::vec::IntoIter<(PathBuf, Found)>,
}

impl Iterator for Recordings {
    type Item = Result<Recording, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (path, kind) = self.found.next()?;
        Some(kind.and_then(|kind| match kind {
            Kind::CriterionRun => read_criterion_run(&path),
            Kind::File(kind) => self.read_file(&path, kind),
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.found.size_hint()
    }
}

impl Recordings {
    fn read_file(&self, path: &Path, kind: FileKind) -> Result<Recording, ImportError> {
        let text = read_bounded(path, kind.limit())?;
        let recording = match kind {
            FileKind::Summary => iai_callgrind::parse(&text),
            FileKind::Heap => dhat::parse(&text).and_then(|mut recording| {
                if let Some(name) = self.name_of_folder(path)? {
                    recording.name = name;
                }
                Ok(recording)
            }),
        };
        at(path, recording)
    }

    /// The name that the folder of a file gives it, if it is not the named folder itself.
    fn name_of_folder(&self, file: &Path) -> Result<Option<String>, Defect> {
        let folder = file
            .parent()
            .and_then(|folder| folder.strip_prefix(&self.root).ok())
            .filter(|folder| !folder.as_os_str().is_empty());
        let Some(folder) = folder else {
            return Ok(None);
        };
        let parts: Vec<&[u8]> = folder
            .components()
            .map(|part| part.as_os_str().as_encoded_bytes())
            .collect();
        encode(&parts.join(&b'/')).map(Some)
    }
}

fn read_criterion_run(folder: &Path) -> Result<Recording, ImportError> {
    let path = folder.join(BENCHMARK_FILE);
    let name = at(
        &path,
        criterion::parse_name(&read_bounded(&path, MAX_FILE)?),
    )?;
    let path = folder.join(SAMPLE_FILE);
    let samples = at(
        &path,
        criterion::parse_samples(&read_bounded(&path, MAX_FILE)?),
    )?;
    Ok(criterion::recording(name, samples))
}

fn at<T>(path: &Path, parsed: Result<T, Defect>) -> Result<T, ImportError> {
    parsed.map_err(|defect| ImportError::Content {
        path: path.into(),
        defect,
    })
}
