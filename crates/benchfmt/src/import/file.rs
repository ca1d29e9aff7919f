//! Single files: what they are, and their content.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use memchr::memmem;

use super::dhat::{self, HEAP_FILE};
use super::error::ImportError;
use super::iai_callgrind::{self, SUMMARY_FILE};

/// The largest file that is read, in bytes, except for heap profiles. A sample of criterion's is
/// some kilobytes and a summary tens of them; 8 MiB are 200,000 samples.
pub const MAX_FILE: usize = 8 << 20;

/// The largest heap profile that is read, in bytes. It grows with the program's call sites: 64 MiB
/// are some 100,000.
pub const MAX_HEAP_FILE: usize = 64 << 20;

/// How much of a file's start is looked at to tell what it is: in what the tools write, the keys
/// that tell come within the first hundreds of bytes.
const HEAD: usize = 4 << 10;

/// A file that is a recording by itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum FileKind {
    Summary,
    Heap,
}

impl FileKind {
    /// What a file in a folder is.
    pub(super) fn by_name(path: &Path) -> Option<Self> {
        match path.file_name()?.to_str()? {
            SUMMARY_FILE => Some(Self::Summary),
            HEAP_FILE => Some(Self::Heap),
            _ => None,
        }
    }

    /// What a file is that was named, by its name or its start.
    pub(super) fn of(path: &Path) -> Result<Self, ImportError> {
        if let Some(kind) = Self::by_name(path) {
            return Ok(kind);
        }
        let head = read_start(path, HEAD)?;
        let has = |key| memmem::find(&head, key).is_some();
        if head.trim_ascii_start().starts_with(b"{") {
            if has(dhat::KEY) {
                return Ok(Self::Heap);
            }
            if has(iai_callgrind::KEY) {
                return Ok(Self::Summary);
            }
        }
        Err(ImportError::Unknown { path: path.into() })
    }

    /// The most bytes that are read of it.
    pub(super) fn limit(self) -> usize {
        match self {
            Self::Summary => MAX_FILE,
            Self::Heap => MAX_HEAP_FILE,
        }
    }
}

/// Whether a path names something for [`read`](super::read), and not text in the benchmark format: a
/// folder, or a file that is a summary of iai-callgrind or gungraun or a heap profile of dhat by
/// its name or its first lines. A path that cannot be read, or is a pipe, is not.
pub fn accepts(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| {
        metadata.is_dir() || (metadata.is_file() && FileKind::of(path).is_ok())
    })
}

/// The content of a regular file that is not larger than `limit` bytes.
pub(super) fn read_bounded(path: &Path, limit: usize) -> Result<Vec<u8>, ImportError> {
    let text = read_start(path, limit + 1)?;
    if text.len() > limit {
        return Err(ImportError::TooLarge {
            path: path.into(),
            limit,
        });
    }
    Ok(text)
}

/// The first `length` bytes of a regular file, or all of it.
fn read_start(path: &Path, length: usize) -> Result<Vec<u8>, ImportError> {
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
    file.take(length as u64)
        .read_to_end(&mut text)
        .map_err(io)?;
    Ok(text)
}
