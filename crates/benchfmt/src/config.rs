//! The configuration that holds for a result: the `key: value` lines above it.

use hashbrown::HashMap;

/// Configuration keys and their values, as a file has set them up to some line.
///
/// The order is the one the reference implementation gives: a new key comes last, a changed key
/// keeps its place, and the last key takes the place of a removed one. It decides in which order
/// tables list keys that were never given an order.
#[derive(Clone, Debug, Default)]
pub struct Config {
    entries: Vec<(Box<str>, Box<str>)>,
    places: HashMap<Box<str>, usize>,
}

impl Config {
    /// The value of `key`, if it is set.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.places.get(key).map(|&at| &*self.entries[at].1)
    }

    /// Sets `key`; an empty value removes it, as an empty value in a file does.
    pub fn set(&mut self, key: &str, value: &str) {
        match (self.places.get(key).copied(), value) {
            (Some(at), "") => {
                self.entries.swap_remove(at);
                self.places.remove(key);
                if let Some((moved, _)) = self.entries.get(at) {
                    self.places.insert(moved.clone(), at);
                }
            }
            (Some(at), value) => self.entries[at].1 = value.into(),
            (None, "") => {}
            (None, value) => {
                self.places.insert(key.into(), self.entries.len());
                self.entries.push((key.into(), value.into()));
            }
        }
    }

    /// The keys and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (&**key, &**value))
    }

    /// How many keys are set.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no key is set.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Equal when the same keys have the same values, whatever their order.
impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key) == Some(value))
    }
}

impl Eq for Config {}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Config {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let mut config = Self::default();
        for (key, value) in entries {
            config.set(key.as_ref(), value.as_ref());
        }
        config
    }
}
