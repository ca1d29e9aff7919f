//! A pair: two fresh processes, one of each build, that take turns on one core.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use crate::digest::Digest;
use crate::pin::{Core, Pinned};
use crate::program::of_one_length;
use crate::served::{Served, TargetError};
use crate::settings::Settings;
use crate::side::{Side, Sides};
use crate::turns::{self, Quad};

/// A case that does so many operations in less than a block does nothing.
const MOST_ITERATIONS: u64 = 1 << 32;

/// What a pair says of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairMeasurement {
    /// CPU time of an operation, in nanoseconds. The ratio of the two sides is what was measured; the level is the base's.
    pub cpu: Sides<f64>,
    /// Wall time of an operation, likewise.
    pub wall: Sides<f64>,
    /// Operations that were timed on each side.
    pub iterations: u64,
    /// The share of operations that the head did beyond those.
    pub extra: f64,
    /// The digests of the answers. Where they differ the times are not those of the same work.
    pub answers: Sides<Digest>,
}

impl PairMeasurement {
    /// The logarithm of the ratio of head's CPU time to base's.
    pub fn ratio(&self) -> f64 {
        (self.cpu.head / self.cpu.base).ln()
    }
}

/// Why a pair was not measured.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PairError {
    /// A target failed.
    #[error("{side}: {error}")]
    Target {
        /// Whose.
        side: Side,
        /// At what.
        error: TargetError,
    },
    /// The processes could not be pinned.
    #[error("pinning to {core}: {error}")]
    Pin {
        /// To which core.
        core: Core,
        /// What the system says.
        error: io::Error,
    },
    /// A path could not be made absolute.
    #[error("{program:?}: {error}")]
    Path {
        /// The program.
        program: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The case takes no time.
    #[error(
        "case {case:?} does {MOST_ITERATIONS} operations in no time: there is nothing to measure"
    )]
    NoTime {
        /// The case.
        case: String,
    },
}

/// The names of the cases of a target, in its order.
///
/// # Errors
///
/// If the program is no target, or fails.
pub fn cases(program: &Path, settings: &Settings) -> Result<Vec<String>, TargetError> {
    let mut served = Served::start(program, &settings.environment, settings.patience)?;
    let names = served.list()?;
    served.quit();
    Ok(names)
}

/// Measures a case, by its name on each side, in two programs, the targets of two builds, against each other: both are
/// started, and take turns on one core until there are enough.
///
/// Both get the same argument and environment, and paths of the same length: what lies at the start of a process's stack
/// moves all that comes after it, and times with it. The processes are gone when this returns.
///
/// ```no_run
/// use std::path::Path;
///
/// let programs = paired::Sides { base: Path::new("old/paired"), head: Path::new("new/paired") };
/// let settings = paired::Settings::new()?;
/// let mut random = fastrand::Rng::new();
/// let pair = paired::measure_pair(programs, paired::Sides::both("Sum/n=100"), &settings, &mut random)?;
/// println!("{:+.1} %", (pair.cpu.head / pair.cpu.base - 1.0) * 100.0);
/// assert_eq!(pair.answers.base, pair.answers.head);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// One pair says little: on a busy machine up to one in ten is off by more than 3 %. The unit of replication is the pair or,
/// where code is laid out anew, the layout.
///
/// # Errors
///
/// If a target fails, takes too long, or has no such case, or the processes cannot be pinned.
pub fn measure_pair(
    programs: Sides<&Path>,
    names: Sides<&str>,
    settings: &Settings,
    random: &mut fastrand::Rng,
) -> Result<PairMeasurement, PairError> {
    // In either order, as the turns: what the first takes of the machine, the second does not get.
    let [first, second, ..] = turns::order(random);
    let mut pair = Pair::start(programs, first, settings)?;
    let mut answers = Sides::<Digest>::default();
    for side in [first, second] {
        *answers.get_mut(side) = pair.of(side, |served| served.prepare(names.get(side)))?;
    }
    let no_time = || PairError::NoTime {
        case: names.head.to_owned(),
    };
    let iterations = pair.calibrate(settings.block)?.ok_or_else(no_time)?;
    let quads = (0..settings.quads).map(|_| pair.quad(iterations, settings.extra, random));
    let quads = quads.collect::<Result<Vec<_>, _>>()?;
    pair.quit();

    let cpu = turns::times(&quads, iterations, |block| block.cpu).ok_or_else(no_time)?;
    let wall = turns::times(&quads, iterations, |block| block.wall).ok_or_else(no_time)?;
    let iterations = iterations * 2 * quads.len() as u64;
    Ok(PairMeasurement {
        cpu,
        wall,
        iterations,
        extra: settings.extra,
        answers,
    })
}

