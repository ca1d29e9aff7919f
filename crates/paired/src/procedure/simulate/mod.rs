//! Whole runs of the procedure on made-up or recorded noise: how often it is wrong, what it finds, what it costs.

mod noise;
mod report;
mod uniformity;

use std::time::Duration;

use benchfmt::Better;
use benchstat::Verdict;
use benchstat::paired::{Layouts, Limits, PairedRow, decide};
use benchstat::statistics::signed_rank;
use fastrand::Rng;

use super::{Plan, Procedure, Stage};

pub use noise::{Layout, Model, Noise, Recorded};
pub use report::{Cost, Found, Report};
pub use uniformity::{Uniformity, uniformity};

/// What is simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The procedure's plan.
    pub plan: Plan,
    /// The smallest change that matters, as a share.
    pub delta: f64,
    /// How many cases a suite has.
    pub cases: usize,
    /// By how much the first cases change, as shares; the others do not.
    pub changes: Vec<f64>,
    /// On how many machines a suite is measured, each with its share of the cases, before all are decided together.
    pub shards: usize,
    /// Whether the linker can shuffle.
    pub layouts: Layouts,
    /// How many suites.
    pub suites: u32,
    /// What the random numbers start from: the same seed gives the same report.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plan: Plan::default(),
            delta: 0.01,
            cases: 40,
            changes: Vec::new(),
            shards: 1,
            layouts: Layouts::Shuffled,
            suites: 10_000,
            seed: 1,
        }
    }
}

/// What a suite came to.
struct Suite {
    verdicts: Vec<Verdict>,
    /// Which cases were confirmed.
    confirmed: Vec<bool>,
    /// How many pairs the stages took, and how many layout comparisons.
    pairs: [u32; 2],
    comparisons: [u32; 2],
    /// The p values of cases without a change, of as many comparisons as the first look of screening has.
    p_values: Vec<f64>,
}

/// Runs the procedure on suite after suite.
pub fn simulate(settings: &Settings, noise: &impl Noise) -> Report {
    let mut random = Rng::with_seed(settings.seed);
    let mut report = Report::new(settings);
    for _ in 0..settings.suites {
        report.add(&suite(settings, noise, &mut random));
    }
    report.finish()
}

fn suite(settings: &Settings, noise: &impl Noise, random: &mut Rng) -> Suite {
    let shards = settings.shards.clamp(1, settings.cases.max(1));
    let mut suite = Suite {
        verdicts: Vec::new(),
        confirmed: Vec::new(),
        pairs: [0; 2],
        comparisons: [0; 2],
        p_values: Vec::new(),
    };
    let mut rows: Vec<(usize, PairedRow)> = Vec::with_capacity(settings.cases);
    for shard in 0..shards {
        let cases: Vec<usize> = (shard..settings.cases).step_by(shards).collect();
        let measured = sampled(settings, &cases, noise, random, &mut suite);
        rows.extend(cases.into_iter().zip(measured));
    }
    rows.sort_by_key(|(case, _)| *case);
    let rows: Vec<PairedRow> = rows.into_iter().map(|(_, row)| row).collect();
    let decisions = decide(&rows, settings.plan.alpha);
    suite.verdicts = decisions.iter().map(|decision| decision.verdict).collect();
    suite.confirmed = rows.iter().map(|row| !row.confirmed.is_empty()).collect();
    suite
}

/// Samples some cases on one machine; what that takes is added to the suite.
fn sampled(
    settings: &Settings,
    cases: &[usize],
    noise: &impl Noise,
    random: &mut Rng,
    suite: &mut Suite,
) -> Vec<PairedRow> {
    let limits = Limits {
        allow: 0.0,
        delta: settings.delta,
        better: Some(Better::Lower),
    };
    let plan = Plan {
        others: settings.cases - cases.len(),
        ..settings.plan.clone()
    };
    let mut procedure = Procedure::new(plan, vec![limits; cases.len()], settings.layouts);
    // Where there is one layout, all pairs of a case share it.
    let mut layouts: Vec<_> = cases
        .iter()
        .map(|&case| noise.layout(case, random))
        .collect();
    let first_look = settings.plan.screen.first().copied().unwrap_or(0);
    let mut screened = 0;
    while let Some(round) = procedure.next(Duration::ZERO) {
        let stage = usize::from(round.stage == Stage::Confirm);
        // One layout takes no links, and its pairs share what it adds: their p values are not those of no change.
        let compared = u32::from(settings.layouts == Layouts::Shuffled);
        suite.comparisons[stage] += compared;
        suite.pairs[stage] += round.pairs * round.cases.len() as u32;
        let measured = |&at: &usize| {
            if settings.layouts == Layouts::Shuffled {
                layouts[at] = noise.layout(cases[at], random);
            }
            let change = settings.changes.get(cases[at]).copied().unwrap_or(0.0);
            let pair = |_| change.ln_1p() + noise.pair(cases[at], layouts[at], random);
            Some((0..round.pairs).map(pair).collect())
        };
        let results: Vec<_> = round.cases.iter().map(measured).collect();
        procedure.take(&round, &results);
        screened += compared * u32::from(round.stage == Stage::Screen);
        if round.stage == Stage::Screen && screened == first_look {
            let rows = cases.iter().zip(procedure.rows());
            let unchanged = rows.filter(|(case, _)| **case >= settings.changes.len());
            let p_values = unchanged.filter_map(|(_, row)| signed_rank(row.screened.values()));
            suite.p_values.extend(p_values);
        }
    }
    procedure.rows().to_vec()
}
