//! Texts that are kept once and known by a number.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A set of texts, numbered in the order in which they were added.
///
/// All texts lie in one string, so a hundred thousand names cost little more than their bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// The hash of each text, so that growing does not read the texts again.
    hashes: Vec<u64>,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// Makes room for so many more texts. (If all are known, the room takes addresses, no memory.)
    pub(crate) fn reserve(&mut self, count: usize) {
        self.ends.reserve(count);
        self.hashes.reserve(count);
        if self.ends.is_empty() {
            self.ids.reserve(count, |_| 0);
        }
    }

    /// The number of a text, which is added if it is new.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        let found = self
            .ids
            .find(hash, |&id| slice(&self.text, &self.ends, id) == text);
        if let Some(&id) = found {
            return id;
        }
        let id = self.append(text);
        self.hashes[id as usize] = hash;
        self.ids
            .insert_unique(hash, id, |&id| self.hashes[id as usize]);
        id
    }

    /// The number of a text that is likely to have a number, which is looked at first: a right
    /// guess reads the texts in order, where looking up jumps about.
    pub(crate) fn intern_guessed(&mut self, text: &str, guess: u32) -> u32 {
        if (guess as usize) < self.ends.len() && self.get(guess) == text {
            return guess;
        }
        self.intern(text)
    }

    /// A new number for a text. Looking the text up does not find it.
    pub(crate) fn append(&mut self, text: &str) -> u32 {
        let id = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.hashes.push(0);
        id
    }

    /// The text with a number; empty for one that was never given.
    pub(crate) fn get(&self, id: u32) -> &str {
        slice(&self.text, &self.ends, id)
    }

    /// The texts in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|id| self.get(id as u32))
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let Some(&end) = ends.get(id) else {
        return "";
    };
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &text[start..end]
}
