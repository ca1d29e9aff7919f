//! A place in the code that allocates.

use std::fmt;

use crate::frame::{Frame, Whose};

/// A line of the workspace's own code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Its file, from the workspace's root.
    pub file: String,
    /// The line, counted from 1; 0 if it is not known.
    pub line: u32,
}

/// `file:line`, as editors take it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A line of a package's code, or of the standard library's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Library {
    /// Its function, without path and generics.
    pub function: String,
    /// Its file, from a package's folder (`serde_json-1.0.150/src/de.rs`) or the standard library's (`alloc/src/string.rs`);
    /// the program's or the shared library's name, where the debug information has no file.
    pub file: String,
    /// The line, counted from 1; 0 if it is not known.
    pub line: u32,
}

/// `function file:line`.
impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}:{}", self.function, self.file, self.line)
    }
}

/// A place in the code that allocates: all allocations of one site came the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The line of the workspace's own code that made them, and those that it was called from, outwards. Empty where none is
    /// on the stack.
    pub own: Vec<Place>,
    /// What that line called of a library's; nothing where it asks the allocator itself.
    pub library: Option<Library>,
}

/// The code of the cases: a part of the site only where the case is about nothing else.
const CASES: &str = "crates/cases/";

impl Site {
    /// The site of a stack, and the function of each of its own lines.
    pub(crate) fn of(stack: &[Frame]) -> (Self, Vec<String>) {
        let is_own = |frame: &&Frame| frame.whose() == Whose::Own;
        let mut own: Vec<&Frame> = stack.iter().filter(is_own).collect();
        if let Some(first) = own.first()
            && !first.file.starts_with(CASES)
        {
            own.retain(|frame| !frame.file.starts_with(CASES));
        }
        // Code that the compiler put together from several lines has none; the step around it has.
        if own.iter().any(|frame| frame.line > 0) {
            own.retain(|frame| frame.line > 0);
        }
        // Functions that were inlined into each other on one line, as a derived implementation's, are one step.
        own.dedup_by(|outer, inner| (&outer.file, outer.line) == (&inner.file, inner.line));
        let library = match stack.iter().position(|frame| frame.whose() == Whose::Own) {
            Some(first) => first.checked_sub(1).and_then(|inner| stack.get(inner)),
            None => stack
                .iter()
                .rfind(|frame| !frame.file.is_empty())
                .or(stack.last()),
        };
        let site = Self {
            own: own
                .iter()
                .map(|frame| Place {
                    file: frame.file.clone(),
                    line: frame.line,
                })
                .collect(),
            library: library.map(|frame| Library {
                function: plain(&frame.function),
                file: frame.file.clone(),
                line: frame.line,
            }),
        };
        let functions = own.iter().map(|frame| plain(&frame.function)).collect();
        (site, functions)
    }
}

/// The lines, the innermost first, then the library's.
impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, place) in self.own.iter().enumerate() {
            let from = if number > 0 { ", from " } else { "" };
            write!(f, "{from}{place}")?;
        }
        match &self.library {
            Some(library) if self.own.is_empty() => write!(f, "{library}"),
            Some(library) => write!(f, ", by {library}"),
            None => Ok(()),
        }
    }
}

/// A function's own name, without path and generics: what stays the same from build to build.
fn plain(name: &str) -> String {
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
    let own = own.unwrap_or(name);
    if own.contains("closure") {
        "{closure}".to_owned()
    } else {
        // A name of a foreign language may have blanks, which divide the fields of a profile.
        own.replace(char::is_whitespace, "_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, file: &str, line: u32) -> Frame {
        Frame {
            function: function.to_owned(),
            file: file.to_owned(),
            line,
            inlined: true,
        }
    }

    #[test]
    fn a_site_is_the_way_from_the_library_out_to_the_handler() {
        let stack = [
            frame("alloc::alloc::alloc", "alloc/src/alloc.rs", 90),
            frame(
                "alloc::vec::Vec<T>::with_capacity",
                "alloc/src/vec/mod.rs",
                500,
            ),
            frame("visit_map<A>", "crates/handler/src/order.rs", 11),
            frame("deserialize", "crates/handler/src/order.rs", 11),
            frame("from_slice", "serde_json-1.0.1/src/de.rs", 7),
            frame(
                "<naive::Naive as handler::Handler>::invoice",
                "crates/naive/src/lib.rs",
                24,
            ),
            frame(
                "operation::{{closure}}",
                "crates/cases/src/handlers.rs",
                120,
            ),
        ];
        let (site, functions) = Site::of(&stack);
        assert_eq!(
            site.to_string(),
            "crates/handler/src/order.rs:11, from crates/naive/src/lib.rs:24, by with_capacity alloc/src/vec/mod.rs:500"
        );
        assert_eq!(functions, ["visit_map", "invoice"]);
        // Code of several lines is told by the line around it, if one has a number.
        let merged = frame("collect", "crates/handler/src/order.rs", 0);
        let (site, functions) = Site::of(&[merged.clone(), stack[5].clone()]);
        assert_eq!(site.to_string(), "crates/naive/src/lib.rs:24");
        assert_eq!(functions, ["invoice"]);
        assert_eq!(Site::of(&[merged]).0.own.len(), 1);
        // A case of its own code.
        let (site, functions) = Site::of(&stack[6..]);
        assert_eq!(site.to_string(), "crates/cases/src/handlers.rs:120");
        assert_eq!(functions, ["{closure}"]);
        // A library's alone: its outermost line.
        let (site, functions) = Site::of(&stack[..2]);
        assert_eq!(site.to_string(), "with_capacity alloc/src/vec/mod.rs:500");
        assert_eq!((site.own, functions), (vec![], vec![]));
    }
}
