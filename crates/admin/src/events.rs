//! What was done, noted while someone wants to know.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::slot::{Owner, Route, State};

/// Events that one shard keeps between two readings, at 100 bytes each: 300,000 a second.
const MOST_EVENTS: usize = 16 << 10;

/// A state that is over, or a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) number: u64,
    pub(crate) owner: Owner,
    pub(crate) route: Option<Route>,
    pub(crate) what: What,
    /// Nanoseconds since the activity's start.
    pub(crate) from: u64,
    pub(crate) to: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    State(State),
    /// And its status, if it was answered.
    Request(Option<u16>),
}

/// The events of a shard.
#[derive(Debug, Default)]
pub(crate) struct Events {
    kept: Mutex<Vec<Event>>,
    dropped: AtomicU64,
}

impl Events {
    pub(crate) fn push(&self, event: Event) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST_EVENTS {
            kept.push(event);
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many were left out since this was last asked.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.swap(0, Ordering::Relaxed)
    }
}
