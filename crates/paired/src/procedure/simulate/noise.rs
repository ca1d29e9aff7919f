//! The noise of layout comparisons: as it was described, or as it was recorded.

use std::f64::consts::TAU;

use benchstat::paired::Pairs;
use fastrand::Rng;

/// Where the pairs of builds that do not differ come from.
pub trait Noise {
    /// Draws the layouts of a comparison of a case.
    fn layout(&self, case: usize, random: &mut Rng) -> Layout;

    /// Draws a pair of them: the logarithm of its ratio.
    fn pair(&self, case: usize, layout: Layout, random: &mut Rng) -> f64;
}

/// A layout comparison that was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// What all its pairs share, or 1 or -1 for one that was recorded.
    factor: f64,
    /// Which of those that were recorded.
    recorded: usize,
}

/// Noise by figures that were measured on a 2-core virtual machine: 1,548 comparisons of the suite's cases between layouts
/// of one build, 516 of them twice. Half differed by more than 2.1 %, 5 % by more than 8.3 %, 1 % by more than 13.4 %; half
/// of those that were repeated moved by more than 2.1 %, 5 % by more than 9.7 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// The standard deviation between most pairs of a layout comparison: 2 %.
    pub pairs: f64,
    /// The share of pairs that are far off, in either direction: 5 %.
    pub outliers: f64,
    /// How far those are, at least and at most: 6 % to 14 %.
    pub outlier: (f64, f64),
    /// The standard deviation between most layout comparisons: 2.3 %.
    pub layouts: f64,
    /// The share of layout comparisons that are far off, in either direction: 5 %.
    pub odd_layouts: f64,
    /// How far those are, at least and at most: 6 % to 13 %.
    pub odd_layout: (f64, f64),
}

impl Default for Model {
    fn default() -> Self {
        Self {
            pairs: 0.02,
            outliers: 0.05,
            outlier: (0.06, 0.14),
            layouts: 0.023,
            odd_layouts: 0.05,
            odd_layout: (0.06, 0.13),
        }
    }
}

impl Noise for Model {
    fn layout(&self, _: usize, random: &mut Rng) -> Layout {
        Layout {
            factor: mixed(random, self.layouts, self.odd_layouts, self.odd_layout),
            recorded: 0,
        }
    }

    fn pair(&self, _: usize, layout: Layout, random: &mut Rng) -> f64 {
        layout.factor + mixed(random, self.pairs, self.outliers, self.outlier)
    }
}

/// A normal variable of this deviation; or by a chance one that is far off, evenly between two distances on either side.
fn mixed(random: &mut Rng, deviation: f64, chance: f64, (least, most): (f64, f64)) -> f64 {
    if random.f64() < chance {
        let distance = least + (most - least) * random.f64();
        return if random.bool() { distance } else { -distance };
    }
    deviation * normal(random)
}

/// A standard normal variable, by the method of Box and Muller (1958).
fn normal(random: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (TAU * random.f64()).cos()
}

/// Noise that was recorded: the pairs of layout comparisons of builds that do not differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// By case, and by layout comparison: the logarithms of the ratios of its pairs.
    cases: Vec<Vec<Vec<f64>>>,
}

impl Recorded {
    /// Those of some cases, each from one run or several, whatever the stage; nothing if there are none.
    pub fn of(cases: &[Vec<&Pairs>]) -> Option<Self> {
        let comparisons = |pairs: &Pairs| -> Vec<Vec<f64>> {
            let all: Vec<_> = pairs.ratios().collect();
            all.chunk_by(|(a, _), (b, _)| (a.confirms, a.layout) == (b.confirms, b.layout))
                .map(|comparison| comparison.iter().map(|&(_, ratio)| ratio).collect())
                .collect()
        };
        let cases: Vec<Vec<_>> = cases
            .iter()
            .map(|runs| runs.iter().flat_map(|pairs| comparisons(pairs)).collect())
            .filter(|comparisons: &Vec<_>| !comparisons.is_empty())
            .collect();
        (!cases.is_empty()).then_some(Self { cases })
    }
}

impl Noise for Recorded {
    /// One of the case's comparisons, with replacement; cases beyond those that were recorded begin again with the first.
    /// Which side is called the head is drawn, too: without a change either could be.
    fn layout(&self, case: usize, random: &mut Rng) -> Layout {
        Layout {
            factor: if random.bool() { 1.0 } else { -1.0 },
            recorded: random.usize(..self.cases[case % self.cases.len()].len()),
        }
    }

    /// One of the comparison's pairs, with replacement.
    fn pair(&self, case: usize, layout: Layout, random: &mut Rng) -> f64 {
        let pairs = &self.cases[case % self.cases.len()][layout.recorded];
        layout.factor * pairs[random.usize(..pairs.len())]
    }
}
