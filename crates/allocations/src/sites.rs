//! What each site of a case allocates.

use std::collections::BTreeMap;
use std::fmt;

use crate::operation::{Allocation, End, Operation};
use crate::site::{Place, Site};

/// What the sites of a case allocate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sites {
    /// Operations that were recorded, after the warm-up.
    pub operations: u64,
    /// What each site allocates.
    pub sites: BTreeMap<Site, Amounts>,
    /// What is known of the own lines.
    pub sources: BTreeMap<Place, Source>,
}

/// What a site allocates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Allocations of all operations; a reallocation is one.
    pub allocations: u64,
    /// Bytes asked for by all operations; a reallocation asks for its new size.
    pub bytes: u64,
    /// Bytes of the operations' own that live when most do.
    pub peak: u64,
    /// Bytes that live between operations.
    pub retained: u64,
}

/// What is known of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The function that it is in, without path and generics.
    pub function: String,
    /// What stands there, without the blanks around it; empty if it is not known.
    pub text: String,
}

/// A unit in which a case's allocations are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    /// `allocs/op`.
    Allocations,
    /// `B/op`.
    Bytes,
    /// `peak-B`.
    Peak,
    /// `retained-B`.
    Retained,
}

impl Counter {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Allocations, Self::Bytes, Self::Peak, Self::Retained];

    /// The unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Allocations => "allocs/op",
            Self::Bytes => "B/op",
            Self::Peak => "peak-B",
            Self::Retained => "retained-B",
        }
    }

    /// What a site has of it, of so many operations: the values of a case's sites sum to that of the case.
    pub(crate) fn of(self, amounts: &Amounts, operations: u64) -> f64 {
        // Operations are a power of two, so the quotients are exact.
        let an_operation = |count: u64| count as f64 / operations.max(1) as f64;
        match self {
            Self::Allocations => an_operation(amounts.allocations),
            Self::Bytes => an_operation(amounts.bytes),
            Self::Peak => (amounts.retained + amounts.peak) as f64,
            Self::Retained => amounts.retained as f64,
        }
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.unit())
    }
}

impl Sites {
    /// Those of the operations that were recorded together, and of what was kept before them.
    pub fn of(operations: u64, steady: &Operation, before: &[Allocation]) -> Self {
        let mut sites = Self {
            operations,
            ..Self::default()
        };
        for allocation in &steady.allocations {
            let amounts = sites.amounts(allocation);
            amounts.allocations += 1;
            amounts.bytes += allocation.size as u64;
        }
        for allocation in live_at_peak(steady) {
            sites.amounts(allocation).peak += allocation.size as u64;
        }
        for allocation in before {
            sites.amounts(allocation).retained += allocation.size as u64;
        }
        sites
    }

    fn amounts(&mut self, allocation: &Allocation) -> &mut Amounts {
        let (site, functions) = Site::of(&allocation.stack);
        for (place, function) in site.own.iter().zip(functions) {
            let source = self.sources.entry(place.clone()).or_default();
            // Of several functions on a line, as a derived implementation's, one that does not depend on the order.
            if source.function.is_empty() || function < source.function {
                source.function = function;
            }
        }
        self.sites.entry(site).or_default()
    }

    /// What a counter says of the case as a whole.
    pub fn sum(&self, counter: Counter) -> f64 {
        let values = self.sites.values();
        values
            .map(|amounts| counter.of(amounts, self.operations))
            .sum()
    }

    /// Adds what stands on the lines; `text` gives a file's.
    pub fn quote(&mut self, mut text: impl FnMut(&str) -> Option<String>) {
        let mut file: Option<(String, Option<String>)> = None;
        for (place, source) in &mut self.sources {
            // In the order of the files: each is asked for once.
            if file.as_ref().is_none_or(|(name, _)| *name != place.file) {
                file = Some((place.file.clone(), text(&place.file)));
            }
            let lines = file.as_ref().and_then(|(_, text)| text.as_ref());
            let number = (place.line as usize).checked_sub(1);
            let line = number.and_then(|number| lines?.lines().nth(number));
            line.unwrap_or_default().trim().clone_into(&mut source.text);
        }
    }
}

/// The allocations of an operation that live when most bytes do, the first time. A block that is resized counts once, as dhat
/// counts it.
fn live_at_peak(operation: &Operation) -> impl Iterator<Item = &Allocation> {
    // What lives changes at the events: by how much.
    let mut changes: BTreeMap<usize, i64> = BTreeMap::new();
    for allocation in &operation.allocations {
        *changes.entry(allocation.event).or_default() += allocation.size as i64;
        if let Some(end) = allocation.end {
            *changes.entry(event(end)).or_default() -= allocation.size as i64;
        }
    }
    let (mut live, mut most, mut at) = (0, 0, 0);
    for (event, change) in changes {
        live += change;
        if live > most {
            (most, at) = (live, event);
        }
    }
    operation.allocations.iter().filter(move |allocation| {
        allocation.event <= at && allocation.end.is_none_or(|end| event(end) > at)
    })
}

const fn event(end: End) -> usize {
    match end {
        End::Freed(event) | End::Resized(event) => event,
    }
}
