//! Projecting results to keys, each kept once.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use crate::collection::Collection;
use crate::expression::{Field, Order};
use crate::intern::Interner;
use crate::key::{EMPTY, Keys, Origin, Specific, value};
use crate::lists::PairLists;
use crate::order::compare_texts;

/// Makes keys of results by the fields of a projection.
///
/// A key is one number for each field: that of a value, or for `.config` that of a group of
/// values. What a field takes from a name, a label or a configuration is looked up once for each.
#[derive(Debug)]
pub(crate) struct Projector<'q> {
    fields: Vec<FieldState<'q>>,
    /// The texts of values; the first is the empty one.
    texts: Interner,
    specific: &'q Specific,
    /// The components of all keys, one after the other.
    keys: Vec<u32>,
    /// How many keys there are.
    count: u32,
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// With a single field, by component: the key, plus 1.
    by_component: Vec<u32>,
    buffer: Vec<u32>,
    /// The key of the last result, which the next often shares.
    last: u32,
    /// Its label and configuration, which alone decide unless something is taken from the name.
    last_source: Option<(u32, u32)>,
    takes_names: bool,
}

#[derive(Debug)]
struct FieldState<'q> {
    field: &'q Field,
    source: Source,
    /// By the number of what the field is taken from: the value or group, plus 1.
    known: Vec<u32>,
    /// By component: how many components were seen before it, plus 1.
    seen: Vec<u32>,
    seen_count: u32,
    groups: Groups,
}

/// What a field is taken from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Name,
    Label,
    Config,
}

impl Source {
    fn of(key: &str) -> Self {
        match key {
            ".name" | ".fullname" => Self::Name,
            ".file" => Self::Label,
            key if key.starts_with('/') => Self::Name,
            _ => Self::Config,
        }
    }
}

/// The groups of values that `.config` stands for.
#[derive(Debug, Default)]
struct Groups {
    /// The configuration keys, in the order in which they were first seen.
    keys: Vec<String>,
    places: HashMap<String, u32>,
    /// Each group: place of the key and value, in the order of the keys.
    members: PairLists,
}

impl<'q> Projector<'q> {
    pub(crate) fn new(fields: &'q [Field], specific: &'q Specific) -> Self {
        let mut texts = Interner::default();
        let empty = texts.intern("");
        debug_assert_eq!(empty, EMPTY);
        Self {
            texts,
            fields: fields
                .iter()
                .map(|field| FieldState {
                    field,
                    source: Source::of(&field.key),
                    known: Vec::new(),
                    seen: Vec::new(),
                    seen_count: 0,
                    groups: Groups::default(),
                })
                .collect(),
            specific,
            keys: Vec::new(),
            count: 0,
            ids: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            by_component: Vec::new(),
            buffer: Vec::new(),
            last: 0,
            last_source: None,
            takes_names: fields
                .iter()
                .any(|field| matches!(Source::of(&field.key), Source::Name)),
        }
    }

    /// The number of the key of a result.
    pub(crate) fn key(&mut self, collection: &Collection, origin: Origin) -> u32 {
        let source = (origin.label, origin.config);
        if !self.takes_names && self.last_source == Some(source) {
            return self.last;
        }
        self.last_source = Some(source);
        self.buffer.clear();
        for state in &mut self.fields {
            let texts = &mut self.texts;
            let component = state.component(collection, origin, texts, self.specific);
            self.buffer.push(component);
        }
        let width = self.fields.len();
        if self.count > 0 && components(&self.keys, width, self.last) == self.buffer {
            return self.last;
        }
        self.last = if let [component] = self.buffer[..] {
            self.single_key(component)
        } else {
            self.composed_key()
        };
        self.last
    }

    /// The numbers of the keys of all series of a collection; 0 for those that are not kept.
    pub(crate) fn keys(
        &mut self,
        collection: &Collection,
        kept: impl Fn(usize) -> bool,
    ) -> Vec<u32> {
        let series = collection.inputs.iter().flat_map(|input| {
            input.results.series.iter().map(|series| Origin {
                name: series.name,
                label: input.label,
                config: series.config,
            })
        });
        series
            .enumerate()
            .map(|(at, origin)| {
                if kept(at) {
                    self.key(collection, origin)
                } else {
                    0
                }
            })
            .collect()
    }

