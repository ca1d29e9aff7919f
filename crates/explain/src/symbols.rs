//! Which source an address is of, from the debug information of its file.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use addr2line::Loader;
use thiserror::Error;

use crate::items::{Item, around, items};

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
    /// Its own name, behind that of the type that has it, without path, generics and hash: what stays the same from build to
    /// build. A closure is the function that it stands in.
    pub name: Arc<str>,
    /// Its source file: from the root of the repository for what is [`own`](Self::own), from the package's folder else.
    pub file: Arc<str>,
    /// Whether it is the repository's own.
    pub own: bool,
}

impl Function {
    /// A library's function with the name of its package.
    pub(crate) fn of_library(&self) -> Arc<str> {
        let mut folders = self.file.split('/').filter(|folder| *folder != "library");
        let package = match (folders.next(), folders.next()) {
            (Some(package), Some(_)) => match package.rsplit_once('-') {
                Some((name, version))
                    if version.starts_with(|first: char| first.is_ascii_digit()) =>
                {
                    name
                }
                _ => package,
            },
            // An object's own name says no more than the function's.
            _ => return self.name.clone(),
        };
        format!("{package}::{}", self.name).into()
    }
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
            .map(|(_, rest)| rest)
            // The standard library's own path differs where its source is installed.
            .or_else(|| path.find("/library/").map(|at| &path[at + 1..]));
        (short.unwrap_or(path).into(), false)
    }
}

/// Gives the text of one of the repository's own files, by its path from the root.
pub type Source<'s> = dyn Fn(&str) -> Option<String> + 's;

/// The debug information of an executable, and the source that it was built from.
pub struct Symbols<'s> {
    object: String,
    loader: Loader,
    roots: Roots,
    source: &'s Source<'s>,
    items: RefCell<HashMap<Arc<str>, Rc<[Item]>>>,
    /// What was found before: cases share most of their code.
    found: RefCell<HashMap<u64, Rc<[Frame]>>>,
}

impl<'s> Symbols<'s> {
    /// The debug information of an executable. About other files nothing is known but the names that callgrind gives.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has none.
    pub fn open(
        executable: &Path,
        roots: Roots,
        source: &'s Source<'s>,
    ) -> Result<Self, SymbolsError> {
        let loader = Loader::new(executable).map_err(|error| SymbolsError {
            path: executable.to_owned(),
            message: error.to_string(),
        })?;
        Ok(Self {
            object: executable.to_string_lossy().into_owned(),
            loader,
            roots,
            source,
            items: RefCell::default(),
            found: RefCell::default(),
        })
    }

    /// The functions that an address of an object lies in, the one that was called first, the innermost of those inlined
    /// into it last. Where nothing is known: one of this name.
    pub fn frames(&self, object: &str, address: u64, name: &str) -> Rc<[Frame]> {
        if object == self.object {
            if let Some(found) = self.found.borrow().get(&address) {
                return found.clone();
            }
            let frames: Rc<[Frame]> = self.find(address).into();
            if !frames.is_empty() {
                self.found.borrow_mut().insert(address, frames.clone());
                return frames;
            }
        }
        let object = object.rsplit('/').next().unwrap_or(object);
        Rc::new([Frame {
            function: Function {
                name: plain(name),
                file: object.into(),
                own: false,
            },
            line: 0,
        }])
    }

    fn find(&self, address: u64) -> Vec<Frame> {
        let mut frames = Vec::new();
        let Ok(mut found) = self.loader.find_frames(address) else {
            return frames;
        };
        while let Ok(Some(frame)) = found.next() {
            let name = frame.function.as_ref();
            let Some(name) = name.and_then(|name| name.raw_name().ok()) else {
                continue;
            };
            let location = frame.location.as_ref();
            let path = location.and_then(|location| location.file).unwrap_or("");
            let line = location.and_then(|location| location.line).unwrap_or(0);
            let (file, own) = self.roots.place(path);
            let mut name = plain(&name);
            if own && let Some(whole) = self.whole(&file, line, &name) {
                name = whole;
            }
            let function = Function { name, file, own };
            frames.push(Frame { function, line });
        }
        // The debug information has the innermost first.
        frames.reverse();
        frames
    }

    /// The name of a function with that of the type that has it, by the source: that of the function around a closure.
    fn whole(&self, file: &Arc<str>, line: u32, name: &str) -> Option<Arc<str>> {
        let mut known = self.items.borrow_mut();
        let found = known
            .entry(file.clone())
            .or_insert_with(|| items(&(self.source)(file).unwrap_or_default()).into());
        let item = around(found, line)?;
        if item.is_type {
            return Some(format!("{}::{name}", item.name).into());
        }
        let is_of_file = |item: &Item| item.name.rsplit("::").next() == Some(name);
        // A name that the file does not have is a library's, inlined here, with the line of its caller.
        let is_around = is_of_file(item) || !found.iter().any(is_of_file);
        is_around.then(|| item.name.as_str().into())
    }
}

/// What a closure is called whose function is not known.
const CLOSURE: &str = "{closure}";

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
        CLOSURE.into()
    } else {
        // A name is a word, in a file of profiles.
        own.replace(' ', "_").into()
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
