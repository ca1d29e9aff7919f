//! What simulated suites come to.

use benchstat::Verdict;

use super::uniformity::{Uniformity, uniformity};
use super::{Settings, Suite};

/// What simulated suites came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How many suites were simulated.
    pub suites: u32,
    /// In how many a case without a change was called regressed or improved, or one with a change in the wrong direction.
    pub false_calls: u32,
    /// What became of each change, in the order of the settings.
    pub found: Vec<Found>,
    /// How many cases without a change there were, in all suites.
    pub unchanged_cases: u32,
    /// How many of those were called unchanged.
    pub called_unchanged: u32,
    /// How many of those were confirmed.
    pub selected: u32,
    /// In how many suites a case was confirmed.
    pub confirmations: u32,
    /// How much the stages took, one entry for each suite.
    pub costs: Vec<Cost>,
    /// Whether the p values of cases without a change are what they say, at the first look; nothing where there is one
    /// layout.
    pub uniformity: Option<Uniformity>,
    p_values: Vec<f64>,
    first_look: u32,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// The change, as a share.
    pub change: f64,
    /// In how many suites it was called, in its direction.
    pub called: u32,
    /// In how many it was called unchanged.
    pub unchanged: u32,
    /// In how many it was confirmed.
    pub selected: u32,
}

/// What a suite took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Pairs in screening.
    pub screen_pairs: u32,
    /// Layout comparisons in screening, two links each; none where there is one layout.
    pub screen_layouts: u32,
    /// Pairs in confirmation.
    pub confirm_pairs: u32,
    /// Layout comparisons in confirmation.
    pub confirm_layouts: u32,
    /// How many cases were confirmed.
    pub suspects: u32,
}

impl Report {
    pub(super) fn new(settings: &Settings) -> Self {
        let found = |&change: &f64| Found {
            change,
            called: 0,
            unchanged: 0,
            selected: 0,
        };
        Self {
            suites: 0,
            false_calls: 0,
            found: settings.changes.iter().map(found).collect(),
            unchanged_cases: 0,
            called_unchanged: 0,
            selected: 0,
            confirmations: 0,
            costs: Vec::new(),
            uniformity: None,
            p_values: Vec::new(),
            first_look: settings.plan.screen.first().copied().unwrap_or(0),
        }
    }

    pub(super) fn add(&mut self, suite: &Suite) {
        let mut wrong = false;
        let outcomes = suite.verdicts.iter().zip(&suite.confirmed);
        for (case, (&verdict, &confirmed)) in outcomes.enumerate() {
            let called = matches!(verdict, Verdict::Regressed | Verdict::Improved);
            let unchanged = u32::from(verdict == Verdict::Unchanged);
            if let Some(found) = self.found.get_mut(case) {
                let right = if found.change > 0.0 {
                    Verdict::Regressed
                } else {
                    Verdict::Improved
                };
                found.called += u32::from(verdict == right);
                found.unchanged += unchanged;
                found.selected += u32::from(confirmed);
                wrong |= called && verdict != right;
            } else {
                self.unchanged_cases += 1;
                self.called_unchanged += unchanged;
                self.selected += u32::from(confirmed);
                wrong |= called;
            }
        }
        self.suites += 1;
        self.false_calls += u32::from(wrong);
        self.confirmations += u32::from(suite.confirmed.contains(&true));
        self.costs.push(Cost {
            screen_pairs: suite.pairs[0],
            screen_layouts: suite.comparisons[0],
            confirm_pairs: suite.pairs[1],
            confirm_layouts: suite.comparisons[1],
            suspects: suite
                .confirmed
                .iter()
                .filter(|&&confirmed| confirmed)
                .count() as u32,
        });
        self.p_values.extend(&suite.p_values);
    }

    pub(super) fn finish(mut self) -> Self {
        self.uniformity = uniformity(&self.p_values, self.first_look);
        self.p_values = Vec::new();
        self
    }

    /// The share of suites with a false call.
    pub fn false_call_rate(&self) -> f64 {
        share(self.false_calls, self.suites)
    }

    /// The share of cases without a change that were called unchanged.
    pub fn unchanged_rate(&self) -> f64 {
        share(self.called_unchanged, self.unchanged_cases)
    }

    /// The share of cases without a change that were confirmed.
    pub fn selection_rate(&self) -> f64 {
        share(self.selected, self.unchanged_cases)
    }

    /// The mean and the largest of what `seconds` gives for the cost of a suite, over those that are `counted`; nothing if
    /// none is.
    pub fn cost(
        &self,
        counted: impl Fn(&Cost) -> bool,
        seconds: impl Fn(&Cost) -> f64,
    ) -> Option<(f64, f64)> {
        let all: Vec<f64> = self
            .costs
            .iter()
            .filter(|cost| counted(cost))
            .map(seconds)
            .collect();
        let most = all.iter().copied().reduce(f64::max)?;
        Some((all.iter().sum::<f64>() / all.len() as f64, most))
    }
}

fn share(count: u32, of: u32) -> f64 {
    if of == 0 {
        0.0
    } else {
        f64::from(count) / f64::from(of)
    }
}
