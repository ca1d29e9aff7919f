//! The calls of a run, with inlined functions as if they had been called.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::apportion::apportion;
use crate::records::Records;
use crate::symbols::{Frame, Function};

/// Gives the functions that an address of an object lies in, the outermost first, as
/// [`Symbols::frames`](crate::Symbols::frames) does; the name is that which callgrind gives.
pub type Frames<'f> = dyn Fn(&str, u64, &str) -> Rc<[Frame]> + 'f;

/// The calls of a run. Its total is that of the records, whatever was or was not resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// What stands above the first function; its own instructions are those that could not be placed.
    pub root: Node,
}

/// A function as it was called from one line of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// How often it was called; 0 where it is inlined, and how often is not known.
    pub calls: u64,
    /// Its own instructions by line.
    pub own: BTreeMap<u32, u64>,
    /// What it called, by the line of the call.
    pub children: BTreeMap<(u32, Function), Node>,
}

impl Node {
    /// Its instructions and those of all that it called.
    pub fn inclusive(&self) -> u64 {
        let below = self.children.values().map(Self::inclusive).sum::<u64>();
        self.own.values().sum::<u64>() + below
    }
}

impl Tree {
    /// The calls of some records; `frames` gives the source of an address, as [`Symbols`](crate::Symbols) does.
    ///
    /// Where a function is called from several places under the same callers, callgrind knows what each place cost, but
    /// not how that is divided below: it is taken to be divided alike.
    pub fn of(records: &Records, frames: &Frames<'_>) -> Self {
        let mut is_called = vec![false; records.functions.len()];
        for (place, function) in records.functions.iter().enumerate() {
            for edge in function.edges.iter().filter(|edge| edge.callee != place) {
                is_called[edge.callee] = true;
            }
        }
        let mut builder = Builder {
            records,
            frames,
            path: Vec::new(),
        };
        let mut root = Node::default();
        for place in (0..records.functions.len()).filter(|&place| !is_called[place]) {
            let total = builder.weights(place).iter().sum();
            builder.add(&mut root, 0, place, 1, total);
        }
        let lost = records.total.saturating_sub(root.inclusive());
        if lost > 0 {
            *root.own.entry(0).or_default() += lost;
        }
        Self { root }
    }
}

struct Builder<'a> {
    records: &'a Records,
    frames: &'a Frames<'a>,
    /// The functions that are being called.
    path: Vec<usize>,
}

impl Builder<'_> {
    /// What the costs and the calls of a function are, in this order; a call of what is being called is counted there.
    fn weights(&self, place: usize) -> Vec<u64> {
        let function = &self.records.functions[place];
        let costs = function.costs.iter().map(|cost| cost.instructions);
        let edges = function.edges.iter().map(|edge| {
            let recurs = edge.callee == place || self.path.contains(&edge.callee);
            if recurs { 0 } else { edge.instructions }
        });
        costs.chain(edges).collect()
    }

    /// Adds calls of a function from a line of `parent`, which took so many instructions.
    fn add(&mut self, parent: &mut Node, line: u32, place: usize, calls: u64, total: u64) {
        let records = self.records;
        let function = &records.functions[place];
        let name = function.name.split('\'').next().unwrap_or_default();
        let weights = self.weights(place);
        let sum: u64 = weights.iter().sum();
        let parts = apportion(total, &weights);
        self.path.push(place);
        let addresses = function.costs.iter().map(|cost| cost.address);
        let addresses = addresses.chain(function.edges.iter().map(|edge| edge.address));
        let mut first = true;
        for (number, (address, part)) in addresses.zip(parts).enumerate() {
            if part == 0 {
                continue;
            }
            let mut node = &mut *parent;
            let mut at = line;
            let frames = (self.frames)(&function.object, address, name);
            for (depth, frame) in frames.iter().enumerate() {
                let key = (at, frame.function.clone());
                node = node.children.entry(key).or_default();
                if first && depth == 0 {
                    node.calls += calls;
                    first = false;
                }
                at = frame.line;
            }
            match number.checked_sub(function.costs.len()) {
                None => *node.own.entry(at).or_default() += part,
                Some(edge) => {
                    let edge = &function.edges[edge];
                    // As many of the calls as of what the function took.
                    let share = u128::from(edge.calls) * u128::from(total) / u128::from(sum.max(1));
                    self.add(node, at, edge.callee, (share as u64).max(1), part);
                }
            }
        }
        self.path.pop();
    }
}
