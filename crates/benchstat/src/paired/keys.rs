//! What the configuration says of a pair.

use crate::collection::{Collection, ConfigId};

use super::problem::PairProblem;

/// The key that makes a result one of a pair.
const PAIR: &str = "pair";

/// Which pair a result is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairKey {
    /// Whether it is of the confirmation; of the screening otherwise.
    pub confirms: bool,
    /// The number of the run that measured it; 0 where it is not given.
    pub run: u64,
    /// The number of the layout comparison within the stage of a run.
    pub layout: u32,
    /// The number of the pair within the layout comparison.
    pub pair: u32,
}

/// What a configuration says of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Member<'c> {
    pub(super) key: PairKey,
    /// Of the layout; nothing where the linker did not shuffle.
    pub(super) seed: Option<&'c str>,
    pub(super) looks: u32,
    pub(super) answer: Option<&'c str>,
    /// A digest of the program before its layout was drawn.
    pub(super) code: Option<&'c str>,
    /// The share of extra work.
    pub(super) extra: f64,
}

/// Whether results with this configuration are of pairs.
pub(crate) fn is_paired(collection: &Collection, config: ConfigId) -> bool {
    collection.config_value(config, PAIR).is_some()
}

impl<'c> Member<'c> {
    /// Reads a configuration; `None` if it is of no pair.
    pub(super) fn of(
        collection: &'c Collection,
        config: ConfigId,
    ) -> Result<Option<Self>, PairProblem> {
        let value = |key: &str| collection.config_value(config, key);
        let number = |key: &'static str, text: &str| {
            text.parse().map_err(|_| PairProblem::Value {
                key,
                value: text.to_owned(),
            })
        };
        let Some(pair) = value(PAIR) else {
            return Ok(None);
        };
        let confirms = match value("stage") {
            Some("confirm") => true,
            // What is not known to be a confirmation confirms nothing.
            Some("screen") | None => false,
            Some(other) => {
                return Err(PairProblem::Value {
                    key: "stage",
                    value: other.to_owned(),
                });
            }
        };
        let looks = value("looks").map_or(Ok(1), |looks| number("looks", looks))?;
        if looks == 0 {
            return Err(PairProblem::Value {
                key: "looks",
                value: "0".to_owned(),
            });
        }
        Ok(Some(Self {
            key: PairKey {
                confirms,
                run: value("run").map_or(Ok(0), |run| {
                    run.parse().map_err(|_| PairProblem::Value {
                        key: "run",
                        value: run.to_owned(),
                    })
                })?,
                layout: value("layout").map_or(Ok(1), |layout| number("layout", layout))?,
                pair: number(PAIR, pair)?,
            },
            seed: value("seed").filter(|&seed| seed != "0"),
            looks,
            answer: value("answer"),
            code: value("code"),
            extra: value("extra").map_or(Ok(0.0), |extra| {
                let share = benchfmt::parse_float(extra).ok();
                share
                    .filter(|share| (0.0..f64::INFINITY).contains(share))
                    .ok_or_else(|| PairProblem::Value {
                        key: "extra",
                        value: extra.to_owned(),
                    })
            })?,
        }))
    }
}
