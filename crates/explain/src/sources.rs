//! The source of both sides: which lines are the same, and what was edited.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::items::{Item, around, items};
use crate::matching::matched;
use crate::symbols::Function;

/// A line of the head, or one of the base that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Whether the head has it no more.
    pub gone: bool,
    /// The line, counted from 1: in the head's source, or in the base's where it is gone.
    pub line: u32,
}

impl Place {
    pub(crate) fn here(line: u32) -> Self {
        Self { gone: false, line }
    }
}

/// The source files that differ between the sides, with their lines matched by their text.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: HashMap<Arc<str>, Source>,
    /// Where a file of the base is in the head.
    moved: HashMap<Arc<str>, Arc<str>>,
    complete: bool,
}

#[derive(Clone, Debug)]
struct Source {
    /// The head's line of each of the base's that it still has, changed or not.
    heads: HashMap<u32, u32>,
    stood: HashSet<u32>,
    base: Vec<String>,
    head: Vec<String>,
    base_items: Vec<Item>,
    head_items: Vec<Item>,
    /// Each edited line, and the head's item that it belongs to.
    edits: Vec<(Option<usize>, Place)>,
}

impl Sources {
    /// Says that what was not [added](Self::add) is the same on both sides, with the libraries and the compiler: then
    /// whatever changed is the doing of an edited line.
    pub fn complete(&mut self) {
        self.complete = true;
    }

    /// Adds a file that differs, as it was and as it is; empty where it is not there.
    pub fn add(&mut self, file: &str, base: &str, head: &str) {
        self.files.insert(file.into(), Source::of(base, head));
    }

    /// Says that a file of the base has another name in the head, under which it is [added](Self::add).
    pub fn moved(&mut self, base: &str, head: &str) {
        self.moved.insert(base.into(), head.into());
    }

    /// The head's name of a file of the base.
    pub(crate) fn now(&self, file: &Arc<str>) -> Arc<str> {
        self.moved.get(file).unwrap_or(file).clone()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The line that a line of the base has become. A file that is not known is taken to be the same.
    pub(crate) fn head(&self, file: &str, line: u32) -> Option<u32> {
        match self.files.get(file) {
            Some(source) => source.heads.get(&line).copied(),
            None => Some(line),
        }
    }

    /// Whether a line of the head stood in the base. All of a file that is not known did.
    pub(crate) fn stood(&self, file: &str, line: u32) -> bool {
        let source = self.files.get(file);
        source.is_none_or(|source| source.stood.contains(&line))
    }

    /// What stands, or stood, at a place.
    pub fn text(&self, file: &str, place: Place) -> Option<&str> {
        let source = self.files.get(file)?;
        let lines = if place.gone {
            &source.base
        } else {
            &source.head
        };
        let index = (place.line as usize).checked_sub(1)?;
        lines.get(index).map(String::as_str)
    }

    /// The edits of the function or type around a line of the head, or of the base.
    pub(crate) fn edits(&self, file: &str, line: u32, in_base: bool) -> BTreeSet<Place> {
        let Some(source) = self.files.get(file) else {
            return BTreeSet::new();
        };
        source.edits_around(line, in_base)
    }

    /// The only function or type that was edited, and the first edit in it; nothing where there are more.
    pub(crate) fn only_edit(&self) -> Option<(Function, Place)> {
        let mut edited = self.files.iter().flat_map(|(file, source)| {
            let edits = source.edits.iter();
            edits.map(move |(item, place)| (file, source, *item, *place))
        });
        let (file, source, item, place) = edited.next()?;
        let item = item?;
        let same = |(other, _, index, _): (&Arc<str>, &Source, Option<usize>, Place)| {
            other == file && index == Some(item)
        };
        let function = Function {
            name: source.head_items[item].name.as_str().into(),
            file: file.clone(),
            own: true,
        };
        edited.all(same).then_some((function, place))
    }

    /// Whether something was edited that belongs to no function or type, such as a constant.
    pub(crate) fn has_loose_edits(&self) -> bool {
        let mut edits = self.files.values().flat_map(|source| &source.edits);
        edits.any(|(item, _)| item.is_none())
    }
}

impl Source {
    fn of(base: &str, head: &str) -> Self {
        let (base_items, head_items) = (items(base), items(head));
        let trimmed = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.trim().to_owned()).collect()
        };
        let (base, head) = (trimmed(base), trimmed(head));
        let (old, new): (Vec<&str>, Vec<&str>) = (
            base.iter().map(String::as_str).collect(),
            head.iter().map(String::as_str).collect(),
        );
        let mut heads = matched(&old, &new);
        follow_moved(&mut heads, (&old, &base_items), (&new, &head_items));
        let stood = heads.values().copied().collect();
        let mut source = Self {
            heads,
            stood,
            base,
            head,
            base_items,
            head_items,
            edits: Vec::new(),
        };
        source.edits = source.find_edits();
        source
    }

    fn find_edits(&self) -> Vec<(Option<usize>, Place)> {
        let mut bases: HashMap<u32, &str> = HashMap::new();
        for (old, new) in &self.heads {
            bases.insert(*new, &self.base[*old as usize - 1]);
        }
        let mut edits = Vec::new();
        for (line, text) in (1..).zip(&self.head) {
            let base = bases.get(&line).copied().unwrap_or_default();
            if base != text && (says_something(text) || says_something(base)) {
                edits.push((index_around(&self.head_items, line), Place::here(line)));
            }
        }
        for (line, text) in (1..).zip(&self.base) {
            if !self.heads.contains_key(&line) && says_something(text) {
                edits.push((self.item_of_base(line), Place { gone: true, line }));
            }
        }
        edits
    }

    /// The head's item that a line of the base belongs to: the one of the same name, or that the item's other lines are in.
    fn item_of_base(&self, line: u32) -> Option<usize> {
        let old = around(&self.base_items, line)?;
        let now = (old.first..=old.last).filter_map(|line| self.heads.get(&line));
        let around: Vec<usize> = now
            .filter_map(|line| index_around(&self.head_items, *line))
            .collect();
        let named = |&&item: &&usize| self.head_items[item].name == old.name;
        around.iter().find(named).or(around.first()).copied()
    }

    fn edits_around(&self, line: u32, in_base: bool) -> BTreeSet<Place> {
        let item = if in_base {
            self.item_of_base(line)
        } else {
            index_around(&self.head_items, line)
        };
        let this = Place {
            gone: in_base && !self.heads.contains_key(&line),
            line: match self.heads.get(&line) {
                Some(head) if in_base => *head,
                _ => line,
            },
        };
        let edits = self.edits.iter();
        edits
            .filter(|(edited, place)| (item.is_some() && *edited == item) || *place == this)
            .map(|(_, place)| *place)
            .collect()
    }
}

