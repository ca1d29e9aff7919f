//! The pairs of a row, from the results of both sides.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Limits, PairedRow};
use super::differences::{Differences, Layouts};
use super::keys::{Member, PairKey};
use super::problem::{PairProblem, Side};
use crate::collection::{Collection, ConfigId};
use crate::environment::Difference;

/// The pairs of one case in one unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// By pair, in ascending order: the logarithm of the ratio of the head's value to the base's.
    ratios: BTreeMap<PairKey, f64>,
    layouts: Layouts,
    looks: u32,
    /// The answers of the two sides, if they differ in a pair.
    answers: Option<Difference>,
    same_code: bool,
    extra: f64,
}

impl Pairs {
    /// Puts the results of two sides together, each with its configuration, in the order of the files.
    pub(super) fn new(
        collection: &Collection,
        base: &[(ConfigId, f64)],
        head: &[(ConfigId, f64)],
    ) -> Result<Self, PairProblem> {
        let (base, head) = (
            members(collection, base, Side::Base)?,
            members(collection, head, Side::Head)?,
        );
        check_pairing(&base, &head)?;
        let seeds = [(&base, Side::Base), (&head, Side::Head)].map(|(members, side)| {
            check_seeds(members, side)?;
            Ok(members.iter().all(|(member, _)| member.seed.is_some()))
        });
        let [base_shuffled, head_shuffled] = seeds;
        let layouts = if base_shuffled? && head_shuffled? {
            Layouts::Shuffled
        } else {
            Layouts::One
        };
        let mut ratios = BTreeMap::new();
        for ((member, base), (_, head)) in base.iter().zip(&head) {
            ratios.insert(member.key, (head / base).ln());
        }
        let all = || base.iter().chain(&head).map(|(member, _)| member);
        let codes: BTreeSet<Option<&str>> = all().map(|member| member.code).collect();
        Ok(Self {
            ratios,
            layouts,
            looks: all().map(|member| member.looks).max().unwrap_or(1),
            answers: answers(&base, &head),
            same_code: codes.len() == 1 && !codes.contains(&None),
            extra: all().map(|member| member.extra).fold(0.0, f64::max),
        })
    }

    /// By pair, in ascending order: the logarithm of the ratio of the head's value to the base's.
    pub fn ratios(&self) -> impl ExactSizeIterator<Item = (PairKey, f64)> {
        self.ratios.iter().map(|(&key, &ratio)| (key, ratio))
    }

    /// Whether there are several layouts of each side, drawn independently.
    pub fn layouts(&self) -> Layouts {
        self.layouts
    }

    /// The share of extra work that the head was given, to see whether it is found; 0 for all but calibrations.
    pub fn extra(&self) -> f64 {
        self.extra
    }

    /// The answers of the two sides, if they differ.
    pub(crate) fn answers(&self) -> Option<&Difference> {
        self.answers.as_ref()
    }

    /// Whether both sides are the same program.
    pub(crate) fn have_same_code(&self) -> bool {
        self.same_code
    }

    /// How many pairs a stage has, and how many layout comparisons.
    pub(crate) fn sizes(&self, confirms: bool) -> (usize, usize) {
        let stage = || self.ratios.keys().filter(|key| key.confirms == confirms);
        let layouts: BTreeSet<(u64, u32)> = stage().map(|key| (key.run, key.layout)).collect();
        (stage().count(), layouts.len())
    }

    /// The row that is decided.
    pub fn row(&self, limits: Limits) -> PairedRow {
        PairedRow {
            limits,
            looks: self.looks,
            screened: self.differences(false),
            confirmed: self.differences(true),
        }
    }

    fn differences(&self, confirms: bool) -> Differences {
        let mut differences = Differences::new(self.layouts);
        let stage: Vec<((u64, u32), f64)> = self
            .ratios
            .iter()
            .filter(|(key, _)| key.confirms == confirms)
            .map(|(key, &ratio)| ((key.run, key.layout), ratio))
            .collect();
        for comparison in stage.chunk_by(|(a, _), (b, _)| a == b) {
            let pairs: Vec<f64> = comparison.iter().map(|&(_, ratio)| ratio).collect();
            differences.add(&pairs);
        }
        differences
    }
}

type Members<'c> = Vec<(Member<'c>, f64)>;

/// The results of a side, each pair once.
fn members<'c>(
    collection: &'c Collection,
    results: &[(ConfigId, f64)],
    side: Side,
) -> Result<Members<'c>, PairProblem> {
    let mut seen = BTreeSet::new();
    results
        .iter()
        .map(|&(config, value)| {
            let Some(member) = Member::of(collection, config)? else {
                return Err(PairProblem::Unpaired(side));
            };
            let key = member.key;
            if !seen.insert(key) {
                return Err(PairProblem::Repeated { key, side });
            }
            if !(value > 0.0 && value.is_finite()) {
                return Err(PairProblem::NotPositive { key, side });
            }
            Ok((member, value))
        })
        .collect()
}

/// Both sides have the same pairs in the same order.
fn check_pairing(base: &Members<'_>, head: &Members<'_>) -> Result<(), PairProblem> {
    let keys = |members: &Members<'_>| -> BTreeSet<PairKey> {
        members.iter().map(|(member, _)| member.key).collect()
    };
    let (base_keys, head_keys) = (keys(base), keys(head));
    for (key, side) in [
        (base_keys.difference(&head_keys).next(), Side::Head),
        (head_keys.difference(&base_keys).next(), Side::Base),
    ] {
        if let Some(&key) = key {
            return Err(PairProblem::Missing { key, side });
        }
    }
    let apart = base
        .iter()
        .zip(head)
        .find(|((base, _), (head, _))| base.key != head.key);
    match apart {
        Some(((base, _), (head, _))) => Err(PairProblem::Order {
            base: base.key,
            head: head.key,
        }),
        None => Ok(()),
    }
}

/// Each layout of a side has one seed, which no other has, in whatever stage: a layout that screening saw would confirm
/// itself.
fn check_seeds(members: &Members<'_>, side: Side) -> Result<(), PairProblem> {
    let mut of_layout = BTreeMap::new();
    let mut of_seed = BTreeMap::new();
    for (member, _) in members {
        let PairKey {
            confirms,
            run,
            layout,
            ..
        } = member.key;
        let place = (confirms, run, layout);
        let seed = *of_layout.entry(place).or_insert(member.seed);
        let owner = member
            .seed
            .map_or(place, |seed| *of_seed.entry(seed).or_insert(place));
        if seed != member.seed || owner != place {
            return Err(PairProblem::Seed {
                key: member.key,
                seed: member.seed.unwrap_or("0").to_owned(),
                side,
            });
        }
    }
    Ok(())
}

/// The answers in which the sides of a pair differ. An answer that one side does not give differs from any.
fn answers(base: &Members<'_>, head: &Members<'_>) -> Option<Difference> {
    let apart = || {
        let pairs = base.iter().zip(head);
        pairs.filter(|((base, _), (head, _))| base.answer != head.answer)
    };
    apart().next()?;
    let named = |answer: Option<&str>| answer.unwrap_or("not given").to_owned();
    let (base, head): (BTreeSet<String>, BTreeSet<String>) = apart()
        .map(|((base, _), (head, _))| (named(base.answer), named(head.answer)))
        .unzip();
    Some(Difference {
        key: "answer".to_owned(),
        baseline: base.into_iter().collect(),
        head: head.into_iter().collect(),
    })
}
