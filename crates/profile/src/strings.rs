//! A profile's table of strings.

use std::collections::HashMap;

/// Strings, each once; the first is empty, as pprof demands.
#[derive(Debug)]
pub(crate) struct Strings {
    list: Vec<String>,
    places: HashMap<String, i64>,
}

impl Strings {
    /// Goes on with a table.
    pub(crate) fn with(mut list: Vec<String>) -> Self {
        if list.is_empty() {
            list.push(String::new());
        }
        let places = list.iter().cloned().zip(0..).collect();
        Self { list, places }
    }

    pub(crate) fn place(&mut self, text: &str) -> i64 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = self.list.len() as i64;
        self.list.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }

    /// A string, or an empty one where there is none.
    pub(crate) fn get(&self, place: i64) -> &str {
        let place = usize::try_from(place).ok();
        place
            .and_then(|place| self.list.get(place))
            .map_or("", String::as_str)
    }

    pub(crate) fn into_list(self) -> Vec<String> {
        self.list
    }
}
