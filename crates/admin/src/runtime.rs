//! A tokio runtime's figures, added up over the scrapes: tokio-metrics gives what changed since the last.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_metrics::{RuntimeIntervals, RuntimeMonitor};

/// A runtime that is watched.
pub(crate) struct Runtime {
    name: String,
    watched: Mutex<(RuntimeIntervals, Totals)>,
}

/// What a runtime did since it was first watched, and its state.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    pub(crate) workers: usize,
    pub(crate) live_tasks: usize,
    pub(crate) global_queue_depth: usize,
    pub(crate) parks: u64,
    pub(crate) busy: Duration,
}

impl Runtime {
    pub(crate) fn new(name: String, handle: &Handle) -> Self {
        let intervals = RuntimeMonitor::new(handle).intervals();
        Self {
            name,
            watched: Mutex::new((intervals, Totals::default())),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let (intervals, totals) = &mut *watched;
        // The intervals never end.
        if let Some(interval) = intervals.next() {
            totals.workers = interval.workers_count;
            totals.live_tasks = interval.live_tasks_count;
            totals.global_queue_depth = interval.global_queue_depth;
            totals.parks += interval.total_park_count;
            totals.busy += interval.total_busy_duration;
        }
        *totals
    }
}
