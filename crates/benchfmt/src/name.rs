//! Benchmark names and the configuration inside them.

use std::fmt;

/// The name of a benchmark, without the word `Benchmark` before it.
///
/// A name is a base, then parts: `/key=value` or `/text`, and at the end `-N`, the number of
/// processors the benchmark ran on, which Go calls GOMAXPROCS.
///
/// ```
/// use benchfmt::Name;
///
/// let name = Name::new("Invoice/items=10/variant=pooled-8");
/// assert_eq!(name.base(), "Invoice");
/// assert_eq!(name.key("/variant"), Some("pooled"));
/// assert_eq!(name.key("/gomaxprocs"), Some("8"));
/// assert_eq!(name.parts().collect::<Vec<_>>(), ["/items=10", "/variant=pooled", "-8"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    /// A name, given without the word `Benchmark`.
    pub fn new(full: &'a str) -> Self {
        Self(full)
    }

    /// The whole name.
    pub fn full(self) -> &'a str {
        self.0
    }

    /// What comes before the first part.
    pub fn base(self) -> &'a str {
        match self.0.find('/') {
            Some(slash) => &self.0[..slash],
            None => self.split_processors().0,
        }
    }

    /// The parts after the base; base and parts together are the whole name.
    pub fn parts(self) -> Parts<'a> {
        let (rest, processors) = self.split_processors();
        let first = rest.find('/').unwrap_or(rest.len());
        Parts {
            rest: &rest[first..],
            processors: (!processors.is_empty()).then_some(processors),
        }
    }

    /// The value of the part `/key=value`, for a key given with its slash.
    ///
    /// `/gomaxprocs` is also the `-N` at the end, which wins when a name has both.
    pub fn key(self, key: &str) -> Option<&'a str> {
        if key == "/gomaxprocs"
            && let (_, processors) = self.split_processors()
            && !processors.is_empty()
        {
            return Some(&processors[1..]);
        }
        self.parts()
            .find_map(|part| part.strip_prefix(key)?.strip_prefix('='))
    }

    /// The name before and including the `-N` at its end; the latter may be empty.
    fn split_processors(self) -> (&'a str, &'a str) {
        let digits = self.0.trim_end_matches(|c: char| c.is_ascii_digit());
        match digits.strip_suffix('-') {
            Some(before) if digits.len() < self.0.len() => self.0.split_at(before.len()),
            _ => (self.0, ""),
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The parts of a name, each with its leading `/` or `-`; see [`Name::parts`].
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    rest: &'a str,
    processors: Option<&'a str>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return self.processors.take();
        }
        let end = self.rest[1..]
            .find('/')
            .map_or(self.rest.len(), |slash| slash + 1);
        let (part, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(part)
    }
}
