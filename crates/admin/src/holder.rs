//! One profile at a time.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

/// Who takes a profile now, if anyone does.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    holder: Mutex<Option<Holder>>,
}

/// A profile that is being taken.
#[derive(Debug, Clone, Copy)]
struct Holder {
    what: &'static str,
    peer: SocketAddr,
    since: Instant,
    lasts: Duration,
}

/// The right to take a profile; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Held {
    turn: &'static Turn,
}

/// Another profile is being taken.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "{peer} takes {what} for {:.0} s, since {:.1} s ago: one profile at a time",
    lasts.as_secs_f64(),
    age.as_secs_f64()
)]
pub(crate) struct Busy {
    what: &'static str,
    peer: SocketAddr,
    age: Duration,
    lasts: Duration,
}

/// Signals and the sampling allocator are the process's, however many ports it has.
static TURN: Turn = Turn {
    holder: Mutex::new(None),
};

/// Takes the process's right to take a profile, as [`Turn::take`] does.
pub(crate) fn take(what: &'static str, peer: SocketAddr, lasts: Duration) -> Result<Held, Busy> {
    TURN.take(what, peer, lasts)
}

impl Turn {
    /// Takes the right.
    ///
    /// # Errors
    ///
    /// If another has it: who, for what, since when, for how long.
    pub(crate) fn take(
        &'static self,
        what: &'static str,
        peer: SocketAddr,
        lasts: Duration,
    ) -> Result<Held, Busy> {
        let mut holder = self.holder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(holder) = *holder {
            return Err(Busy {
                what: holder.what,
                peer: holder.peer,
                age: holder.since.elapsed(),
                lasts: holder.lasts,
            });
        }
        *holder = Some(Holder {
            what,
            peer,
            since: Instant::now(),
            lasts,
        });
        Ok(Held { turn: self })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut holder = self
            .turn
            .holder
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *holder = None;
    }
}
