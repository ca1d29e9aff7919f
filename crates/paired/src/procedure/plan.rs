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
    /// After how many layout comparisons screening looks at each case: the last number ends it.
    ///
    /// A look at `n` comparisons can show a case unchanged if 2^-n is at most its share of 5 %: 1.25 % at four looks. 7 would
    /// do, if the interval may reach to the extreme values; 8 leave out the two most extreme averages at either end, and
    /// most cases without a change end there. 12 is for those that drew a layout far off, which 8 comparisons cannot tell
    /// from a change; 14 would show more of them unchanged, but screening 40 cases would take more than 6 minutes.
    pub screen: Vec<u32>,
    /// How many pairs a layout comparison has in screening.
    ///
    /// One more layout comparison costs two links for all cases together, and one more pair as much time as the cases take.
    /// With 40 cases many comparisons of few pairs say most for the time. 3 is the smallest number whose median is not
    /// carried away by one pair that is far off.
    pub screen_pairs: u32,
    /// A case is selected for confirmation if the center of its screening exceeds this share of `delta`, and it was not
    /// shown unchanged.
    ///
    /// 0.6: with the spread that was measured it takes fewer than 1 in 100 cases without a change, so that most runs without
    /// one confirm nothing, and leaves out fewer than 5 in 100 that changed by delta. A half would find 1 in 100 more of
    /// those, and confirm something in twice as many runs.
    pub select: f64,
    /// After how many layout comparisons confirmation looks at each case: the last number ends it.
    ///
    /// A signed-rank test over 14 comparisons can give 2^-13, which four looks and a family of a hundred leave below 5 %;
    /// so a plain change ends at the first look, however many others there are. 14 more let a change of delta show that
    /// the first look did not.
    pub confirm: Vec<u32>,
    /// How many pairs a layout comparison has in confirmation, at most: where few cases are confirmed.
    ///
    /// More than 6 add nothing that matters: what is left of the spread between pairs in their median is less than the
    /// spread between layouts.
    pub confirm_pairs: u32,
    /// How many pairs a layout comparison has in confirmation over all cases: it is divided among them, down to
    /// `screen_pairs` each.
    ///
    /// 18 is 6 for each of 3 cases, which keeps a confirmation of up to 3 cases within 5 minutes.
    pub confirm_pairs_in_all: u32,
    /// How long the sampling may take, if that is bounded.
    pub budget: Option<Duration>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            screen: vec![8, 12],
            screen_pairs: 3,
            select: 0.6,
            confirm: vec![14, 28],
            confirm_pairs: 6,
            confirm_pairs_in_all: 18,
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

    /// How many pairs a layout comparison of a stage has, where so many cases came into the stage.
    pub(super) fn pairs(&self, stage: Stage, cases: usize) -> u32 {
        match stage {
            Stage::Screen => self.screen_pairs,
            Stage::Confirm => {
                let share = self.confirm_pairs_in_all as usize / cases.max(1);
                let most = self.confirm_pairs.max(self.screen_pairs);
                (share as u32).clamp(self.screen_pairs, most)
            }
        }
        .max(1)
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
