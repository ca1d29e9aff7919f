//! How often the tool is wrong on a machine: what runs of code against itself come to.
//!
//! A run samples a commit against itself, linked with independent seeds on the two sides. In some cases the head does a known
//! share of operations more than are counted; whatever else is called is a false call.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::resume_unwind;
use std::thread;

use benchfmt::Better;
use benchstat::paired::{Limits, PairProblem, PairedResults, Pairs, decide};
use benchstat::statistics::{center_interval, signed_rank};
use benchstat::{Collection, Verdict};
use fastrand::Rng;

use crate::procedure::Plan;
use crate::procedure::simulate::{Recorded, Report, Settings, Uniformity, simulate, uniformity};
use crate::side::Sides;

/// The shares of extra work that each run plants, one case each.
///
/// The smallest is the change that matters, the largest one that nobody wants to miss.
pub const PLANTED: [f64; 3] = [0.01, 0.02, 0.05];

/// Draws the cases that get extra work, of those that do so many operations a block: the smallest share has to be an
/// operation at least.
pub fn plant(operations: &[(String, u64)], random: &mut Rng) -> HashMap<String, f64> {
    let enough = |&&(_, count): &&(String, u64)| count as f64 * PLANTED[0] >= 1.0;
    let mut able: Vec<&(String, u64)> = operations.iter().filter(enough).collect();
    random.shuffle(&mut able);
    let names = able.into_iter().map(|(name, _)| name.clone());
    names.zip(PLANTED).collect()
}

/// A run: what its cases showed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// The cases and their pairs, with what was planted in them.
    pub cases: Vec<(String, Pairs)>,
    /// How long screening took, in seconds.
    pub screening: f64,
    /// How long confirmation took.
    pub confirming: f64,
}

impl Run {
    /// The run whose pairs are in inputs with these labels, in this unit.
    ///
    /// # Errors
    ///
    /// If the results of a case are no pairs: which case, and why.
    pub fn of(
        collection: &Collection,
        sides: Sides<&str>,
        unit: &str,
    ) -> Result<Self, (String, PairProblem)> {
        let results = PairedResults::of(collection);
        let names: BTreeSet<&str> = results
            .rows(sides.base)
            .filter(|(_, own)| *own == unit)
            .map(|(name, _)| name)
            .collect();
        let cases = names.into_iter().map(|name| {
            let pairs = results.pairs((sides.base, name), (sides.head, name), unit);
            let pairs = pairs.map_err(|problem| (name.to_owned(), problem))?;
            Ok((name.to_owned(), pairs))
        });
        Ok(Self {
            cases: cases.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: u32,
    /// Of how many.
    pub of: u32,
}

impl Share {
    fn add(&mut self, holds: bool) {
        self.count += u32::from(holds);
        self.of += 1;
    }
}

/// What became of a share of extra work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detection {
    /// How often it was called regressed.
    pub called: Share,
    /// How often it was called unchanged.
    pub unchanged: Share,
    /// By the number of layout comparisons that confirmation took: how many were called.
    pub comparisons: BTreeMap<usize, u32>,
}

/// What runs come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    /// Runs in which a case without extra work was called regressed or improved, or one with it improved.
    pub false_runs: Share,
    /// Cases without extra work that were called.
    pub false_calls: Share,
    /// Cases without extra work that were called unchanged.
    pub unchanged: Share,
    /// By extra work, in the order of [`PLANTED`].
    pub detections: Vec<(f64, Detection)>,
    /// How often the 95 % interval of a case at the first look holds what was planted in it, or nothing.
    pub coverage: Share,
    /// The p values of cases without extra work at the first look, in ascending order.
    pub p_values: Vec<f64>,
    /// Whether those are what they say.
    pub uniformity: Option<Uniformity>,
    /// How long the stages took, by run, in seconds: screening and confirmation.
    pub seconds: Vec<(f64, f64)>,
    /// How many layout comparisons of a case all confirmations took.
    pub confirmed: usize,
}

impl Calibration {
    /// What runs by a plan come to, where a change of `delta` matters.
    pub fn of(runs: &[Run], plan: &Plan, delta: f64) -> Self {
        let mut all = Self {
            detections: PLANTED.map(|extra| (extra, Detection::default())).to_vec(),
            ..Self::default()
        };
        let first_look = plan.screen.first().copied().unwrap_or(0);
        for run in runs {
            all.add(run, plan, delta, first_look as usize);
        }
        all.p_values.sort_by(f64::total_cmp);
        all.uniformity = uniformity(&all.p_values, first_look);
        all
    }

