//! Which request comes next.

use fastrand::Rng;
use thiserror::Error;

use crate::ask::Ask;

/// Why a mix is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MixError {
    /// There is nothing to draw, or all weights are zero.
    #[error("a mix needs a request with a weight above zero")]
    Empty,
    /// The weights add up to more than fits in 32 bits.
    #[error("the weights of a mix add up to more than {}", u32::MAX)]
    TooHeavy,
}

/// Draws requests at random, each as often as its weight says: the same sequence for the same seed.
#[derive(Clone, Debug)]
pub struct Mix {
    asks: Vec<Ask>,
    /// For each request, the sum of the weights up to it.
    sums: Vec<u32>,
    random: Rng,
}

impl Mix {
    /// A mix of requests, each with its weight.
    ///
    /// # Errors
    ///
    /// If there is nothing to draw, or the weights are too large.
    pub fn new(
        weighted: impl IntoIterator<Item = (Ask, u32)>,
        seed: u64,
    ) -> Result<Self, MixError> {
        let (asks, weights): (Vec<Ask>, Vec<u32>) = weighted.into_iter().unzip();
        let mut sum: u32 = 0;
        let mut sums = Vec::with_capacity(weights.len());
        for weight in weights {
            sum = sum.checked_add(weight).ok_or(MixError::TooHeavy)?;
            sums.push(sum);
        }
        if sum == 0 {
            return Err(MixError::Empty);
        }
        Ok(Self {
            asks,
            sums,
            random: Rng::with_seed(seed),
        })
    }

    /// A mix of kinds of requests, each with its weight, however many requests a kind has: those of one kind come equally often.
    ///
    /// # Errors
    ///
    /// If there is nothing to draw, or the weights are too large.
    pub fn of_kinds(kinds: Vec<(Vec<Ask>, u32)>, seed: u64) -> Result<Self, MixError> {
        // Whole weights: a request's is its kind's, times the numbers of requests of all other kinds.
        let mut weights = Vec::with_capacity(kinds.len());
        for (own, (_, weight)) in kinds.iter().enumerate() {
            let others = kinds.iter().enumerate().filter(|(other, _)| *other != own);
            let weight =
                others
                    .map(|(_, (asks, _))| asks.len())
                    .try_fold(*weight, |product, count| {
                        let count = u32::try_from(count).ok()?;
                        product.checked_mul(count)
                    });
            weights.push(weight.ok_or(MixError::TooHeavy)?);
        }
        let weighted = kinds
            .into_iter()
            .zip(weights)
            .flat_map(|((asks, _), weight)| asks.into_iter().map(move |ask| (ask, weight)));
        Self::new(weighted, seed)
    }

    /// A request by its place in the mix.
    pub(crate) fn ask(&self, place: usize) -> &Ask {
        &self.asks[place]
    }

    /// The place of the next request.
    pub fn draw(&mut self) -> usize {
        match self.sums[..] {
            // Nothing to choose, and nothing to spend on it.
            [] | [_] => 0,
            [.., sum] => {
                let drawn = self.random.u32(..sum);
                self.sums.partition_point(|&sum| sum <= drawn)
            }
        }
    }
}