/// Matches the lines of an item that stands elsewhere now, by its name.
fn follow_moved(
    heads: &mut HashMap<u32, u32>,
    (base, base_items): (&[&str], &[Item]),
    (head, head_items): (&[&str], &[Item]),
) {
    for old in base_items {
        let only = |items: &[Item]| items.iter().filter(|item| item.name == old.name).count() == 1;
        let Some(new) = head_items.iter().find(|item| item.name == old.name) else {
            continue;
        };
        let stays =
            (old.first..=old.last).any(|line| heads.get(&line).is_some_and(|now| new.has(*now)));
        if stays || !only(base_items) || !only(head_items) {
            continue;
        }
        heads.retain(|was, now| !old.has(*was) && !new.has(*now));
        let lines = |item: &Item| item.first as usize - 1..item.last as usize;
        let moved = matched(&base[lines(old)], &head[lines(new)]);
        heads.extend(
            moved
                .into_iter()
                .map(|(was, now)| (was + old.first - 1, now + new.first - 1)),
        );
    }
}

fn index_around(items: &[Item], line: u32) -> Option<usize> {
    let item = around(items, line)?;
    items.iter().position(|other| std::ptr::eq(other, item))
}

/// Whether a line is more than a comment, a bracket or the name of what is used.
fn says_something(line: &str) -> bool {
    let line = line.split("//").next().unwrap_or_default();
    let names = ["use ", "pub use ", "pub(crate) use ", "mod ", "pub mod "];
    let is_name = names.iter().any(|name| line.starts_with(name));
    !is_name && line.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::{Place, Sources};

    #[test]
    fn follows_lines_that_moved_and_lines_that_changed() {
        let mut sources = Sources::default();
        sources.add(
            "a.rs",
            "one\ntwo\nthree\nfour\n",
            "one\nnew\ntwo\n3\nfour\n",
        );
        let heads: Vec<_> = (1..=4).map(|line| sources.head("a.rs", line)).collect();
        assert_eq!(heads, [Some(1), Some(3), Some(4), Some(5)]);
        assert_eq!(sources.text("a.rs", Place::here(4)), Some("3"));
    }

    #[test]
    fn an_edit_belongs_to_the_function_around_it_and_a_moved_function_has_none() {
        let base = "fn a() {\n    one();\n    two();\n}\n\n#[inline]\nfn b() {\n    three();\n}\n";
        let head =
            "fn b() {\n    three();\n}\n\nfn c() {}\n\nfn a() {\n    one();\n    // two\n}\n";
        let mut sources = Sources::default();
        sources.add("a.rs", base, head);
        let gone = |line| Place { gone: true, line };
        assert_eq!(sources.edits("a.rs", 8, false), [Place::here(9)].into());
        assert_eq!(sources.edits("a.rs", 2, true), [Place::here(9)].into());
        assert_eq!(sources.edits("a.rs", 2, false), [gone(6)].into());
        assert!(!sources.has_loose_edits());

        sources.add(
            "a.rs",
            "fn a() {\n    1\n}\nfn b() {\n    2\n}\n",
            "fn b() {\n    2\n}\nfn a() {\n    1\n}\n",
        );
        assert!(sources.edits("a.rs", 2, false).is_empty());
        assert!(sources.edits("a.rs", 5, false).is_empty());
        assert_eq!(sources.head("a.rs", 5), Some(2));
    }
}
