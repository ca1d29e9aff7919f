//! What was recorded of a case, by site.

use std::collections::HashMap;
use std::io;

use crate::event::Event;
use crate::frame::{Frame, Whose};
use crate::named::named;
use crate::operation::{Allocation, Operation};
use crate::sites::Sites;

/// The sites of `operations` operations that were recorded together, and of what was recorded `before` them and lives between
/// them. Of that, `held` bytes in one block are the harness's and left out. `root` is the workspace's folder. It has to run in
/// the program that recorded.
///
/// # Errors
///
/// If this process's mappings cannot be read.
pub fn counted(
    operations: u64,
    steady: &[Event],
    before: &[Event],
    held: usize,
    root: &str,
) -> io::Result<Sites> {
    // Names are sought for what lives alone: what is built and checked allocates a lot.
    let whole = Operation::of(before, Vec::new());
    let mut kept: Vec<Allocation> = whole.kept().cloned().collect();
    let events = kept
        .iter()
        .filter_map(|allocation| before.get(allocation.event.checked_sub(1)?));
    let mut stacks = stacks(events.chain(steady), root)?;
    let of_steady = stacks.split_off(kept.len());
    for (allocation, stack) in kept.iter_mut().zip(stacks) {
        allocation.stack = stack;
    }
    let is_held = |allocation: &Allocation| {
        let own = |frame: &Frame| frame.whose() == Whose::Own;
        held > 0 && allocation.size == held && !allocation.stack.iter().any(own)
    };
    if let Some(place) = kept.iter().position(is_held) {
        kept.remove(place);
    }
    let steady = Operation::of(steady, of_steady);
    Ok(Sites::of(operations, &steady, &kept))
}

/// The stack of each event; each is named once, however often it came.
fn stacks<'e>(events: impl Iterator<Item = &'e Event>, root: &str) -> io::Result<Vec<Vec<Frame>>> {
    let mut places: HashMap<&[u64], usize> = HashMap::new();
    let mut distinct = Vec::new();
    let places: Vec<usize> = events
        .map(|event| {
            *places.entry(&event.stack).or_insert_with(|| {
                distinct.push(event.clone());
                distinct.len() - 1
            })
        })
        .collect();
    let named = named(&distinct, root)?;
    let stack = |place| named.get(place).cloned().unwrap_or_default();
    Ok(places.into_iter().map(stack).collect())
}
