//! Finding recordings in folders.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::criterion::{BENCHMARK_FILE, SAMPLE_FILE};
use super::error::ImportError;
use super::file::FileKind;

/// How far below the named folder folders are entered. A benchmark's name makes a folder of each
/// of its parts, of which there are a handful.
pub const MAX_DEPTH: usize = 64;

/// How many files and folders are looked at: several times what the `target` folder of a large
/// workspace holds.
pub const MAX_ENTRIES: usize = 1 << 20;

/// How many baselines an error names that were not asked for.
const MAX_OTHERS: usize = 8;

/// What lies in a tree at some path.
pub(super) type Found = Result<Kind, ImportError>;

/// A kind of recording.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The folder of a run of criterion's.
    CriterionRun,
    /// A file.
    File(FileKind),
}

/// A walk through a folder.
pub(super) struct Search<'a> {
    root: &'a Path,
    baseline: &'a str,
    /// Folders that are yet to be entered, with their depth.
    folders: Vec<(PathBuf, usize)>,
    entries: usize,
    found: Vec<(PathBuf, Found)>,
    /// Baselines of criterion's that were not asked for.
    others: BTreeSet<String>,
}

impl<'a> Search<'a> {
    pub(super) fn new(root: &'a Path, baseline: &'a str) -> Self {
        Self {
            root,
            baseline,
            folders: vec![(root.to_owned(), 0)],
            entries: 0,
            found: Vec::new(),
            others: BTreeSet::new(),
        }
    }

    /// What was found, sorted by path.
    pub(super) fn run(mut self) -> Result<Vec<(PathBuf, Found)>, ImportError> {
        while let Some((folder, depth)) = self.folders.pop() {
            if let Err(error) = self.enter(&folder, depth)? {
                if depth == 0 {
                    return Err(ImportError::Io {
                        path: folder,
                        error,
                    });
                }
                self.report(folder, |path| ImportError::Io { path, error });
            }
        }
        if self.found.is_empty() {
            return Err(ImportError::Nothing {
                path: self.root.to_owned(),
                baseline: self.baseline.to_owned(),
                others: self.others,
            });
        }
        self.found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(self.found)
    }

    /// Looks at the entries of a folder. The inner error is the folder's, the outer one ends the
    /// walk.
    fn enter(&mut self, folder: &Path, depth: usize) -> Result<io::Result<()>, ImportError> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error)),
        };
        let mut has_run = false;
        for entry in entries {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(ImportError::TooManyEntries {
                    path: self.root.to_owned(),
                });
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Ok(Err(error)),
            };
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth == MAX_DEPTH => {
                    self.report(path, |path| ImportError::TooDeep { path });
                }
                Ok(kind) if kind.is_dir() => self.folders.push((path, depth + 1)),
                Ok(kind) if kind.is_symlink() && path.is_dir() => {
                    self.report(path, |path| ImportError::Link { path });
                }
                _ if is_named(&path, SAMPLE_FILE) || is_named(&path, BENCHMARK_FILE) => {
                    has_run = true;
                }
                _ => {
                    if let Some(kind) = FileKind::by_name(&path) {
                        self.found.push((path, Ok(Kind::File(kind))));
                    }
                }
            }
        }
        if has_run {
            self.found_run(folder);
        }
        Ok(Ok(()))
    }

    /// A run of criterion's, whose folder's name says whether it was asked for.
    fn found_run(&mut self, folder: &Path) {
        let name = folder.file_name().map(OsStr::to_string_lossy);
        let Some(name) = name else { return };
        if name == self.baseline {
            self.found.push((folder.to_owned(), Ok(Kind::CriterionRun)));
        } else if self.others.len() < MAX_OTHERS {
            self.others.insert(name.into_owned());
        }
    }

    fn report(&mut self, path: PathBuf, error: impl FnOnce(PathBuf) -> ImportError) {
        self.found.push((path.clone(), Err(error(path))));
    }
}

fn is_named(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|file| file == name)
}
