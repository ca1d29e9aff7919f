//! Pairs as lines of the Go benchmark format: one for each side, in a file of its own.
//!
//! ```text
//! stage: screen
//! looks: 3
//! run: 5820143977
//! layout: 4
//! seed: 81726
//! pair: 2
//! answer: 9f3c52aa01b7de40
//!
//! BenchmarkInvoice/items=10/variant=pooled 80000 2613.4 ns/op 2650.1 wall-ns/op
//! ```
//!
//! `ns/op` is CPU time. Both files have the same lines in the same order, and the ratio of two lines is what the pair measured.

use std::fmt;
use std::str::FromStr;

use benchfmt::{Benchmark, Config, Measurement};
use thiserror::Error;

use crate::digest::Digest;
use crate::pair::PairMeasurement;
use crate::procedure::Stage;
use crate::side::{Side, Sides};

/// CPU time of an operation.
const CPU: &str = "ns/op";
/// Wall time of an operation.
const WALL: &str = "wall-ns/op";

/// A pair's place among all pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it was measured for.
    pub stage: Stage,
    /// Over how many looks at the data the error of `unchanged` is spent.
    pub looks: u32,
    /// The run of the procedure that measured it, a number drawn at random: files of several runs can be put together.
    pub run: u64,
    /// Which comparison of two layouts it belongs to, counted within the stage of a run.
    pub layout: u32,
    /// The seeds by which the sections of each side were shuffled; 0: they were not.
    pub seeds: Sides<u64>,
    /// Which pair of the layout it is.
    pub pair: u32,
}

/// A pair of a case: where it belongs, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct PairRow {
    /// The case, by its name on each side.
    pub names: Sides<String>,
    /// The pair's place.
    pub place: Place,
    /// What was measured.
    pub measurement: PairMeasurement,
}

/// Why two lines are no pair.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RowError {
    /// A configuration key is missing, or its value cannot be read.
    #[error(
        "{side}: benchmark {case}: configuration {key:?} is {value:?}, which is not what a pair has there"
    )]
    Key {
        /// The side of the line.
        side: Side,
        /// The line's name.
        case: String,
        /// The key.
        key: &'static str,
        /// Its value, if it has one.
        value: Option<String>,
    },
    /// A time is missing, or is none.
    #[error("{side}: benchmark {case}: no positive {unit}")]
    Time {
        /// The side of the line.
        side: Side,
        /// The line's name.
        case: String,
        /// The unit.
        unit: &'static str,
    },
    /// The two lines are not of one pair.
    #[error("the lines of base and head are not of one pair: their {what} differ ({} and {})", found.base, found.head)]
    Apart {
        /// What differs.
        what: &'static str,
        /// What it is on either side.
        found: Sides<String>,
    },
}

impl PairRow {
    /// The line of each side. Keys that hold for the whole file are added to them.
    pub fn lines(&self) -> Sides<Benchmark> {
        Sides::of(|side| {
            let place = self.place;
            let mut config = Config::default();
            config.set("stage", &place.stage.to_string());
            config.set("looks", &place.looks.to_string());
            config.set("run", &place.run.to_string());
            config.set("layout", &place.layout.to_string());
            if *place.seeds.get(side) != 0 {
                config.set("seed", &place.seeds.get(side).to_string());
            }
            config.set("pair", &place.pair.to_string());
            if self.measurement.extra != 0.0 {
                config.set("extra", &self.measurement.extra.to_string());
            }
            config.set("answer", &self.measurement.answers.get(side).to_string());
            let time = |value: f64, unit: &str| Measurement {
                value,
                unit: unit.to_owned(),
            };
            Benchmark {
                config,
                name: self.names.get(side).clone(),
                iterations: i64::try_from(self.measurement.iterations).unwrap_or(i64::MAX),
                measurements: vec![
                    time(*self.measurement.cpu.get(side), CPU),
                    time(*self.measurement.wall.get(side), WALL),
                ],
            }
        })
    }

    /// The pair whose lines these are.
    ///
    /// # Errors
    ///
    /// If a key or a time is missing from a line, or the two are not of one pair.
    pub fn read(lines: Sides<&Benchmark>) -> Result<Self, RowError> {
        let Sides { base, head } = Sides::of(|side| Line::read(side, lines.get(side)));
        let (base, head) = (base?, head?);
        let apart = |what, base: &dyn fmt::Display, head: &dyn fmt::Display| {
            let found = Sides {
                base: base.to_string(),
                head: head.to_string(),
            };
            if found.base == found.head {
                Ok(())
            } else {
                Err(RowError::Apart { what, found })
            }
        };
        apart("stages", &base.stage, &head.stage)?;
        apart("looks", &base.looks, &head.looks)?;
        apart("runs", &base.run, &head.run)?;
        apart("layouts", &base.layout, &head.layout)?;
        apart("pairs", &base.pair, &head.pair)?;
        apart("iterations", &base.iterations, &head.iterations)?;
        apart("extras", &base.extra, &head.extra)?;
        Ok(Self {
            names: lines.map(|line| line.name.clone()),
            place: Place {
                stage: base.stage,
                looks: base.looks,
                run: base.run,
                layout: base.layout,
                seeds: Sides {
                    base: base.seed,
                    head: head.seed,
                },
                pair: base.pair,
            },
            measurement: PairMeasurement {
                cpu: Sides {
                    base: base.cpu,
                    head: head.cpu,
                },
                wall: Sides {
                    base: base.wall,
                    head: head.wall,
                },
                iterations: base.iterations,
                extra: base.extra,
                answers: Sides {
                    base: base.answer,
                    head: head.answer,
                },
            },
        })
    }
}

/// What one side's line says.
struct Line {
    stage: Stage,
    looks: u32,
    run: u64,
    layout: u32,
    seed: u64,
    pair: u32,
    answer: Digest,
    iterations: u64,
    extra: f64,
    cpu: f64,
    wall: f64,
}

impl Line {
    fn read(side: Side, line: &Benchmark) -> Result<Self, RowError> {
        let source = Source { side, line };
        Ok(Self {
            stage: source.key("stage")?,
            looks: source.key("looks")?,
            run: source.key("run")?,
            layout: source.key("layout")?,
            seed: if line.config.get("seed").is_some() {
                source.key("seed")?
            } else {
                0
            },
            pair: source.key("pair")?,
            answer: source.key("answer")?,
            iterations: u64::try_from(line.iterations).unwrap_or(0),
            extra: if line.config.get("extra").is_some() {
                source.key("extra")?
            } else {
                0.0
            },
            cpu: source.time(CPU)?,
            wall: source.time(WALL)?,
        })
    }
}

struct Source<'a> {
    side: Side,
    line: &'a Benchmark,
}

impl Source<'_> {
    fn key<T: FromStr>(&self, key: &'static str) -> Result<T, RowError> {
        let value = self.line.config.get(key);
        value
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| RowError::Key {
                side: self.side,
                case: self.line.name.clone(),
                key,
                value: value.map(str::to_owned),
            })
    }

    fn time(&self, unit: &'static str) -> Result<f64, RowError> {
        let measurement = self
            .line
            .measurements
            .iter()
            .find(|measurement| measurement.unit == unit);
        measurement
            .map(|measurement| measurement.value)
            .filter(|&value| value > 0.0)
            .ok_or_else(|| RowError::Time {
                side: self.side,
                case: self.line.name.clone(),
                unit,
            })
    }
}
