//! The calls among the repository's own functions, with what libraries did for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::apportion::apportion;
use crate::symbols::Function;
use crate::tree::Node;

/// An own function as it was called from one line of another, directly or through libraries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    pub(crate) calls: u64,
    /// Instructions by line and by the library's function that executed them; its own have no name.
    pub(crate) costs: BTreeMap<(u32, Arc<str>), u64>,
    pub(crate) children: BTreeMap<(u32, Function), Own>,
}

impl Own {
    pub(crate) fn of(root: &Node) -> Self {
        let mut own = Self::default();
        own.take(root, None);
        own
    }

    /// Takes what a node did, at a line of this function if it is a library's.
    fn take(&mut self, node: &Node, at: Option<(u32, &Arc<str>)>) {
        for (&line, &instructions) in &node.own {
            let (line, name) =
                at.map_or((line, Arc::default()), |(line, name)| (line, name.clone()));
            *self.costs.entry((line, name)).or_default() += instructions;
        }
        for ((line, function), child) in &node.children {
            let line = at.map_or(*line, |(line, _)| line);
            if function.own {
                let own = self.children.entry((line, function.clone())).or_default();
                own.calls += child.calls;
                own.take(child, None);
            } else {
                self.take(child, Some((line, &function.name)));
            }
        }
    }

    pub(crate) fn inclusive(&self) -> u64 {
        self.costs.values().sum::<u64>() + self.children.values().map(Self::inclusive).sum::<u64>()
    }

    /// The same with another total, in the same proportions.
    pub(crate) fn scaled(&self, total: u64) -> Self {
        let costs = self.costs.values().copied();
        let weights: Vec<u64> = costs
            .chain(self.children.values().map(Self::inclusive))
            .collect();
        let parts = apportion(total, &weights);
        let (costs, children) = parts.split_at(self.costs.len());
        Self {
            calls: self.calls,
            costs: self
                .costs
                .keys()
                .cloned()
                .zip(costs.iter().copied())
                .collect(),
            children: self
                .children
                .iter()
                .zip(children)
                .map(|((key, child), &part)| (key.clone(), child.scaled(part)))
                .collect(),
        }
    }

    /// The lines of its own that took something.
    pub(crate) fn lines(&self) -> impl Iterator<Item = u32> {
        let called = self.children.keys().map(|(line, _)| *line);
        self.costs.keys().map(|(line, _)| *line).chain(called)
    }

    pub(crate) fn functions(&self, all: &mut BTreeSet<Function>) {
        for ((_, function), child) in &self.children {
            all.insert(function.clone());
            child.functions(all);
        }
    }
}
