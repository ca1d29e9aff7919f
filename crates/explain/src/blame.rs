//! Whose doing a change is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::profile::{Own, Profile};
use crate::sources::{Place, Sources};
use crate::symbols::Function;

/// Where the change of a case comes from. The faults' changes and what is not attributed sum to it exactly.
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
    /// What it took itself, with what libraries did for it, before and after.
    pub took: (u64, u64),
    /// How often it was called, before and after; 0 where it is inlined everywhere, or not there.
    pub calls: (u64, u64),
    /// The lines: those that were edited first, and of either kind those that changed most.
    pub lines: Vec<LineChange>,
}

/// A line and its part of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// Which.
    pub place: Place,
    /// Whether the line was edited.
    pub edited: bool,
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
    /// An own function whose source is what it was: it is given something else to do.
    Given(Function, i64),
}

impl Part {
    /// Its part of the change.
    pub fn change(&self) -> i64 {
        match self {
            Self::Itself(change)
            | Self::Library(_, change)
            | Self::Calls(_, _, change)
            | Self::Given(_, change) => *change,
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
/// - The same source takes the same unless it is given something else to do. So what changed in a function that was not
///   edited is the doing of its nearest caller that was; where there is none, of the only function of the run that was
///   edited, or of the only one at all, if nothing else was. This is so only where [all sources are known](Sources::complete).
pub fn explain(base: &Profile, head: &Profile, sources: &Sources) -> Explanation {
    let (base, head) = (base.root.renamed(sources), &head.root);
    let mut known = (BTreeSet::new(), BTreeSet::new());
    base.functions(&mut known.0);
    head.functions(&mut known.1);
    let mut edits = Edits::new();
    find_edits(&base, true, sources, &mut edits);
    find_edits(head, false, sources, &mut edits);
    let mut blame = Blame {
        sources,
        known,
        edits,
        charges: BTreeMap::new(),
        callers: Vec::new(),
        unsettled: Vec::new(),
    };
    blame.compare(&Function::default(), &base, head);
    blame.settle();

    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    sum_own(&base, &Function::default(), &mut before);
    sum_own(head, &Function::default(), &mut after);
    let mut faults = Vec::new();
    let mut not_attributed = 0;
    for (function, charges) in blame.charges {
        if !function.own {
            not_attributed += charges.values().flat_map(BTreeMap::values).sum::<i64>();
            continue;
        }
        let of = |sums: &BTreeMap<Function, (u64, u64)>| {
            sums.get(&function).copied().unwrap_or_default()
        };
        let (before, after) = (of(&before), of(&after));
        let edits = blame.edits.get(&function);
        if let Some(lines) = lines(charges, edits) {
            faults.push(Fault {
                function,
                change: lines.iter().map(|line| line.change).sum(),
                took: (before.0, after.0),
                calls: (before.1, after.1),
                lines,
            });
        }
    }
    // A stable sort: equal changes stay in the order of their names.
    faults.sort_by_key(|fault: &Fault| std::cmp::Reverse(fault.change.unsigned_abs()));
    Explanation {
        total: (base.inclusive(), head.inclusive()),
        faults,
        not_attributed,
    }
}

/// What executed a part of a line's change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Doer {
    Code(Arc<str>),
    Calls(Function, u64, u64),
    Given(Function),
}

type Charges = BTreeMap<Place, BTreeMap<Doer, i64>>;

/// The edited lines of the functions of a run that were edited.
type Edits = BTreeMap<Function, BTreeSet<Place>>;

fn find_edits(node: &Own, in_base: bool, sources: &Sources, edits: &mut Edits) {
    for ((_, function), child) in &node.children {
        for line in child.lines() {
            let found = sources.edits(&function.file, line, in_base);
            if !found.is_empty() {
                edits.entry(function.clone()).or_default().extend(found);
            }
        }
        find_edits(child, in_base, sources, edits);
    }
}

/// The lines of a function with their changes; nothing where nothing changed.
fn lines(charges: Charges, edits: Option<&BTreeSet<Place>>) -> Option<Vec<LineChange>> {
    let is_edited = |place: &Place| edits.is_some_and(|edits| edits.contains(place));
    let mut lines = Vec::new();
    for (place, doers) in charges {
        let mut parts: Vec<Part> = doers
            .into_iter()
            .filter(|(_, change)| *change != 0)
            .map(|(doer, change)| match doer {
                Doer::Code(name) if name.is_empty() => Part::Itself(change),
                Doer::Code(name) => Part::Library(name, change),
                Doer::Calls(function, from, to) => Part::Calls(function, (from, to), change),
                Doer::Given(function) => Part::Given(function, change),
            })
            .collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.change().unsigned_abs()));
        if !parts.is_empty() {
            lines.push(LineChange {
                place,
                edited: is_edited(&place),
                change: parts.iter().map(Part::change).sum(),
                parts,
            });
        }
    }
    if lines.is_empty() {
        return None;
    }
    // An edit that executes nothing itself, such as a lost attribute, still is the cause.
    if !lines.iter().any(|line| line.edited)
        && let Some(place) = edits.and_then(BTreeSet::first)
    {
        lines.push(LineChange {
            place: *place,
            edited: true,
            change: 0,
            parts: Vec::new(),
        });
    }
    let up = lines.iter().map(|line| line.change).sum::<i64>() >= 0;
    lines.sort_by_key(|line| {
        let toward = if up { line.change } else { -line.change };
        let weight = if line.edited { toward.abs() } else { toward };
        std::cmp::Reverse((line.edited, weight))
    });
    Some(lines)
}

