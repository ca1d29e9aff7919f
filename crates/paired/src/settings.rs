//! How pairs are measured.

use std::ffi::OsString;
use std::io;
use std::time::Duration;

use crate::pin::Core;

/// How pairs are measured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The CPU time of a block, of which processes take turns. An operation that takes longer is a block by itself.
    pub block: Duration,
    /// The quads of a pair, at least one: four blocks each, two of either process.
    pub quads: usize,
    /// The core that both processes, and the controller while it measures, are pinned to; `None` leaves them to the system.
    pub core: Option<Core>,
    /// How long a target may take to start, to prepare a case, or to do a block. Longer is an error.
    pub patience: Duration,
    /// The share of operations that the head does beyond those that count: 0, except to see whether that is found.
    pub extra: f64,
    /// The environment variables of both processes; they get no others.
    pub environment: Vec<(OsString, OsString)>,
}

/// Short, so that the two sides meet the same conditions: on a core that other programs wanted, too, pairs in blocks of
/// 0.05 to 0.2 ms spread by 0.7 to 1.5 %, in blocks of 0.3 ms by 1.4 to 1.7 %, of 1 ms by 1.7 to 2.5 %, and were no cheaper.
/// Shorter ones give more weight to what a turn costs by itself.
const BLOCK: Duration = Duration::from_micros(100);

/// Few, so that there can be many pairs: most of the spread lies between processes. Five times as many made it smaller by a
/// fifth to three tenths (from 1.0 to 0.8 %, from 1.6 to 1.3 %), and pairs took five times as long. Still fewer save little,
/// since two processes take about 9 ms to start, and cost most where an operation is a block: with 0.5 ms an operation the
/// spread was 1.8 % with 5 quads, 1.3 % with 10, 0.9 % with 20.
const QUADS: usize = 20;

/// Many times what a case of a suite takes to be prepared on a busy machine; a process that is stopped for a second is no
/// process that hangs.
const PATIENCE: Duration = Duration::from_secs(30);

impl Settings {
    /// The settings of this crate, on a core of this machine.
    ///
    /// # Errors
    ///
    /// If the system does not say which cores there are.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            block: BLOCK,
            quads: QUADS,
            core: Core::choose()?,
            patience: PATIENCE,
            extra: 0.0,
            environment: Vec::new(),
        })
    }
}
