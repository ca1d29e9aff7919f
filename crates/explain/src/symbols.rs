//! Which source an address is of, from the debug information of its file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use addr2line::Loader;
use thiserror::Error;

/// A file whose debug information could not be read.
#[derive(Debug, Error)]
#[error("{}: {message}", path.display())]
pub struct SymbolsError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub message: String,
}

/// A function of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function {
    /// Its own name, without path, generics, hash and the numbers of closures: what stays the same from build to build.
    pub name: Arc<str>,
    /// Its source file: from the root of the repository for what is [`own`](Self::own), from the package's folder else.
    pub file: Arc<str>,
    /// Whether it is the repository's own.
    pub own: bool,
}

/// A function and the line in it that is executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which.
    pub function: Function,
    /// The line, counted from 1; 0 if it is not known.
    pub line: u32,
}

/// The folders whose files are the repository's own.
#[derive(Clone, Debug)]
pub struct Roots(pub Vec<PathBuf>);

impl Roots {
    fn place(&self, path: &str) -> (Arc<str>, bool) {
        for root in &self.0 {
            if let Ok(below) = Path::new(path).strip_prefix(root) {
                return (below.to_string_lossy().into(), true);
            }
        }
        // What is in front of a package differs from machine to machine.
        let behind = |mark: &str| {
            path.split_once(mark)
                .and_then(|(_, rest)| rest.split_once('/'))
        };
        let short = behind("/registry/src/")
            .or_else(|| behind("/git/checkouts/"))
            .or_else(|| {
                path.strip_prefix("/rustc/")
                    .and_then(|rest| rest.split_once('/'))
            });
        (short.map_or(path, |(_, rest)| rest).into(), false)
    }
}

/// The debug information of the files that take part in a run.
pub struct Symbols {
    loaders: HashMap<String, Loader>,
    roots: Roots,
}

impl Symbols {
    /// The debug information of an executable. About other files nothing is known but the names that callgrind gives.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has none.
    pub fn open(executable: &Path, roots: Roots) -> Result<Self, SymbolsError> {
        let loader = Loader::new(executable).map_err(|error| SymbolsError {
            path: executable.to_owned(),
            message: error.to_string(),
        })?;
        let name = executable.to_string_lossy().into_owned();
        Ok(Self {
            loaders: HashMap::from([(name, loader)]),
            roots,
        })
    }

    /// The functions that an address of an object lies in, the one that was called first, the innermost of those inlined
    /// into it last. Where nothing is known: one of this name.
    pub fn frames(&self, object: &str, address: u64, name: &str) -> Vec<Frame> {
        let mut frames = Vec::new();
        if let Some(loader) = self.loaders.get(object)
            && let Ok(mut found) = loader.find_frames(address)
        {
            while let Ok(Some(frame)) = found.next() {
                let Some(name) = frame
                    .function
                    .as_ref()
                    .and_then(|name| name.raw_name().ok())
                else {
                    continue;
                };
                let location = frame.location.as_ref();
                let path = location.and_then(|location| location.file).unwrap_or("");
                let (file, own) = self.roots.place(path);
                frames.push(Frame {
                    function: Function {
                        name: plain(&name),
                        file,
                        own,
                    },
                    line: location.and_then(|location| location.line).unwrap_or(0),
                });
            }
        }
        // The debug information has the innermost first.
        frames.reverse();
        if frames.is_empty() {
            let object = object.rsplit('/').next().unwrap_or(object);
            frames.push(Frame {
                function: Function {
                    name: plain(name),
                    file: object.into(),
                    own: false,
                },
                line: 0,
            });
        }
        frames
    }
}

/// A function's own name, from a mangled or demangled one.
fn plain(name: &str) -> Arc<str> {
    let name = format!("{:#}", rustc_demangle::demangle(name));
    let mut plain = String::new();
    let mut depth = 0_usize;
    let mut previous = ' ';
    for letter in name.chars() {
        match letter {
            '<' => depth += 1,
            // The arrow of a function's type closes nothing.
            '>' if previous == '-' => {}
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
        previous = letter;
    }
    let own = plain.rsplit("::").find(|part| !part.is_empty());
    let own = own.unwrap_or(&name);
    if own.contains("closure") {
        "{closure}".into()
    } else {
        own.into()
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_stay_the_same_from_build_to_build() {
        for (name, expected) in [
            (
                "from_trait<serde_json::read::SliceRead, fn() -> u8>",
                "from_trait",
            ),
            (
                "<naive::Naive as handler::contract::Handler>::invoice",
                "invoice",
            ),
            (
                "core::ops::FnOnce::call_once{{vtable.shim}}",
                "call_once{{vtable.shim}}",
            ),
            ("cases::handlers::operation::{{closure}}", "{closure}"),
            ("{closure#3}<u8>", "{closure}"),
            ("_ZN4core3fmt5write17h56c77967a6fd6be0E", "write"),
            ("__memcpy_avx_unaligned", "__memcpy_avx_unaligned"),
        ] {
            assert_eq!(&*plain(name), expected, "{name}");
        }
    }
}
