//! Which cases each shard takes.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::Shard;
use crate::accepted::Renamed;

/// The cases of a suite, divided among shards.
///
/// The names of all cases of both sides are sorted by their bytes, each once; the first goes to the first shard, the second
/// to the second, and so on around. Sorted names of one kind stand together, so that each shard gets its share of each kind.
/// A case that was renamed counts once, and is found under each of its names.
///
/// ```
/// use benchstat::shard::{Shard, Split};
///
/// let split = Split::new(["B", "C", "A"], &[]);
/// let second: Shard = "2/2".parse().unwrap();
/// assert_eq!(split.cases(second).collect::<Vec<_>>(), ["B"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// By the case's name, its place among all.
    places: BTreeMap<String, usize>,
}

impl Split {
    /// Of the cases with these names, those of both sides.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>, renamed: &[Renamed]) -> Self {
        let names: BTreeSet<&str> = names.into_iter().collect();
        let known = first_names(renamed);
        let first: BTreeMap<&str, &str> = names
            .iter()
            .map(|&name| (name, known.get(name).copied().unwrap_or(name)))
            .collect();
        let sorted: BTreeSet<&str> = first.values().copied().collect();
        let place: BTreeMap<&str, usize> = sorted.into_iter().zip(0..).collect();
        Self {
            places: first
                .iter()
                .map(|(&name, first)| (name.to_owned(), place[first]))
                .collect(),
        }
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no case.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether a shard takes the case. None takes one that is not of the suite.
    pub fn gives(&self, shard: Shard, case: &str) -> bool {
        let number = usize::from(shard.number()) - 1;
        let place = self.places.get(case);
        place.is_some_and(|place| place % usize::from(shard.of()) == number)
    }

    /// The cases that a shard takes, by all of their names, in alphabetical order.
    pub fn cases(&self, shard: Shard) -> impl Iterator<Item = &str> {
        let names = self.places.keys().map(String::as_str);
        names.filter(move |name| self.gives(shard, name))
    }
}

/// By each name that a renaming has, the alphabetically first of all that its case has had. Renamings may follow each other,
/// and even exchange two names.
fn first_names(renamed: &[Renamed]) -> HashMap<&str, &str> {
    let mut others: HashMap<&str, Vec<&str>> = HashMap::new();
    for Renamed { from, to } in renamed {
        others.entry(from).or_default().push(to);
        others.entry(to).or_default().push(from);
    }
    let names: BTreeSet<&str> = others.keys().copied().collect();
    let mut first = HashMap::new();
    // In their order, so that the name from which others are first reached is the first of them.
    for name in names {
        let mut left = vec![name];
        while let Some(other) = left.pop() {
            if first.contains_key(other) {
                continue;
            }
            first.insert(other, name);
            left.extend(others.get(other).into_iter().flatten());
        }
    }
    first
}