    fn single_key(&mut self, component: u32) -> u32 {
        let at = component as usize;
        if at >= self.by_component.len() {
            self.by_component.resize(at + 1, 0);
        }
        if self.by_component[at] == 0 {
            self.by_component[at] = self.add_key() + 1;
        }
        self.by_component[at] - 1
    }

    fn composed_key(&mut self) -> u32 {
        let width = self.fields.len();
        let hash = self.hasher.hash_one(&self.buffer);
        let found = self
            .ids
            .find(hash, |&id| components(&self.keys, width, id) == self.buffer);
        if let Some(&id) = found {
            return id;
        }
        let id = self.add_key();
        self.ids.insert_unique(hash, id, |&id| {
            self.hasher.hash_one(components(&self.keys, width, id))
        });
        id
    }

    /// Adds the key in the buffer.
    fn add_key(&mut self) -> u32 {
        for (state, &component) in self.fields.iter_mut().zip(&self.buffer) {
            state.see(component);
        }
        self.keys.extend_from_slice(&self.buffer);
        self.count += 1;
        self.count - 1
    }

    fn components(&self, key: u32) -> &[u32] {
        components(&self.keys, self.fields.len(), key)
    }

    /// The fields in which two keys differ, as places among the flattened fields.
    pub(crate) fn differences(&self, a: u32, b: u32, into: &mut Vec<(usize, u32)>) {
        let (a, b) = (self.components(a), self.components(b));
        for (at, (state, (&a, &b))) in self.fields.iter().zip(a.iter().zip(b)).enumerate() {
            if a == b {
                continue;
            }
            if !state.is_group() {
                into.push((at, 0));
                continue;
            }
            let groups = &state.groups;
            into.extend(
                groups
                    .pairs(a, b)
                    .filter_map(|(key, a, b)| (a != b).then_some((at, key))),
            );
        }
        into.sort_unstable();
        into.dedup();
    }

    /// The name of a place that [`differences`](Self::differences) gave.
    pub(crate) fn field_name(&self, (field, key): (usize, u32)) -> &str {
        let state = &self.fields[field];
        if state.is_group() {
            &state.groups.keys[key as usize]
        } else {
            &state.field.key
        }
    }

    /// The keys with the texts of their values, which the projector has no more, and the rank of each
    /// in the projection's order.
    pub(crate) fn finish(&mut self) -> (Keys, Vec<u32>) {
        let ranks = self.ranks();
        let mut fields = Vec::new();
        let starts: Vec<u32> = self
            .fields
            .iter()
            .map(|state| {
                let start = fields.len() as u32;
                if state.is_group() {
                    fields.extend(state.groups.keys.iter().cloned());
                } else {
                    fields.push(state.field.key.clone());
                }
                start
            })
            .collect();
        let mut keys = Keys {
            fields,
            ends: Vec::with_capacity(self.count as usize),
            values: Vec::with_capacity(self.keys.len()),
            texts: Interner::default(),
        };
        for key in 0..self.count {
            let components = self.components(key);
            for ((state, &component), &start) in self.fields.iter().zip(components).zip(&starts) {
                if state.is_group() {
                    let group = state.groups.members.get(component);
                    keys.values
                        .extend(group.map(|(place, value)| (start + place, value)));
                } else if component != EMPTY {
                    keys.values.push((start, component));
                }
            }
            keys.ends.push(keys.values.len());
        }
        keys.texts = std::mem::take(&mut self.texts);
        (keys, ranks)
    }

    fn ranks(&self) -> Vec<u32> {
        let places: Vec<Vec<u32>> = self
            .fields
            .iter()
            .map(|state| state.places(&self.texts))
            .collect();
        let mut order: Vec<u32> = (0..self.count).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (self.components(a), self.components(b));
            a.iter()
                .zip(b)
                .zip(&places)
                .map(|((&a, &b), places)| places[a as usize].cmp(&places[b as usize]))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        let mut ranks = vec![0; order.len()];
        for (rank, key) in order.into_iter().enumerate() {
            ranks[key as usize] = rank as u32;
        }
        ranks
    }
}

