//! Finding recordings in files and folders: the part of the importers that reads a disk.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::criterion::{self, BENCHMARK_FILE, SAMPLE_FILE};
use super::dhat::{self, HEAP_FILE};
use super::error::{Defect, ImportError};
use super::iai_callgrind::{self, SUMMARY_FILE};
use super::name::encode;
use super::recording::Recording;

/// The largest file that is read, in bytes. A sample of criterion's is some kilobytes, a summary
/// tens of them, a heap profile grows with the program's call sites: 64 MiB are some 100,000.
pub const MAX_FILE: usize = 1 << 26;

/// How far below the named folder folders are entered. A benchmark's name makes a folder of each
/// of its parts, of which there are a handful.
pub const MAX_DEPTH: usize = 64;

/// How many files and folders are looked at: several times what the `target` folder of a large
/// workspace holds.
pub const MAX_ENTRIES: usize = 1 << 20;

/// How much of a file's start is looked at to tell what it is.
const HEAD: u64 = 1 << 12;

/// How many baselines an error names that were not asked for.
const MAX_OTHERS: usize = 8;

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

/// Whether a path names something for [`read`], and not text in the benchmark format: a folder,
/// or a file that is a summary of iai-callgrind or gungraun or a heap profile of dhat by its name
/// or its first lines. A path that cannot be read, or is a pipe, is not.
pub fn accepts(path: &Path) -> bool {
    let Ok(metadata) = fs::metadata(path) else {
        return false;
    };
    if metadata.is_dir() {
        return true;
    }
    let mut head = Vec::new();
    metadata.is_file()
        && (FileKind::by_name(path).is_some()
            || File::open(path)
                .and_then(|file| file.take(HEAD).read_to_end(&mut head))
                .is_ok_and(|_| FileKind::by_content(&head).is_some()))
}

/// The recordings below a folder, in the order of their paths, or the one in a file.
///
/// A folder may hold the results of any tools. What is left from benchmarks that no longer exist
/// is read as well, because nothing tells it apart. A heap profile in a folder below the named
/// one is named after that folder, `Invoice/items=10` for `dhat/Invoice/items=10/dhat-heap.json`.
///
/// # Errors
///
/// If the path cannot be read or holds nothing that is looked for. What is wrong with a single
/// file is an item of the iterator, in the file's place.
pub fn read(path: &Path, options: Options<'_>) -> Result<Recordings, ImportError> {
    let root = path.to_owned();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return Err(ImportError::Io { path: root, error }),
    };
    let found = if metadata.is_dir() {
        Search::new(path, options.baseline).run()?
    } else {
        vec![(root.clone(), Ok(Kind::File(FileKind::by_name(path))))]
    };
    Ok(Recordings {
        root,
        found: found.into_iter(),
    })
}

/// The recordings of a path; see [`read`]. One file is in memory at a time.
#[derive(Debug)]
pub struct Recordings {
    root: PathBuf,
    found: std::vec::IntoIter<(PathBuf, Found)>,
}

type Found = Result<Kind, ImportError>;

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The folder of a run of criterion's.
    CriterionRun,
    /// A file, whose content decides if its name does not.
    File(Option<FileKind>),
}

#[derive(Clone, Copy, Debug)]
enum FileKind {
    Summary,
    Heap,
}

impl FileKind {
    fn by_name(path: &Path) -> Option<Self> {
        match path.file_name()?.to_str()? {
            SUMMARY_FILE => Some(Self::Summary),
            HEAP_FILE => Some(Self::Heap),
            _ => None,
        }
    }

    fn by_content(head: &[u8]) -> Option<Self> {
        let has = |key| memmem::find(head, key).is_some();
        if !head.trim_ascii_start().starts_with(b"{") {
            None
        } else if has(dhat::KEY) {
            Some(Self::Heap)
        } else if has(iai_callgrind::KEY) {
            Some(Self::Summary)
        } else {
            None
        }
    }
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
    fn read_file(&self, path: &Path, kind: Option<FileKind>) -> Result<Recording, ImportError> {
        let text = read_bounded(path)?;
        let kind = kind.or_else(|| FileKind::by_content(&text[..text.len().min(HEAD as usize)]));
        match kind {
            None => Err(ImportError::Unknown { path: path.into() }),
            Some(FileKind::Summary) => at(path, iai_callgrind::parse(&text)),
            Some(FileKind::Heap) => {
                let mut recording = at(path, dhat::parse(&text))?;
                if let Some(name) = at(path, self.name_of_folder(path))? {
                    recording.name = name;
                }
                Ok(recording)
            }
        }
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
    let (benchmark, sample) = (folder.join(BENCHMARK_FILE), folder.join(SAMPLE_FILE));
    let name = at(
        &benchmark,
        criterion::parse_name(&read_bounded(&benchmark)?),
    )?;
    let samples = at(&sample, criterion::parse_samples(&read_bounded(&sample)?))?;
    Ok(criterion::recording(name, samples))
}

fn at<T>(path: &Path, parsed: Result<T, Defect>) -> Result<T, ImportError> {
    parsed.map_err(|defect| ImportError::Content {
        path: path.into(),
        defect,
    })
}

/// The content of a regular file of at most [`MAX_FILE`] bytes.
fn read_bounded(path: &Path) -> Result<Vec<u8>, ImportError> {
    let io = |error| ImportError::Io {
        path: path.into(),
        error,
    };
    // Before it is opened: to open a pipe without a writer never returns.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(ImportError::NotAFile { path: path.into() });
    }
    let mut text = Vec::new();
    let file = File::open(path).map_err(io)?;
    file.take(MAX_FILE as u64 + 1)
        .read_to_end(&mut text)
        .map_err(io)?;
    if text.len() > MAX_FILE {
        return Err(ImportError::TooLarge { path: path.into() });
    }
    Ok(text)
}

/// A walk through a folder.
struct Search<'a> {
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
    fn new(root: &'a Path, baseline: &'a str) -> Self {
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
    fn run(mut self) -> Result<Vec<(PathBuf, Found)>, ImportError> {
        while let Some((folder, depth)) = self.folders.pop() {
            if let Err(error) = self.enter(&folder, depth)? {
                if folder == self.root {
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
                Ok(kind) if kind.is_symlink() && leads_to_folder(&path) => {
                    self.report(path, |path| ImportError::Link { path });
                }
                _ if is_named(&path, SAMPLE_FILE) || is_named(&path, BENCHMARK_FILE) => {
                    has_run = true;
                }
                _ => {
                    if let Some(kind) = FileKind::by_name(&path) {
                        self.found.push((path, Ok(Kind::File(Some(kind)))));
                    }
                }
            }
        }
        if has_run {
            self.found_run(folder);
        }
        Ok(Ok(()))
    }

    /// A folder with a run of criterion's, which its name says whether it was asked for.
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

fn leads_to_folder(link: &Path) -> bool {
    fs::metadata(link).is_ok_and(|metadata: Metadata| metadata.is_dir())
}
