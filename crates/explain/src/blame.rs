//! Whose doing a change is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lines::Lines;
use crate::own::Own;
use crate::symbols::Function;
use crate::tree::Tree;

/// Where the change of a case comes from. The faults' changes sum to it exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The instructions before and after.
    pub total: (u64, u64),
    /// The functions that the change comes from, the largest change first.
    pub faults: Vec<Fault>,
    /// The change that no function could be found for.
    pub not_attributed: i64,
}

/// A function that a part of the change comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub function: Function,
    /// Its part of the change.
    pub change: i64,
    /// What it took before: itself, and what libraries did for it.
    pub before: u64,
    /// The lines, those that changed most the same way first.
    pub lines: Vec<LineChange>,
}

/// A line and its part of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// The line in the head's source; in the base's where it [is gone](Self::gone).
    pub line: u32,
    /// Whether the head has it no more.
    pub gone: bool,
    /// Its part of the change.
    pub change: i64,
    /// What executed it, the largest change first.
    pub parts: Vec<Part>,
}

/// What executed a part of a line's change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The line's own instructions.
    Itself(i64),
    /// A library's function.
    Library(Arc<str>, i64),
    /// An own function that is called more or less often from here: before, after.
    Calls(Function, (u64, u64), i64),
}

impl Part {
    /// Its part of the change.
    pub fn change(&self) -> i64 {
        match self {
            Self::Itself(change) | Self::Library(_, change) | Self::Calls(_, _, change) => *change,
        }
    }
}

/// Finds where the change between two runs of a case comes from, by these rules:
///
/// - Instructions are the nearest own function's in the stack, inlined ones included: what a library does is the doing of
///   the line that asks for it.
/// - Where an own function is called more often from a line, what it takes now for the calls that are new is the doing of
///   that line; what a call takes more is its own.
/// - Where a line calls an own function that it did not call, that is the line's doing, if the function was there before:
///   called from elsewhere, or in lines that the base has, too, as those from which an implementation is derived. A function
///   that is new answers for itself.
pub fn explain(base: &Tree, head: &Tree, lines: &Lines) -> Explanation {
    let (base, head) = (Own::of(&base.root), Own::of(&head.root));
    let mut known = (BTreeSet::new(), BTreeSet::new());
    base.functions(&mut known.0);
    head.functions(&mut known.1);
    let mut blame = Blame {
        lines,
        known,
        charges: BTreeMap::new(),
    };
    blame.compare(&Function::default(), &base, &head);

    let mut before = BTreeMap::new();
    sum_own(&base, &Function::default(), &mut before);
    let mut faults = Vec::new();
    let mut not_attributed = 0;
    for (function, lines) in blame.charges {
        if !function.own {
            not_attributed += lines.values().flat_map(BTreeMap::values).sum::<i64>();
            continue;
        }
        let before = before.get(&function).copied().unwrap_or(0);
        faults.extend(fault(function, before, lines));
    }
    // A stable sort: equal changes stay in the order of their names.
    faults.sort_by_key(|fault: &Fault| std::cmp::Reverse(fault.change.unsigned_abs()));
    Explanation {
        total: (base.inclusive(), head.inclusive()),
        faults,
        not_attributed,
    }
}

/// A line of the head, or one of the base that is gone.
type Place = (bool, u32);

/// What executed it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Doer {
    Code(Arc<str>),
    Calls(Function, u64, u64),
}

type Charges = BTreeMap<Place, BTreeMap<Doer, i64>>;

fn fault(function: Function, before: u64, charges: Charges) -> Option<Fault> {
    let mut lines = Vec::new();
    for ((gone, line), doers) in charges {
        let mut parts: Vec<Part> = doers
            .into_iter()
            .filter(|(_, change)| *change != 0)
            .map(|(doer, change)| match doer {
                Doer::Code(name) if name.is_empty() => Part::Itself(change),
                Doer::Code(name) => Part::Library(name, change),
                Doer::Calls(function, from, to) => Part::Calls(function, (from, to), change),
            })
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.change().unsigned_abs()));
        let change = parts.iter().map(Part::change).sum();
        if !parts.is_empty() {
            lines.push(LineChange {
                line,
                gone,
                change,
                parts,
            });
        }
    }
    let change: i64 = lines.iter().map(|line| line.change).sum();
    let up = change >= 0;
    lines.sort_by_key(|line| std::cmp::Reverse(if up { line.change } else { -line.change }));
    (!lines.is_empty()).then_some(Fault {
        function,
        change,
        before,
        lines,
    })
}

