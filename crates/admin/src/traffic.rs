//! Counts of requests, by route and status, their times, and what they spent them on.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::slot::{Route, State};

/// The statuses that are counted by themselves: those registered for HTTP that a service gives. Any other is counted as
/// `other`.
pub(crate) const STATUSES: [u16; 41] = [
    200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405,
    406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431, 500, 501,
    502, 503, 504,
];

/// The upper bounds of the latency histogram's buckets in nanoseconds: 1, 2.5 and 5 in each decade from 10 µs to 10 s. A
/// handler answers in microseconds, a database in milliseconds, and a time limit ends the rest.
pub(crate) const BOUNDS: [u64; 19] = [
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// The counts of some of a service's connections.
pub(crate) struct Traffic {
    opened: AtomicU64,
    /// One for each named route, and the last for the others.
    routes: Box<[Counts]>,
}

struct Counts {
    /// As in [`STATUSES`], then other statuses, then requests without an answer.
    statuses: [AtomicU64; STATUSES.len() + 2],
    /// As in [`BOUNDS`], then what took longer.
    times: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
    /// The nanoseconds spent in each state, by its code, and the last for waits without a name.
    states: Box<[AtomicU64]>,
}

/// The counts of one route at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Totals {
    pub(crate) statuses: [u64; STATUSES.len() + 2],
    pub(crate) times: [u64; BOUNDS.len() + 1],
    pub(crate) nanoseconds: u64,
    pub(crate) states: Box<[u64]>,
}

impl Traffic {
    /// For so many named routes and waits.
    pub(crate) fn new(routes: usize, waits: usize) -> Self {
        Self {
            opened: AtomicU64::new(0),
            routes: (0..=routes)
                .map(|_| Counts {
                    statuses: [const { AtomicU64::new(0) }; STATUSES.len() + 2],
                    times: [const { AtomicU64::new(0) }; BOUNDS.len() + 1],
                    nanoseconds: AtomicU64::new(0),
                    states: (0..states(waits)).map(|_| AtomicU64::new(0)).collect(),
                })
                .collect(),
        }
    }

    pub(crate) fn opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }

    fn counts(&self, route: Route) -> &Counts {
        let others = self.routes.len() - 1;
        &self.routes[route.place().min(others)]
    }

    /// A request of this route was in this state for so long.
    pub(crate) fn spent(&self, route: Route, state: State, nanoseconds: u64) {
        let states = &self.counts(route).states;
        let place = (state.code() as usize).min(states.len() - 1);
        states[place].fetch_add(nanoseconds, Ordering::Relaxed);
    }

    pub(crate) fn served(&self, route: Route, status: Option<u16>, nanoseconds: u64) {
        let counts = self.counts(route);
        let status = match status {
            Some(status) => STATUSES.binary_search(&status).unwrap_or(STATUSES.len()),
            None => STATUSES.len() + 1,
        };
        counts.statuses[status].fetch_add(1, Ordering::Relaxed);
        let bucket = BOUNDS.partition_point(|bound| nanoseconds > *bound);
        counts.times[bucket].fetch_add(1, Ordering::Relaxed);
        counts.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Adds the count of connections accepted so far, and that of each route to the route's totals.
    pub(crate) fn add_to(&self, opened: &mut u64, totals: &mut [Totals]) {
        *opened += self.opened.load(Ordering::Relaxed);
        for (counts, total) in self.routes.iter().zip(totals) {
            total.nanoseconds += counts.nanoseconds.load(Ordering::Relaxed);
            for (count, total) in counts.statuses.iter().zip(&mut total.statuses) {
                *total += count.load(Ordering::Relaxed);
            }
            for (count, total) in counts.times.iter().zip(&mut total.times) {
                *total += count.load(Ordering::Relaxed);
            }
            for (count, total) in counts.states.iter().zip(&mut total.states) {
                *total += count.load(Ordering::Relaxed);
            }
        }
    }
}

/// How many states have a counter, where so many waits have a name.
fn states(waits: usize) -> usize {
    State::FIRST_WAIT as usize + waits + 1
}

impl Totals {
    /// None yet, for so many named waits.
    pub(crate) fn new(waits: usize) -> Self {
        Self {
            statuses: [0; STATUSES.len() + 2],
            times: [0; BOUNDS.len() + 1],
            nanoseconds: 0,
            states: vec![0; states(waits)].into(),
        }
    }

    /// Adds another route's counts.
    pub(crate) fn add(&mut self, other: &Self) {
        self.nanoseconds += other.nanoseconds;
        for (sum, count) in self.statuses.iter_mut().zip(other.statuses) {
            *sum += count;
        }
        for (sum, count) in self.times.iter_mut().zip(other.times) {
            *sum += count;
        }
        for (sum, count) in self.states.iter_mut().zip(&other.states) {
            *sum += count;
        }
    }
}
