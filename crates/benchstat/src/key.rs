//! Keys: what a projection takes from a result, and the order it gives.

use std::cmp::Ordering;
use std::fmt;
use std::hash::BuildHasher;

use benchfmt::Name;
use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

use crate::collection::Collection;
use crate::expression::{Field, Order};
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
    config: HashSet<String>,
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
    fn full_name(&self, name: &str) -> String {
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

    fn changes_names(&self) -> bool {
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

/// Makes keys of results by the fields of a projection.
///
/// A key is one number for each field: that of a value, or for `.config` that of a group of
/// values. What a field takes from a name, a label or a configuration is looked up once for each.
#[derive(Debug)]
pub(crate) struct Projector<'q> {
    fields: Vec<FieldState<'q>>,
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
    members: Vec<Box<[(u32, u32)]>>,
    ids: HashMap<Box<[(u32, u32)]>, u32>,
}

impl<'q> Projector<'q> {
    pub(crate) fn new(fields: &'q [Field], specific: &'q Specific) -> Self {
        Self {
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
        }
    }

    /// The number of the key of a result.
    pub(crate) fn key(
        &mut self,
        collection: &Collection,
        origin: Origin,
        values: &mut Interner,
    ) -> u32 {
        self.buffer.clear();
        for state in &mut self.fields {
            self.buffer
                .push(state.component(collection, origin, values, self.specific));
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
                pairs(groups.get(a), groups.get(b))
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

    /// The keys with the texts of their values, and the rank of each in the projection's order.
    pub(crate) fn finish(&self, values: &Interner) -> (Keys, Vec<u32>) {
        let ranks = self.ranks(values);
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
        };
        for key in 0..self.count {
            let components = self.components(key);
            for ((state, &component), &start) in self.fields.iter().zip(components).zip(&starts) {
                if state.is_group() {
                    let group = state.groups.get(component).iter();
                    keys.values
                        .extend(group.map(|&(place, value)| (start + place, value)));
                } else if component != EMPTY {
                    keys.values.push((start, component));
                }
            }
            keys.ends.push(keys.values.len());
        }
        (keys, ranks)
    }

    fn ranks(&self, values: &Interner) -> Vec<u32> {
        let places: Vec<Vec<u32>> = self
            .fields
            .iter()
            .map(|state| state.places(values))
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
            return pairs(self.groups.get(a), self.groups.get(b))
                .map(|(_, a, b)| compare_texts(order, values.get(a), values.get(b)))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal);
        }
        compare_texts(order, values.get(a), values.get(b))
    }
}

impl Groups {
    fn get(&self, group: u32) -> &[(u32, u32)] {
        &self.members[group as usize]
    }

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
        let members = &mut self.members;
        *self.ids.entry(group.into()).or_insert_with_key(|group| {
            members.push(group.clone());
            (members.len() - 1) as u32
        })
    }
}

/// For each key that one of two groups has: its place and the values of both.
fn pairs<'g>(
    mut a: &'g [(u32, u32)],
    mut b: &'g [(u32, u32)],
) -> impl Iterator<Item = (u32, u32, u32)> + 'g {
    std::iter::from_fn(move || {
        let key = match (a.first(), b.first()) {
            (Some(a), Some(b)) => a.0.min(b.0),
            (Some(only), None) | (None, Some(only)) => only.0,
            (None, None) => return None,
        };
        let take = |group: &mut &'g [(u32, u32)]| match group.split_first() {
            Some((&(own, value), rest)) if own == key => {
                *group = rest;
                value
            }
            _ => EMPTY,
        };
        Some((key, take(&mut a), take(&mut b)))
    })
}

/// The order of two texts: the field's, and where that sees no difference, the characters'.
fn compare_texts(order: &Order, a: &str, b: &str) -> Ordering {
    let by_order = match order {
        // Values of `.config` have no order of being seen, and go by their characters.
        Order::First | Order::Alphabetic => Ordering::Equal,
        Order::Numeric => compare_numbers(parse_number(a), parse_number(b)),
        Order::Fixed(words) => {
            let place = |text: &str| words.iter().rposition(|word| word == text);
            place(a).cmp(&place(b))
        }
    };
    by_order.then_with(|| a.cmp(b))
}

/// Numbers before other texts, and NaN after the other numbers.
fn compare_numbers(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a
            .partial_cmp(&b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// A text as a number: a float, or else the first digits in it with a prefix such as `k` or `Mi`.
fn parse_number(text: &str) -> Option<f64> {
    const PREFIXES: &str = "KMGTPEZY";
    let word = text.strip_prefix(['+', '-']).unwrap_or(text);
    let infinite = ["inf", "infinity"];
    if infinite.iter().any(|name| word.eq_ignore_ascii_case(name)) {
        return Some(if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        });
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if let Ok(number) = benchfmt::parse_float(text) {
        return Some(number);
    }
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    let rest = &text[text.find(is_digit)?..];
    let end = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
    let number = benchfmt::parse_float(&rest[..end]).ok()?;
    let mut suffix = rest[end..].chars();
    let power = match suffix.next() {
        Some('k') => 1,
        Some(prefix) => PREFIXES.find(prefix).map_or(0, |at| at as i32 + 1),
        None => 0,
    };
    let base: f64 = if power > 0 && suffix.next() == Some('i') {
        1024.0
    } else {
        1000.0
    };
    Some(number * base.powi(power))
}

/// The keys of one projection, with the numbers of their values.
#[derive(Debug)]
pub(crate) struct Keys {
    fields: Vec<String>,
    /// For each key: where its values end.
    ends: Vec<usize>,
    /// Field and value of what is not empty, in the order of the fields.
    values: Vec<(u32, u32)>,
}

impl Keys {
    pub(crate) fn get<'t>(&'t self, id: u32, texts: &'t Interner) -> Key<'t> {
        let id = id as usize;
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        Key {
            fields: &self.fields,
            values: &self.values[start..self.ends[id]],
            texts,
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
