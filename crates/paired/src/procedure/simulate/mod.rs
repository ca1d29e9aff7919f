//! Whole runs of the procedure on made-up or recorded noise: how often it is wrong, what it finds, what it costs.

mod noise;
mod report;
mod uniformity;

use std::time::Duration;

use benchfmt::Better;
use benchstat::Verdict;
use benchstat::paired::{Layouts, Limits};
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
    let limits = Limits {
        allow: 0.0,
        delta: settings.delta,
        better: Some(Better::Lower),
    };
    let limits = vec![limits; settings.cases];
    let mut procedure = Procedure::new(settings.plan.clone(), limits, settings.layouts);
    // Where there is one layout, all pairs of a case share it.
    let mut layouts: Vec<_> = (0..settings.cases)
        .map(|case| noise.layout(case, random))
        .collect();
    let first_look = settings.plan.screen.first().copied().unwrap_or(0);
    let (mut pairs, mut comparisons) = ([0; 2], [0; 2]);
    let mut p_values = Vec::new();
    while let Some(round) = procedure.next(Duration::ZERO) {
        let stage = usize::from(round.stage == Stage::Confirm);
        // One layout takes no links, and its pairs share what it adds: their p values are not those of no change.
        comparisons[stage] += u32::from(settings.layouts == Layouts::Shuffled);
        pairs[stage] += round.pairs * round.cases.len() as u32;
        let measured = |&case: &usize| {
            if settings.layouts == Layouts::Shuffled {
                layouts[case] = noise.layout(case, random);
            }
            let change = settings.changes.get(case).copied().unwrap_or(0.0).ln_1p();
            let pair = |_| change + noise.pair(case, layouts[case], random);
            Some((0..round.pairs).map(pair).collect())
        };
        let results: Vec<_> = round.cases.iter().map(measured).collect();
        procedure.take(&round, &results);
        if round.stage == Stage::Screen && comparisons[0] == first_look {
            let unchanged = procedure.rows().iter().skip(settings.changes.len());
            p_values.extend(unchanged.filter_map(|row| signed_rank(row.screened.values())));
        }
    }
    Suite {
        verdicts: procedure
            .decisions()
            .iter()
            .map(|decision| decision.verdict)
            .collect(),
        confirmed: procedure
            .rows()
            .iter()
            .map(|row| !row.confirmed.is_empty())
            .collect(),
        pairs,
        comparisons,
        p_values,
    }
}