fn sum_own(node: &Own, function: &Function, sums: &mut BTreeMap<Function, (u64, u64)>) {
    let sum = sums.entry(function.clone()).or_default();
    sum.0 += node.costs.values().sum::<u64>();
    sum.1 += node.calls;
    for ((_, function), child) in &node.children {
        sum_own(child, function, sums);
    }
}

struct Blame<'a> {
    sources: &'a Sources,
    /// The own functions of the base and of the head.
    known: (BTreeSet<Function>, BTreeSet<Function>),
    edits: Edits,
    charges: BTreeMap<Function, Charges>,
    /// The functions that are being compared, the outermost first, each with the place of the call in it.
    callers: Vec<(Function, Place)>,
    /// What changed in functions that were not edited, nor a caller of theirs.
    unsettled: Vec<(Function, Place, Doer, i64)>,
}

impl Blame<'_> {
    fn charge(&mut self, function: &Function, place: Place, doer: Doer, change: i64) {
        if change == 0 {
            return;
        }
        if !self.sources.is_complete() || !function.own || self.edits.contains_key(function) {
            self.put(function, place, doer, change);
            return;
        }
        let mut callers = self.callers.iter().rev();
        let edited = callers.find(|(caller, _)| self.edits.contains_key(caller));
        if let Some((caller, place)) = edited.cloned() {
            self.put(&caller, place, Doer::Given(function.clone()), change);
        } else {
            self.unsettled.push((function.clone(), place, doer, change));
        }
    }

    fn put(&mut self, function: &Function, place: Place, doer: Doer, change: i64) {
        let charges = self.charges.entry(function.clone()).or_default();
        *charges.entry(place).or_default().entry(doer).or_default() += change;
    }

    fn settle(&mut self) {
        let mut edits = self.edits.iter();
        let cause = match (edits.next(), edits.next()) {
            (Some((function, places)), None) if !self.sources.has_loose_edits() => {
                places.first().map(|place| (function.clone(), *place))
            }
            // What was inlined may have left no trace of itself.
            (None, _) => self.sources.only_edit(),
            _ => None,
        };
        if let Some((function, place)) = &cause {
            self.edits
                .entry(function.clone())
                .or_default()
                .insert(*place);
        }
        for (function, place, doer, change) in std::mem::take(&mut self.unsettled) {
            match &cause {
                Some((cause, place)) => self.put(cause, *place, Doer::Given(function), change),
                None => self.put(&function, place, doer, change),
            }
        }
    }

    /// The place of a line of the base.
    fn place(&self, function: &Function, line: u32) -> Place {
        match self.sources.head(&function.file, line) {
            Some(line) => Place::here(line),
            None => Place { gone: true, line },
        }
    }

    fn compare(&mut self, function: &Function, base: &Own, head: &Own) {
        for ((line, name), &instructions) in &base.costs {
            let place = self.place(function, *line);
            let doer = Doer::Code(name.clone());
            self.charge(function, place, doer, -(instructions as i64));
        }
        for ((line, name), &instructions) in &head.costs {
            let doer = Doer::Code(name.clone());
            self.charge(function, Place::here(*line), doer, instructions as i64);
        }
        let (pairs, gone, new) = self.pair(function, base, head);
        for ((callee, line), old, now) in pairs {
            self.called(function, line, callee, old, now);
        }
        for ((line, callee), old) in gone {
            let place = self.place(function, *line);
            let file = &callee.file;
            let stays = old
                .lines()
                .all(|line| self.sources.head(file, line).is_some());
            if stays || self.known.1.contains(callee) {
                let doer = Doer::Calls(callee.clone(), old.calls, 0);
                self.charge(function, place, doer, -(old.inclusive() as i64));
            } else {
                self.enter(function, place, callee, old, &Own::default());
            }
        }
        for ((line, callee), now) in new {
            let place = Place::here(*line);
            let stood = now
                .lines()
                .all(|line| self.sources.stood(&callee.file, line));
            if stood || self.known.0.contains(callee) {
                let doer = Doer::Calls(callee.clone(), 0, now.calls);
                self.charge(function, place, doer, now.inclusive() as i64);
            } else {
                self.enter(function, place, callee, &Own::default(), now);
            }
        }
    }

    /// Compares what is called at a place of a function.
    fn enter(&mut self, from: &Function, place: Place, callee: &Function, base: &Own, head: &Own) {
        self.callers.push((from.clone(), place));
        self.compare(callee, base, head);
        self.callers.pop();
    }

    /// A call that both sides have.
    fn called(&mut self, from: &Function, line: u32, callee: &Function, old: &Own, now: &Own) {
        let place = Place::here(line);
        let counted = old.calls > 0 && now.calls > 0;
        if !counted || old.calls == now.calls {
            self.enter(from, place, callee, old, now);
            return;
        }
        let before = old.inclusive();
        let expected = u128::from(before) * u128::from(now.calls) / u128::from(old.calls);
        let expected = expected as u64;
        let doer = Doer::Calls(callee.clone(), old.calls, now.calls);
        self.charge(from, place, doer, expected as i64 - before as i64);
        self.enter(from, place, callee, &old.scaled(expected), now);
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
            let same_line = self.sources.head(&function.file, old.0.0) == Some(now.0.0);
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
