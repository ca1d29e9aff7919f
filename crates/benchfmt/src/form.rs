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
    forms: Vec<Form>,
    lists: Vec<Box<[UnitId]>>,
    list_ids: HashMap<Box<[UnitId]>, u32>,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

#[derive(Clone, Copy, Debug)]
struct Form {
    /// Where its name ends; it starts where the one before ends.
    name_end: usize,
    list: u32,
    /// The form of the result that came next the last time.
    next: u32,
}

impl Forms {
    /// The name of a form.
    #[inline]
    pub fn name(&self, id: FormId) -> &str {
        let start = match id.index().checked_sub(1) {
            Some(before) => self.forms.get(before).map_or(0, |form| form.name_end),
            None => 0,
        };
        let end = self
            .forms
            .get(id.index())
            .map_or(start, |form| form.name_end);
        &self.names[start..end]
    }

    /// The units of a form, in the order of the line.
    #[inline]
    pub fn units(&self, id: FormId) -> &[UnitId] {
        self.forms
            .get(id.index())
            .map_or(&[], |form| &self.lists[form.list as usize])
    }

    /// How many forms there are.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// All ids, in the order in which the forms were first seen.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = FormId> + use<> {
        (0..self.forms.len()).map(|id| FormId(id as u32))
    }

    /// The form that is likely to come after another: the one that did the last time. Runs repeat
    /// their order, so nearly every guess is right.
    #[inline]
    pub(crate) fn guess(&self, last: Option<FormId>) -> Option<FormId> {
        let next = self.forms.get(last?.index())?.next;
        ((next as usize) < self.forms.len()).then_some(FormId(next))
    }

    /// The id of a form, which is added if it is new. It came after `last`.
    pub(crate) fn intern(&mut self, name: &str, units: &[UnitId], last: Option<FormId>) -> FormId {
        let list = match self.list_ids.get(units) {
            Some(&list) => list,
            None => {
                let list = self.lists.len() as u32;
                self.lists.push(units.into());
                self.list_ids.insert(units.into(), list);
                list
            }
        };
        let hash = self.hasher.hash_one((name, list));
        let found = self.ids.find(hash, |&id| {
            self.forms[id as usize].list == list && self.name(FormId(id)) == name
        });
        let id = match found {
            Some(&id) => id,
            None => {
                let id = self.forms.len() as u32;
                self.names.push_str(name);
                self.forms.push(Form {
                    name_end: self.names.len(),
                    list,
                    next: u32::MAX,
                });
                let mut ids = std::mem::take(&mut self.ids);
                ids.insert_unique(hash, id, |&id| {
                    let list = self.forms[id as usize].list;
                    self.hasher.hash_one((self.name(FormId(id)), list))
                });
                self.ids = ids;
                id
            }
        };
        if let Some(last) = last.and_then(|last| self.forms.get_mut(last.index())) {
            last.next = id;
        }
        FormId(id)
    }
}
