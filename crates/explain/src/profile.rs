//! What a run took: the calls among the repository's own functions, with what libraries did for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::apportion::apportion;
use crate::sources::Sources;
use crate::symbols::Function;
use crate::tree::{Node, Tree};

/// What a run took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub(crate) root: Own,
}

impl Profile {
    /// What the calls of a run took.
    pub fn of(tree: &Tree) -> Self {
        let mut root = Own::default();
        root.take(&tree.root, &Function::default(), None);
        Self { root }
    }

    /// The instructions of all.
    pub fn total(&self) -> u64 {
        self.root.inclusive()
    }

    /// The same with what a library took by its package alone, not by its functions: a fifth of the text.
    #[must_use]
    pub fn compact(&self) -> Self {
        let root = self.root.compact();
        Self { root }
    }
}

/// An own function as it was called from one line of another, directly or through libraries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    pub(crate) calls: u64,
    /// Instructions by line and by the library's function that executed them; its own have no name.
    pub(crate) costs: BTreeMap<(u32, Arc<str>), u64>,
    pub(crate) children: BTreeMap<(u32, Function), Own>,
}

impl Own {
    /// Takes what a node did, which is this function, or a library's at a line of it.
    fn take(&mut self, node: &Node, this: &Function, at: Option<(u32, &Arc<str>)>) {
        for (&line, &instructions) in &node.own {
            let (line, name) =
                at.map_or((line, Arc::default()), |(line, name)| (line, name.clone()));
            *self.costs.entry((line, name)).or_default() += instructions;
        }
        for ((line, function), child) in &node.children {
            let line = at.map_or(*line, |(line, _)| line);
            if function == this {
                // A closure of its own.
                self.take(child, this, None);
            } else if function.own {
                let own = self.children.entry((line, function.clone())).or_default();
                own.calls += child.calls;
                own.take(child, function, None);
            } else {
                self.take(child, this, Some((line, &function.of_library())));
            }
        }
    }

    pub(crate) fn inclusive(&self) -> u64 {
        self.costs.values().sum::<u64>() + self.children.values().map(Self::inclusive).sum::<u64>()
    }

    fn compact(&self) -> Self {
        let mut costs: BTreeMap<(u32, Arc<str>), u64> = BTreeMap::new();
        for ((line, name), instructions) in &self.costs {
            let package = name.split("::").next().unwrap_or_default();
            *costs.entry((*line, package.into())).or_default() += instructions;
        }
        let children = self.children.iter();
        Self {
            calls: self.calls,
            costs,
            children: children
                .map(|(call, child)| (call.clone(), child.compact()))
                .collect(),
        }
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

    /// The same with the head's names of files.
    pub(crate) fn renamed(&self, sources: &Sources) -> Self {
        let children = self.children.iter().map(|((line, function), child)| {
            let file = sources.now(&function.file);
            let function = Function {
                file,
                ..function.clone()
            };
            ((*line, function), child.renamed(sources))
        });
        Self {
            calls: self.calls,
            costs: self.costs.clone(),
            children: children.collect(),
        }
    }

    pub(crate) fn functions(&self, all: &mut BTreeSet<Function>) {
        for ((_, function), child) in &self.children {
            all.insert(function.clone());
            child.functions(all);
        }
    }
}
