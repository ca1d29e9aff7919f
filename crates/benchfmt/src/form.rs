//! The forms of results: name and units.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use crate::unit::UnitId;

/// A form that a [`Forms`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormId(u32);

impl FormId {
    /// Its place in the order in which the forms were first seen.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The forms of a file's results: each combination of a name and a list of units once.
///
/// Benchmarks run again and again, so a file has few forms and many results. What depends on name
/// and units only can be worked out once for a form.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    /// The names, one after the other.
    names: String,
    entries: Vec<Entry>,
    lists: Vec<Box<[UnitId]>>,
    list_ids: HashMap<Box<[UnitId]>, u32>,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where its name ends; it starts where the one before ends.
    name_end: usize,
    /// Its list of units.
    units: u32,
    /// The form of the result that came next the last time.
    next: u32,
    /// The hash of name and units, so that growing does not read the names again.
    hash: u64,
}

impl Forms {
    /// The name of a form.
    #[inline]
    pub fn name(&self, id: FormId) -> &str {
        let start = match id.index().checked_sub(1) {
            Some(before) => self.entries.get(before).map_or(0, |form| form.name_end),
            None => 0,
        };
        let end = self
            .entries
            .get(id.index())
            .map_or(start, |form| form.name_end);
        &self.names[start..end]
    }

    /// The units of a form, in the order of the line.
    #[inline]
    pub fn units(&self, id: FormId) -> &[UnitId] {
        self.entries
            .get(id.index())
            .map_or(&[], |form| &self.lists[form.units as usize])
    }

    /// How many forms there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All ids, in the order in which the forms were first seen.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = FormId> + use<> {
        (0..self.entries.len()).map(|id| FormId(id as u32))
    }

    /// The form that is likely to come after another: the one that did the last time. Runs repeat
    /// their order, so nearly every guess is right.
    #[inline]
    pub(crate) fn guess(&self, last: FormId) -> Option<FormId> {
        let next = self.entries.get(last.index())?.next;
        ((next as usize) < self.entries.len()).then_some(FormId(next))
    }

    /// The id of a form, which is added if it is new. It came after `previous`.
    pub(crate) fn intern(
        &mut self,
        name: &str,
        units: &[UnitId],
        previous: Option<FormId>,
    ) -> FormId {
        let units = self.intern_units(units);
        self.intern_with(name, units, previous)
    }

    /// The id of the form with the units of another, which it came after. It is added if it is new.
    pub(crate) fn intern_like(&mut self, name: &str, previous: FormId) -> FormId {
        let units = self
            .entries
            .get(previous.index())
            .map_or(0, |form| form.units);
        self.intern_with(name, units, Some(previous))
    }

    fn intern_with(&mut self, name: &str, units: u32, previous: Option<FormId>) -> FormId {
        let hash = self.hasher.hash_one((name, units));
        let found = self.ids.find(hash, |&id| {
            self.entries[id as usize].units == units && self.name(FormId(id)) == name
        });
        let id = found
            .copied()
            .unwrap_or_else(|| self.add(name, units, hash));
        if let Some(previous) = previous.and_then(|form| self.entries.get_mut(form.index())) {
            previous.next = id;
        }
        FormId(id)
    }

    fn add(&mut self, name: &str, units: u32, hash: u64) -> u32 {
        let id = self.entries.len() as u32;
        self.names.push_str(name);
        self.entries.push(Entry {
            name_end: self.names.len(),
            units,
            next: u32::MAX,
            hash,
        });
        self.ids
            .insert_unique(hash, id, |&id| self.entries[id as usize].hash);
        id
    }

    fn intern_units(&mut self, units: &[UnitId]) -> u32 {
        if let Some(&known) = self.list_ids.get(units) {
            return known;
        }
        let id = self.lists.len() as u32;
        self.lists.push(units.into());
        self.list_ids.insert(units.into(), id);
        id
    }
}
