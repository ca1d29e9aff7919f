//! Where in the code an allocation is made.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A function on the stack, and the line that it was at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Its name; without its path where it was inlined, since line tables have no more.
    pub function: String,
    /// The source file: from the workspace's root, from a package's folder (`serde_json-1.0.150/src/de.rs`), or from the
    /// standard library's (`alloc/src/string.rs`). Empty if it is not known.
    pub file: String,
    /// The line; 0 if it is not known.
    pub line: u32,
    /// Whether it was inlined into the next.
    pub inlined: bool,
}

/// Whose code a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The workspace's: the handlers' own, or another case's.
    Own,
    /// What runs the operation, and is no part of it.
    Harness,
    /// What records, and the way to it from the code that allocates.
    Recorder,
    /// A package's, or the standard library's.
    Library,
}

/// The part of `crates/cases` that runs operations; the rest of it is operations.
const CASE: &str = "crates/cases/src/case.rs";

/// How the names of what stands between an allocation and its allocator begin.
const SHIMS: [&str; 4] = ["__rust", "__rg_", "__rdl_", "backtrace::"];

impl Frame {
    /// Whose code it is, by its file.
    pub fn whose(&self) -> Whose {
        let recorder =
            self.file.starts_with("crates/allocations/src/") || self.file.starts_with("backtrace-");
        if recorder || SHIMS.iter().any(|shim| self.function.starts_with(shim)) {
            Whose::Recorder
        } else if self.file == CASE || self.file.starts_with("benches/") {
            Whose::Harness
        } else if self.file.starts_with("crates/") {
            Whose::Own
        } else {
            Whose::Library
        }
    }
}

/// `file:line`, as editors take it; the function where the file is not known.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.is_empty() {
            f.write_str(&self.function)
        } else {
            write!(f, "{}:{}", self.file, self.line)
        }
    }
}

/// A file's path without the folders that are this machine's own.
#[cfg(feature = "record")]
pub(crate) fn shortened<'a>(path: &'a str, root: &str) -> &'a str {
    let below = |path: &'a str, folder: &str, levels: usize| {
        let (_, mut rest) = path.split_once(folder)?;
        for _ in 0..levels {
            rest = rest.split_once('/')?.1;
        }
        Some(rest)
    };
    if let Some(own) = path.strip_prefix(root) {
        return own.trim_start_matches('/');
    }
    below(path, "/registry/src/", 1)
        .or_else(|| below(path, "/git/checkouts/", 2))
        .or_else(|| below(path, "/rustc/", 2))
        .or_else(|| below(path, "/rust/deps/", 0))
        .or_else(|| below(path, "/lib/rustlib/src/rust/library/", 0))
        .unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path))
}
