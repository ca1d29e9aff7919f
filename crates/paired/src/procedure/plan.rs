//! How much is measured, and when it is looked at.

use std::ops::RangeInclusive;
use std::time::Duration;

use benchstat::paired::{LAYOUT_SPREAD, Layouts};

use super::Stage;

/// How much is measured, and when it is looked at. The default holds the error rates of the [module](super).
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The level for the family of all rows that are confirmed.
    ///
    /// 0.05: one run in twenty of code that did not change may call something. It is what is asked of the tool; the
    /// procedure stays below it because most runs confirm nothing.
    pub alpha: f64,
    /// How many pairs a layout comparison has.
    ///
    /// 1: a second pair on the same layouts repeats their luck, which a first pair on others does not, and to link both sides
    /// again takes a fifth of a second for all cases together. Where a link takes many times as long as the pairs, more are
    /// better.
    pub pairs: u32,
    /// After how many layout comparisons screening looks at each case: the last number ends it.
    ///
    /// 192: 40 cases then take at most 273 s by what pairs and links take, of the 6 minutes that screening may take. The looks
    /// double, so that a case whose layouts differ little ends at a quarter of the time, at the price of two more looks.
    pub screen: Vec<u32>,
    /// A case is selected for confirmation if the center of its screening exceeds this share of `delta`, and it was not
    /// shown unchanged.
    ///
    /// 0.6: with the spread that was measured it takes 3 in 100 cases without a change, and 93 in 100 that changed by delta
    /// are called in the end.
    pub select: f64,
    /// After how many layout comparisons confirmation looks at each case: the last number ends it.
    ///
    /// 384: three cases then take at most 119 s, of the 5 minutes that confirmation may take. Plain changes end at the first
    /// look, whatever the size of the family: 96 comparisons can give a p value of 2^-95.
    pub confirm: Vec<u32>,
    /// How many more cases the family may have, which are measured elsewhere: a row that is decided must stay so once they
    /// are there.
    pub others: usize,
    /// How long the sampling may take, if that is bounded.
    pub budget: Option<Duration>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            pairs: 1,
            screen: vec![48, 96, 192],
            select: 0.6,
            confirm: vec![96, 192, 384],
            others: 0,
            budget: None,
        }
    }
}

/// The share of the budget that screening may take: a change that is found and not confirmed is of no use, and a
/// confirmation takes about as long as the screening.
const SCREEN_SHARE: f64 = 0.6;

impl Plan {
    /// Over how many looks the errors of a row are spent: all that are planned.
    pub fn looks(&self) -> u32 {
        (self.screen.len() + self.confirm.len()) as u32
    }

    /// The layout comparisons of a stage up to the next look, from one of them on: what is linked at once.
    pub fn until_look(&self, stage: Stage, layout: u32) -> RangeInclusive<u32> {
        let looks = self.looks_of(stage).iter().copied();
        layout..=looks.filter(|&look| look >= layout).min().unwrap_or(layout)
    }

    /// The layout comparisons after which a stage looks.
    pub(super) fn looks_of(&self, stage: Stage) -> &[u32] {
        match stage {
            Stage::Screen => &self.screen,
            Stage::Confirm => &self.confirm,
        }
    }

    /// How long a stage may go on.
    pub(super) fn end_of(&self, stage: Stage) -> Option<Duration> {
        self.budget.map(|budget| match stage {
            Stage::Screen => budget.mul_f64(SCREEN_SHARE),
            Stage::Confirm => budget,
        })
    }

    /// The change beyond which a screened case is selected, as a share. With one layout only a change beyond what layouts
    /// are known to cause can be confirmed: to look closer at a smaller one is of no use.
    pub(super) fn threshold(&self, delta: f64, layouts: Layouts) -> f64 {
        match layouts {
            Layouts::Shuffled => self.select * delta,
            Layouts::One => LAYOUT_SPREAD,
        }
    }
}
