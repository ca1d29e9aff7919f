//! Keys: what a projection takes from a result.

use std::fmt;

use benchfmt::Name;
use hashbrown::HashSet;

use crate::collection::Collection;
use crate::intern::Interner;

/// The number of the empty text in an interner of values: what a result without a key has.
pub(crate) const EMPTY: u32 = 0;

/// What a key is taken from: everything of a result but its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) name: u32,
    pub(crate) label: u32,
    pub(crate) config: u32,
}

/// The keys that some projection of a query names, which the general keys then leave out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Specific {
    /// `.name`, which makes the base of `.fullname` a star.
    name: bool,
    /// Sub-name keys, with their slash.
    parts: Vec<String>,
    pub(crate) config: HashSet<String>,
}

impl Specific {
    pub(crate) fn add(&mut self, key: &str) {
        match key {
            ".config" | ".fullname" => {}
            ".name" => self.name = true,
            key if key.starts_with('/') => self.parts.push(key.to_owned()),
            key => {
                self.config.insert(key.to_owned());
            }
        }
    }

    /// A name without the parts that are keys of their own.
    pub(crate) fn full_name(&self, name: &str) -> String {
        let name = Name::new(name);
        let mut left = if self.name { "*" } else { name.base() }.to_owned();
        for part in name.parts() {
            let is_key = |key: &String| {
                part.strip_prefix(&**key)
                    .is_some_and(|rest| rest.starts_with('='))
                    || (key == "/gomaxprocs" && part.starts_with('-'))
            };
            if !self.parts.iter().any(is_key) {
                left.push_str(part);
            }
        }
        left
    }

    pub(crate) fn changes_names(&self) -> bool {
        self.name || !self.parts.is_empty()
    }
}

/// The value of a single key of a result; empty if it has none.
pub(crate) fn value<'c>(collection: &'c Collection, origin: Origin, key: &str) -> &'c str {
    match key {
        ".name" => Name::new(collection.names.get(origin.name)).base(),
        ".fullname" => collection.names.get(origin.name),
        ".file" => collection.words.get(origin.label),
        key if key.starts_with('/') => Name::new(collection.names.get(origin.name))
            .key(key)
            .unwrap_or(""),
        key => collection
            .config_value(crate::ConfigId(origin.config), key)
            .unwrap_or(""),
    }
}

/// The keys of one projection, with the numbers of their values.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) fields: Vec<String>,
    /// For each key: where its values end.
    pub(crate) ends: Vec<usize>,
    /// Field and value of what is not empty, in the order of the fields.
    pub(crate) values: Vec<(u32, u32)>,
    pub(crate) texts: Interner,
}

impl Keys {
    pub(crate) fn get(&self, id: u32) -> Key<'_> {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        Key {
            fields: &self.fields,
            values: &self.values[start..self.ends[id]],
            texts: &self.texts,
        }
    }
}

/// What a table, row or column has in common: values of the fields of its projection.
///
/// Displays as the values that are not empty, with spaces between them.
#[derive(Clone, Copy, Debug)]
pub struct Key<'t> {
    fields: &'t [String],
    values: &'t [(u32, u32)],
    texts: &'t Interner,
}

impl<'t> Key<'t> {
    /// The fields and their values, in the order of the projection; `.config` appears as the
    /// configuration keys that it stands for. A value may be empty.
    pub fn fields(self) -> impl ExactSizeIterator<Item = (&'t str, &'t str)> {
        let mut rest = self.values;
        self.fields.iter().enumerate().map(move |(at, field)| {
            let value = match rest.split_first() {
                Some((&(own, value), after)) if own as usize == at => {
                    rest = after;
                    self.texts.get(value)
                }
                _ => "",
            };
            (&**field, value)
        })
    }

    /// The value of a field; empty if the projection does not have it.
    pub fn get(self, field: &str) -> &'t str {
        self.fields()
            .find_map(|(own, value)| (own == field).then_some(value))
            .unwrap_or("")
    }
}

impl Key<'_> {
    pub(crate) fn push(self, text: &mut String) {
        for (at, &(_, value)) in self.values.iter().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            text.push_str(self.texts.get(value));
        }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.push(&mut text);
        f.write_str(&text)
    }
}
