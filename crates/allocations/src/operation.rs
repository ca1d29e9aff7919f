//! What one operation allocates, and for how long.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::event::{Event, What};
use crate::frame::{Frame, Whose};

/// The allocations of one operation, in order. Its events, allocations, resizings and frees alike, are numbered from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What it allocates.
    pub allocations: Vec<Allocation>,
    /// How many events there are.
    pub events: usize,
    /// What it frees that was there before it: the size of each, in bytes.
    pub freed_before: Vec<usize>,
}

/// One allocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The number of the event that made it.
    pub event: usize,
    /// How it came to be.
    pub kind: Kind,
    /// Bytes.
    pub size: usize,
    /// What ends it; nothing where it outlives the operation.
    pub end: Option<End>,
    /// Who made it, the innermost first.
    pub stack: Vec<Frame>,
}

/// How an allocation comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// As it is.
    Alloc,
    /// As zeros.
    Zeroed,
    /// As another that was resized.
    Realloc {
        /// The bytes of the other.
        from: usize,
        /// The event that made the other; nothing where that was before the operation.
        of: Option<usize>,
    },
}

/// What ends an allocation: the number of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It is freed.
    Freed(usize),
    /// It becomes another.
    Resized(usize),
}

impl Operation {
    /// The operation that consists of these events, with the stack of each.
    pub fn of(events: &[Event], stacks: Vec<Vec<Frame>>) -> Self {
        let mut operation = Self {
            events: events.len(),
            ..Self::default()
        };
        // The places of the allocations that live, by their addresses.
        let mut live: HashMap<usize, usize> = HashMap::new();
        let mut stacks = stacks.into_iter();
        for (number, event) in (1..).zip(events) {
            let stack = stacks.next().unwrap_or_default();
            let (kind, address, size) = match event.what {
                What::Free { address, size } => {
                    operation.end(live.remove(&address), size, End::Freed(number));
                    continue;
                }
                What::Alloc {
                    address,
                    size,
                    zeroed: false,
                } => (Kind::Alloc, address, size),
                What::Alloc { address, size, .. } => (Kind::Zeroed, address, size),
                What::Realloc {
                    from,
                    old,
                    address,
                    size,
                } => {
                    let of = operation.end(live.remove(&from), old, End::Resized(number));
                    (Kind::Realloc { from: old, of }, address, size)
                }
            };
            live.insert(address, operation.allocations.len());
            operation.allocations.push(Allocation {
                event: number,
                kind,
                size,
                end: None,
                stack,
            });
        }
        operation
    }

    /// Ends the allocation at a place, and gives the event that made it.
    fn end(&mut self, place: Option<usize>, size: usize, end: End) -> Option<usize> {
        let Some(allocation) = place.and_then(|place| self.allocations.get_mut(place)) else {
            self.freed_before.push(size);
            return None;
        };
        allocation.end = Some(end);
        Some(allocation.event)
    }

    /// Whether another operation allocates the same from the same places, and keeps the same.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let freed = |operation: &Self| {
            let mut sizes = operation.freed_before.clone();
            sizes.sort_unstable();
            sizes
        };
        let mut pairs = self.allocations.iter().zip(&other.allocations);
        self.allocations.len() == other.allocations.len()
            && freed(self) == freed(other)
            && pairs.all(|(one, two)| one.is_like(two))
    }

    /// Bytes asked for; a reallocation asks for its new size.
    pub fn bytes(&self) -> usize {
        self.allocations
            .iter()
            .map(|allocation| allocation.size)
            .sum()
    }

    /// What outlives the operation.
    pub fn kept(&self) -> impl Iterator<Item = &Allocation> {
        self.allocations
            .iter()
            .filter(|allocation| allocation.end.is_none())
    }
}

impl Allocation {
    fn is_like(&self, other: &Self) -> bool {
        self.shape() == other.shape()
            && self.end.is_none() == other.end.is_none()
            && self.stack == other.stack
    }

    /// What it is, apart from when: the numbers of events differ where another operation has more.
    pub(crate) fn shape(&self) -> (u8, usize, usize) {
        match self.kind {
            Kind::Alloc => (0, 0, self.size),
            Kind::Zeroed => (1, 0, self.size),
            Kind::Realloc { from, .. } => (2, from, self.size),
        }
    }

    /// The line that made it: the innermost frame of the workspace's own code.
    pub fn line(&self) -> Option<&Frame> {
        self.stack.get(self.own()?)
    }

    /// What that line calls of a library's; nothing where it asks the allocator itself.
    pub fn library(&self) -> Option<&Frame> {
        let inner = self.own()?.checked_sub(1)?;
        self.stack.get(inner)
    }

    /// The function of another file that the line is called from, where it is the workspace's, too.
    pub fn caller(&self) -> Option<&Frame> {
        let own = self.own()?;
        let file = &self.stack.get(own)?.file;
        let outer = self.stack.get(own + 1..)?;
        outer
            .iter()
            .find(|frame| frame.whose() == Whose::Own && frame.file != *file)
    }

    fn own(&self) -> Option<usize> {
        self.stack
            .iter()
            .position(|frame| frame.whose() == Whose::Own)
    }
}
