//! Lists that are kept once and known by a number.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

/// A set of lists, numbered in the order in which they were added.
#[derive(Clone, Debug)]
pub(crate) struct Lists<T> {
    /// The lists, one after the other.
    items: Vec<T>,
    /// Where each list ends.
    ends: Vec<usize>,
    /// The hash of each list, so that growing does not read the lists again.
    hashes: Vec<u64>,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            ends: Vec::new(),
            hashes: Vec::new(),
            ids: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }
}

impl<T: Copy + Eq + Hash> Lists<T> {
    /// The number of a list, which is added if it is new.
    pub(crate) fn intern(&mut self, list: &[T]) -> u32 {
        let hash = self.hasher.hash_one(list);
        if let Some(&id) = self.ids.find(hash, |&id| self.get(id) == list) {
            return id;
        }
        let id = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.items.extend_from_slice(list);
        self.ends.push(self.items.len());
        self.hashes.push(hash);
        self.ids
            .insert_unique(hash, id, |&id| self.hashes[id as usize]);
        id
    }

    /// The list with a number; empty for one that was never given.
    pub(crate) fn get(&self, id: u32) -> &[T] {
        let id = id as usize;
        let Some(&end) = self.ends.get(id) else {
            return &[];
        };
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.items[start..end]
    }

    /// How many lists there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The lists in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.ends.len()).map(|id| self.get(id as u32))
    }
}

/// Lists of pairs, most of which are as short as a usual configuration. Long ones that differ in
/// little share the rest: they are kept as lists of parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct PairLists {
    parts: Lists<(u32, u32)>,
    lists: Lists<u32>,
    /// The parts of the list at hand.
    buffer: Vec<u32>,
}

impl PairLists {
    /// How many pairs a part has. A list of the most keys that a configuration may have is then as
    /// many parts, and a change costs least.
    const PART: usize = 16;

    /// The number of a list, which is added if it is new.
    pub(crate) fn intern(&mut self, list: &[(u32, u32)]) -> u32 {
        self.buffer.clear();
        let parts = list.chunks(Self::PART);
        self.buffer
            .extend(parts.map(|part| self.parts.intern(part)));
        self.lists.intern(&self.buffer)
    }

    /// The pairs of the list with a number; none for one that was never given.
    pub(crate) fn get(&self, id: u32) -> impl Iterator<Item = (u32, u32)> {
        let parts = self.lists.get(id).iter();
        parts.flat_map(|&part| self.parts.get(part)).copied()
    }

    /// How many lists there are.
    pub(crate) fn len(&self) -> usize {
        self.lists.len()
    }

    /// Adds the lists of another, whose pairs become others: the new number of each.
    pub(crate) fn extend(
        &mut self,
        other: &Self,
        pair: impl Fn((u32, u32)) -> (u32, u32),
    ) -> Vec<u32> {
        let mut own: Vec<(u32, u32)> = Vec::with_capacity(Self::PART);
        let parts: Vec<u32> = other
            .parts
            .iter()
            .map(|part| {
                own.clear();
                own.extend(part.iter().copied().map(&pair));
                self.parts.intern(&own)
            })
            .collect();
        other
            .lists
            .iter()
            .map(|list| {
                self.buffer.clear();
                self.buffer
                    .extend(list.iter().map(|&part| parts[part as usize]));
                self.lists.intern(&self.buffer)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lists that often are equal or share their start, and may be longer than a part.
    fn lists() -> impl Strategy<Value = Vec<Vec<(u32, u32)>>> {
        let list = (0..40_u32, prop::option::of((0..40_usize, 0..3_u32)));
        let list = list.prop_map(|(length, change)| {
            let mut list: Vec<(u32, u32)> = (0..length).map(|key| (key, 0)).collect();
            if let Some((at, value)) = change
                && let Some(pair) = list.get_mut(at)
            {
                pair.1 = value;
            }
            list
        });
        prop::collection::vec(list, 0..60)
    }

    proptest! {
        #[test]
        fn lists_have_the_numbers_in_which_they_first_came(
            first in lists(),
            second in lists(),
        ) {
            let mut known: Vec<Vec<(u32, u32)>> = Vec::new();
            let mut number = |list: &Vec<(u32, u32)>| {
                let id = known.iter().position(|own| own == list).unwrap_or(known.len());
                if id == known.len() {
                    known.push(list.clone());
                }
                id as u32
            };
            let mut own = PairLists::default();
            for list in &first {
                prop_assert_eq!(own.intern(list), number(list));
            }
            let mut other = PairLists::default();
            let ids: Vec<u32> = second.iter().map(|list| other.intern(list)).collect();
            let moved = |(key, value): (u32, u32)| (key, 2 - value);
            let new = own.extend(&other, moved);
            for (list, id) in second.iter().zip(ids) {
                let moved: Vec<(u32, u32)> = list.iter().copied().map(moved).collect();
                prop_assert_eq!(new[id as usize], number(&moved));
            }
            prop_assert_eq!(own.len(), known.len());
            for (id, list) in known.iter().enumerate() {
                prop_assert_eq!(&own.get(id as u32).collect::<Vec<_>>(), list);
            }
        }
    }
}
