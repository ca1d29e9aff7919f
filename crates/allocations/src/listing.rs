//! The operations of a case as one program hands them to another.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// What was recorded of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The case's name.
    pub case: String,
    /// When it was recorded.
    pub when: When,
    /// The operations that differ, in the order in which they came first.
    pub operations: Vec<Alike>,
}

/// When something was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// From the time when the inputs stand: what is measured is built, and does its operation once.
    First,
    /// After the warm-up.
    Steady,
}

/// Operations that allocate alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    /// How many there are.
    pub times: usize,
    /// The first of them.
    pub operation: Operation,
}

impl Listing {
    /// Reads a listing.
    ///
    /// # Errors
    ///
    /// If the text is none, with the place in it.
    pub fn parse(json: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(json)
    }

    /// The listing as JSON, with a line's end.
    ///
    /// # Errors
    ///
    /// None that is known: nothing in a listing has no place in JSON.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }

    /// Operations that were recorded.
    pub fn times(&self) -> usize {
        self.operations.iter().map(|alike| alike.times).sum()
    }
}

/// Puts operations together that allocate alike: the same, from the same places. What frees a hash map's values does so in
/// another order each time, so when something is freed does not count, only whether.
pub fn alike(operations: impl IntoIterator<Item = Operation>) -> Vec<Alike> {
    let mut distinct: Vec<Alike> = Vec::new();
    for operation in operations {
        let same = distinct
            .iter_mut()
            .find(|alike| alike.operation.is_like(&operation));
        match same {
            Some(alike) => alike.times += 1,
            None => distinct.push(Alike {
                times: 1,
                operation,
            }),
        }
    }
    distinct
}