/// The components of a key.
fn components(keys: &[u32], width: usize, key: u32) -> &[u32] {
    let start = key as usize * width;
    &keys[start..start + width]
}

impl FieldState<'_> {
    fn is_group(&self) -> bool {
        self.field.key == ".config"
    }

    /// Notes that a key has a component.
    fn see(&mut self, component: u32) {
        let at = component as usize;
        if at >= self.seen.len() {
            self.seen.resize(at + 1, 0);
        }
        if self.seen[at] == 0 {
            self.seen_count += 1;
            self.seen[at] = self.seen_count;
        }
    }

    fn component(
        &mut self,
        collection: &Collection,
        origin: Origin,
        values: &mut Interner,
        specific: &Specific,
    ) -> u32 {
        let source = match self.source {
            Source::Name => origin.name,
            Source::Label => origin.label,
            Source::Config => origin.config,
        } as usize;
        if source >= self.known.len() {
            self.known.resize(source + 1, 0);
        }
        if let Some(component) = self.known[source].checked_sub(1) {
            return component;
        }
        let name = collection.names.get(origin.name);
        let component = if self.is_group() {
            self.groups
                .component(collection, origin.config, values, specific)
        } else if self.field.key == ".fullname" && specific.changes_names() {
            values.intern(&specific.full_name(name))
        } else if self.field.key == ".fullname" && !name.is_empty() {
            // Names differ, so there is nothing to look up.
            values.append(name)
        } else {
            values.intern(value(collection, origin, &self.field.key))
        };
        self.known[source] = component + 1;
        component
    }

    /// By the number of a component: its place in the field's order.
    fn places(&self, values: &Interner) -> Vec<u32> {
        if self.field.order == Order::First && !self.is_group() {
            return self.seen.clone();
        }
        let mut components: Vec<u32> = (0..self.seen.len() as u32)
            .filter(|&component| self.seen[component as usize] > 0)
            .collect();
        components.sort_unstable_by(|&a, &b| self.compare(values, a, b));
        let mut places = vec![0; self.seen.len()];
        for (place, component) in components.into_iter().enumerate() {
            places[component as usize] = place as u32;
        }
        places
    }

    fn compare(&self, values: &Interner, a: u32, b: u32) -> Ordering {
        let order = &self.field.order;
        if self.is_group() {
            return self
                .groups
                .pairs(a, b)
                .map(|(_, a, b)| compare_texts(order, values.get(a), values.get(b)))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal);
        }
        compare_texts(order, values.get(a), values.get(b))
    }
}

impl Groups {
    fn component(
        &mut self,
        collection: &Collection,
        config: u32,
        values: &mut Interner,
        specific: &Specific,
    ) -> u32 {
        let mut group: Vec<(u32, u32)> = Vec::new();
        for (key, value) in collection.config(crate::ConfigId(config)) {
            if specific.config.contains(key) {
                continue;
            }
            let place = *self.places.entry_ref(key).or_insert_with(|| {
                self.keys.push(key.to_owned());
                (self.keys.len() - 1) as u32
            });
            group.push((place, values.intern(value)));
        }
        group.sort_unstable();
        self.members.intern(&group)
    }

    /// For each key that one of two groups has: its place and the values of both.
    fn pairs(&self, a: u32, b: u32) -> impl Iterator<Item = (u32, u32, u32)> {
        let mut a = self.members.get(a).peekable();
        let mut b = self.members.get(b).peekable();
        std::iter::from_fn(move || {
            let key = match (a.peek(), b.peek()) {
                (Some(a), Some(b)) => a.0.min(b.0),
                (Some(only), None) | (None, Some(only)) => only.0,
                (None, None) => return None,
            };
            let value = |own: Option<(u32, u32)>| own.map_or(EMPTY, |(_, value)| value);
            let own = |pair: &(u32, u32)| pair.0 == key;
            Some((key, value(a.next_if(own)), value(b.next_if(own))))
        })
    }
}