fn sum_own(node: &Own, function: &Function, sums: &mut BTreeMap<Function, u64>) {
    *sums.entry(function.clone()).or_default() += node.costs.values().sum::<u64>();
    for ((_, function), child) in &node.children {
        sum_own(child, function, sums);
    }
}

struct Blame<'a> {
    lines: &'a Lines,
    /// The own functions of the base and of the head.
    known: (BTreeSet<Function>, BTreeSet<Function>),
    charges: BTreeMap<Function, Charges>,
}

impl Blame<'_> {
    fn charge(&mut self, function: &Function, place: Place, doer: Doer, change: i64) {
        if change != 0 {
            let charges = self.charges.entry(function.clone()).or_default();
            *charges.entry(place).or_default().entry(doer).or_default() += change;
        }
    }

    /// The place of a line of the base.
    fn place(&self, function: &Function, line: u32) -> Place {
        match self.lines.head(&function.file, line) {
            Some(line) => (false, line),
            None => (true, line),
        }
    }

    fn compare(&mut self, function: &Function, base: &Own, head: &Own) {
        for ((line, name), &instructions) in &base.costs {
            let place = self.place(function, *line);
            self.charge(
                function,
                place,
                Doer::Code(name.clone()),
                -(instructions as i64),
            );
        }
        for ((line, name), &instructions) in &head.costs {
            self.charge(
                function,
                (false, *line),
                Doer::Code(name.clone()),
                instructions as i64,
            );
        }
        let (pairs, gone, new) = self.pair(function, base, head);
        for ((callee, line), old, now) in pairs {
            self.called(function, line, callee, old, now);
        }
        for ((line, callee), old) in gone {
            let file = &callee.file;
            let stays = old
                .lines()
                .all(|line| self.lines.head(file, line).is_some());
            if stays || self.known.1.contains(callee) {
                let place = self.place(function, *line);
                let doer = Doer::Calls(callee.clone(), old.calls, 0);
                self.charge(function, place, doer, -(old.inclusive() as i64));
            } else {
                self.compare(callee, old, &Own::default());
            }
        }
        for ((line, callee), now) in new {
            let stood = now.lines().all(|line| self.lines.stood(&callee.file, line));
            if stood || self.known.0.contains(callee) {
                let doer = Doer::Calls(callee.clone(), 0, now.calls);
                self.charge(function, (false, *line), doer, now.inclusive() as i64);
            } else {
                self.compare(callee, &Own::default(), now);
            }
        }
    }

    /// A call that both sides have.
    fn called(&mut self, from: &Function, line: u32, callee: &Function, old: &Own, now: &Own) {
        let counted = old.calls > 0 && now.calls > 0;
        if !counted || old.calls == now.calls {
            self.compare(callee, old, now);
            return;
        }
        let before = old.inclusive();
        let expected = u128::from(before) * u128::from(now.calls) / u128::from(old.calls);
        let expected = expected as u64;
        let doer = Doer::Calls(callee.clone(), old.calls, now.calls);
        self.charge(from, (false, line), doer, expected as i64 - before as i64);
        self.compare(callee, &old.scaled(expected), now);
    }

    /// The calls that are on both sides: of the same function from the same line; of those left, of the same function in
    /// their order; of those left, of a function that went and one that came in the same file: it was renamed.
    fn pair<'n>(&self, function: &Function, base: &'n Own, head: &'n Own) -> Paired<'n> {
        let mut gone: Vec<Call<'n>> = base.children.iter().collect();
        let mut new: Vec<Call<'n>> = head.children.iter().collect();
        let mut pairs = Vec::new();
        let mut take = |same: &dyn Fn(&Call<'n>, &Call<'n>) -> bool| {
            gone.retain(|old| {
                let Some(place) = new.iter().position(|now| same(old, now)) else {
                    return true;
                };
                let ((line, callee), now) = new.remove(place);
                pairs.push(((callee, *line), old.1, now));
                false
            });
        };
        take(&|old, now| {
            let same_line = self.lines.head(&function.file, old.0.0) == Some(now.0.0);
            old.0.1 == now.0.1 && same_line
        });
        take(&|old, now| old.0.1 == now.0.1);
        take(&|old, now| {
            let (old, now) = (&old.0.1, &now.0.1);
            let renamed = !self.known.1.contains(old) && !self.known.0.contains(now);
            renamed && old.file == now.file
        });
        (pairs, gone, new)
    }
}

type Call<'n> = (&'n (u32, Function), &'n Own);
type Pair<'n> = ((&'n Function, u32), &'n Own, &'n Own);
type Paired<'n> = (Vec<Pair<'n>>, Vec<Call<'n>>, Vec<Call<'n>>);