    /// How long so many layout comparisons of a case take to be confirmed, links included, in seconds; on the average of all.
    pub fn takes(&self, comparisons: u32) -> f64 {
        let all: f64 = self.seconds.iter().map(|(_, confirming)| confirming).sum();
        all / self.confirmed.max(1) as f64 * f64::from(comparisons)
    }

    fn add(&mut self, run: &Run, plan: &Plan, delta: f64, first_look: usize) {
        let limits = Limits {
            allow: 0.0,
            delta,
            better: Some(Better::Lower),
        };
        let rows: Vec<_> = run
            .cases
            .iter()
            .map(|(_, pairs)| pairs.row(limits))
            .collect();
        let decisions = decide(&rows, plan.alpha);
        let mut wrong = false;
        for ((_, pairs), (row, decision)) in run.cases.iter().zip(rows.iter().zip(decisions)) {
            self.confirmed += row.confirmed.values().len();
            let extra = pairs.extra();
            let called = matches!(decision.verdict, Verdict::Regressed | Verdict::Improved);
            let unchanged = decision.verdict == Verdict::Unchanged;
            let screened = row.screened.values();
            let first = screened.get(..first_look);
            if let Some((low, high)) = first.and_then(|first| center_interval(first, 0.95)) {
                let truth = extra.ln_1p();
                self.coverage.add(low <= truth && truth <= high);
            }
            if extra == 0.0 {
                wrong |= called;
                self.false_calls.add(called);
                self.unchanged.add(unchanged);
                self.p_values.extend(first.and_then(signed_rank));
                continue;
            }
            let found = decision.verdict == Verdict::Regressed;
            wrong |= called && !found;
            if let Some((_, detection)) = self.detections.iter_mut().find(|(own, _)| *own == extra)
            {
                detection.called.add(found);
                detection.unchanged.add(unchanged);
                if found {
                    let comparisons = row.confirmed.values().len();
                    *detection.comparisons.entry(comparisons).or_default() += 1;
                }
            }
        }
        self.false_runs.add(wrong);
        self.seconds.push((run.screening, run.confirming));
    }
}

/// Suites without a change, and with one case changed by each share of [`PLANTED`], simulated on the pairs of runs; nothing if
/// those have no case without extra work.
///
/// Those with a change are a tenth as many: their shares are large, and take fewer to be known.
pub fn simulated(runs: &[Run], plan: &Plan, delta: f64, suites: u32) -> Option<Vec<Report>> {
    let noise = recorded(runs)?;
    let cases = runs.iter().map(|run| run.cases.len()).max()?;
    let settings = |change: Option<f64>| Settings {
        plan: plan.clone(),
        delta,
        cases,
        changes: change.into_iter().collect(),
        suites: match change {
            None => suites,
            Some(_) => suites.div_ceil(10),
        },
        ..Settings::default()
    };
    let all = [None].into_iter().chain(PLANTED.map(Some)).map(settings);
    let reports = thread::scope(|scope| {
        let noise = &noise;
        let started: Vec<_> = all
            .map(|settings| scope.spawn(move || simulate(&settings, noise)))
            .collect();
        started
            .into_iter()
            .map(|simulation| {
                simulation
                    .join()
                    .unwrap_or_else(|panic| resume_unwind(panic))
            })
            .collect()
    });
    Some(reports)
}

/// The pairs of all cases without extra work, as the noise of simulations.
pub fn recorded(runs: &[Run]) -> Option<Recorded> {
    let mut by_case: BTreeMap<&str, Vec<&Pairs>> = BTreeMap::new();
    for (case, pairs) in runs.iter().flat_map(|run| &run.cases) {
        if pairs.extra() == 0.0 {
            by_case.entry(case).or_default().push(pairs);
        }
    }
    Recorded::of(&by_case.into_values().collect::<Vec<_>>())
}