/// Two targets that were started on one core.
struct Pair {
    served: Sides<Served>,
    /// The controller, too: what wakes it is on this core, and the other cores are not needed.
    _pinned: Option<Pinned>,
}

impl Pair {
    fn start(programs: Sides<&Path>, first: Side, settings: &Settings) -> Result<Self, PairError> {
        let programs = of_one_length(programs)
            .map_err(|(program, error)| PairError::Path { program, error })?;
        let pinned = match settings.core {
            Some(core) => Some(Pinned::to(core).map_err(|error| PairError::Pin { core, error })?),
            None => None,
        };
        let start = |side| {
            Served::start(programs.get(side), &settings.environment, settings.patience)
                .map_err(|error| PairError::Target { side, error })
        };
        let one = start(first)?;
        let other = start(first.other())?;
        let served = match first {
            Side::Base => Sides {
                base: one,
                head: other,
            },
            Side::Head => Sides {
                base: other,
                head: one,
            },
        };
        Ok(Self {
            served,
            _pinned: pinned,
        })
    }

    fn of<T>(
        &mut self,
        side: Side,
        ask: impl FnOnce(&mut Served) -> Result<T, TargetError>,
    ) -> Result<T, PairError> {
        ask(self.served.get_mut(side)).map_err(|error| PairError::Target { side, error })
    }

    /// How many operations make a block on the average of both sides; at least one. The same number on both sides: what a
    /// turn costs by itself (cold caches above all) is shared by as many operations. `None` if they take no time.
    fn calibrate(&mut self, block: Duration) -> Result<Option<u64>, PairError> {
        let wanted = 2.0 * block.as_nanos() as f64;
        let mut iterations = 1;
        loop {
            let mut both = 0.0;
            for side in [Side::Base, Side::Head] {
                both += self.of(side, |served| served.run(iterations))?.cpu as f64;
            }
            // From three quarters on the rest is a matter of proportion.
            if both >= 0.75 * wanted {
                return Ok(Some(
                    ((iterations as f64 * wanted / both).round() as u64).max(1),
                ));
            }
            if iterations >= MOST_ITERATIONS {
                return Ok(None);
            }
            // Twice, unless the way is short: the first operations of a process take much longer than the later ones.
            iterations *= 2;
        }
    }

    fn quad(
        &mut self,
        iterations: u64,
        extra: f64,
        random: &mut fastrand::Rng,
    ) -> Result<Quad, PairError> {
        let [a, b, c, d] = turns::order(random);
        // What is no whole number is one more as often as its fraction says.
        let extra = (iterations as f64 * extra + random.f64()).floor() as u64;
        let count = Sides {
            base: iterations,
            head: iterations + extra,
        };
        let mut turn = |side| self.of(side, |served| served.run(*count.get(side)));
        let (first, second, third, fourth) = (turn(a)?, turn(b)?, turn(c)?, turn(d)?);
        debug_assert_eq!((a, b), (d, c));
        let (outer, inner) = ([first, fourth], [second, third]);
        Ok(match a {
            Side::Base => Quad {
                base: outer,
                head: inner,
            },
            Side::Head => Quad {
                base: inner,
                head: outer,
            },
        })
    }

    fn quit(self) {
        self.served.map(Served::quit);
    }
}
