//! The procedure as it goes: rounds of measurements, looks, and decisions.

use std::time::Duration;

use benchstat::Verdict;
use benchstat::paired::{Differences, Layouts, Limits, PairedDecision, PairedRow, decide_among};

use super::{Plan, Stage};

/// What is to be measured: some pairs of each of some cases, all of one layout comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The stage that asks for it.
    pub stage: Stage,
    /// The number of the layout comparison within the stage, from 1 on: both builds are to be linked with seeds of their
    /// own. Always 1 where there is one layout.
    pub layout: u32,
    /// The number of its first pair within the layout, from 1 on.
    pub first_pair: u32,
    /// How many pairs of each case.
    pub pairs: u32,
    /// The cases, by their places.
    pub cases: Vec<usize>,
}

/// Asks for rounds of measurements until everything is decided that can be.
///
/// ```
/// use std::time::Duration;
/// use benchfmt::Better;
/// use benchstat::Verdict;
/// use benchstat::paired::{Layouts, Limits};
/// use paired::procedure::{Plan, Procedure};
///
/// let limits = Limits { allow: 0.0, delta: 0.01, better: Some(Better::Lower) };
/// let mut procedure = Procedure::new(Plan::default(), vec![limits; 2], Layouts::Shuffled);
/// while let Some(round) = procedure.next(Duration::ZERO) {
///     // The first case does not change. The second takes 3 % longer.
///     let noise = 0.001 * f64::from(round.layout % 3);
///     let measured = |&case: &usize| Some(vec![[0.0, 0.03][case] + noise; round.pairs as usize]);
///     let results: Vec<_> = round.cases.iter().map(measured).collect();
///     procedure.take(&round, &results);
/// }
/// let verdicts: Vec<_> = procedure.decisions().iter().map(|decision| decision.verdict).collect();
/// assert_eq!(verdicts, [Verdict::Unchanged, Verdict::Regressed]);
/// ```
#[derive(Clone, Debug)]
pub struct Procedure {
    plan: Plan,
    layouts: Layouts,
    rows: Vec<PairedRow>,
    stage: Stage,
    /// How many layout comparisons the stage has had.
    compared: u32,
    /// The cases that are measured on.
    active: Vec<usize>,
    /// The cases that can no longer be measured.
    lost: Vec<usize>,
}

impl Procedure {
    /// For cases with these limits, before anything is measured.
    pub fn new(plan: Plan, limits: Vec<Limits>, layouts: Layouts) -> Self {
        let row = |limits| PairedRow {
            limits,
            looks: plan.looks(),
            screened: Differences::new(layouts),
            confirmed: Differences::new(layouts),
        };
        let rows: Vec<PairedRow> = limits.into_iter().map(row).collect();
        Self {
            active: (0..rows.len()).collect(),
            plan,
            layouts,
            rows,
            stage: Stage::Screen,
            compared: 0,
            lost: Vec::new(),
        }
    }

    /// What to measure next; nothing if all is decided that can be, or the budget is spent. `spent` is how long it took so
    /// far.
    pub fn next(&mut self, spent: Duration) -> Option<Round> {
        let over = |end: Option<Duration>| end.is_some_and(|end| spent >= end);
        if self.stage == Stage::Screen && over(self.plan.end_of(Stage::Screen)) {
            self.select();
        }
        if self.active.is_empty() || over(self.plan.end_of(self.stage)) {
            return None;
        }
        let pairs = self.plan.pairs.max(1);
        let (layout, first_pair) = match self.layouts {
            Layouts::Shuffled => (self.compared + 1, 1),
            Layouts::One => (1, self.compared * pairs + 1),
        };
        Some(Round {
            stage: self.stage,
            layout,
            first_pair,
            pairs,
            cases: self.active.clone(),
        })
    }

    /// Takes what a round measured: for each of its cases, in their order, the logarithms of the ratios of its pairs; or
    /// nothing if the case can no longer be measured, which ends its part.
    pub fn take(&mut self, round: &Round, results: &[Option<Vec<f64>>]) {
        for (&case, pairs) in round.cases.iter().zip(results) {
            let Some(row) = self.rows.get_mut(case) else {
                continue;
            };
            let differences = match round.stage {
                Stage::Screen => &mut row.screened,
                Stage::Confirm => &mut row.confirmed,
            };
            match pairs {
                Some(pairs) => differences.add(pairs),
                None => self.lost.push(case),
            }
        }
        self.active.retain(|case| !self.lost.contains(case));
        self.compared += 1;
        let planned = self.plan.looks_of(self.stage);
        let last = planned.last().is_none_or(|&last| self.compared >= last);
        if last || planned.contains(&self.compared) {
            self.look();
        }
        match self.stage {
            Stage::Screen if last || self.active.is_empty() => self.select(),
            Stage::Confirm if last => self.active.clear(),
            _ => {}
        }
    }

    /// The rows as they stand: what the decisions rest on.
    pub fn rows(&self) -> &[PairedRow] {
        &self.rows
    }

    /// The decisions as they stand. Sampling may stop at any time: they hold.
    pub fn decisions(&self) -> Vec<PairedDecision> {
        decide_among(&self.rows, self.plan.alpha, self.plan.others)
    }

    /// Ends the part of the cases that are decided.
    fn look(&mut self) {
        let decisions = self.decisions();
        self.active
            .retain(|&case| decisions[case].verdict == Verdict::Undecided);
    }

    /// Goes over to the confirmation of the cases that look changed.
    fn select(&mut self) {
        let decisions = self.decisions();
        self.active = (0..self.rows.len())
            .filter(|case| !self.lost.contains(case))
            .filter(|&case| decisions[case].verdict == Verdict::Undecided)
            .filter(|&case| {
                let row = &self.rows[case];
                let threshold = self.plan.threshold(row.limits.delta, self.layouts);
                let change = row.screened.change();
                change.is_some_and(|change| change.abs() > threshold)
            })
            .collect();
        self.stage = Stage::Confirm;
        self.compared = 0;
    }
}
