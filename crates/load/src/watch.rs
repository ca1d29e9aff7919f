//! The service's counters, read when measuring begins and when it has ended.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};
use benchfmt::Measurement;
use load::Counters;
use profile::fetch;

/// Where counters are read, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watching {
    pub(crate) admin: SocketAddr,
    /// The warm-up.
    pub(crate) delay: Duration,
}

/// Counters that were read, or will be.
#[derive(Debug)]
pub(crate) struct Watch {
    admin: SocketAddr,
    before: JoinHandle<Result<Counters>>,
}

impl Watch {
    /// Reads them when the warm-up is over, on a thread of its own.
    pub(crate) fn start(watching: Watching) -> Self {
        let Watching { admin, delay } = watching;
        let before = thread::spawn(move || {
            thread::sleep(delay);
            read(admin)
        });
        Self { admin, before }
    }

    /// Reads them again: what came of each request meanwhile.
    pub(crate) fn end(self) -> Result<Vec<Measurement>> {
        let after = read(self.admin)?;
        match self.before.join() {
            Ok(before) => Ok(before?.until(&after)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn read(admin: SocketAddr) -> Result<Counters> {
    let metrics = fetch(admin, "/metrics")?;
    let text = String::from_utf8(metrics).with_context(|| format!("http://{admin}/metrics"))?;
    Ok(Counters::read(&text))
}
