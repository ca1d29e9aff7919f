//! What is counted while the load runs.

use std::time::Duration;

use hdrhistogram::{CreationError, Histogram};

use crate::fault::{Fault, Faults};

/// How long after it was due a request may be sent and count as sent on time. It is ten times the distance between two
/// requests at 10,000/s, and a tenth of what a user notices.
pub const PUNCTUAL: Duration = Duration::from_millis(1);

/// The longest time that is told from a longer one: an hour, in nanoseconds.
const LONGEST: u64 = 3_600_000_000_000;

/// Significant digits of a recorded time: 0.1 %.
const DIGITS: u8 = 3;

/// How it goes, over the time since the last glimpse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glimpse {
    /// Since the start.
    pub elapsed: Duration,
    /// Whether this is still the warm-up.
    pub warming_up: bool,
    /// Answers a second.
    pub rate: f64,
    /// Half of the requests took no longer.
    pub p50: Duration,
    /// 99 in 100 took no longer.
    pub p99: Duration,
    /// What went wrong since the start, the warm-up included.
    pub faults: u64,
    /// Requests that are due and not sent, since all connections are busy.
    pub waiting: u64,
}

/// A request on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flight {
    /// Which it is of the plan's requests.
    pub(crate) ask: usize,
    pub(crate) measured: bool,
    /// All moments are counted from the start of the run.
    pub(crate) due: Duration,
    pub(crate) sent: Duration,
    /// How much later than it could the generator sent it.
    pub(crate) delay: Duration,
    /// Whether it was sent before, on a connection that was closed before an answer began.
    pub(crate) again: bool,
}

/// Histograms and counters.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) time: Histogram<u64>,
    pub(crate) service: Histogram<u64>,
    pub(crate) answered: u64,
    pub(crate) sent: u64,
    pub(crate) late: u64,
    pub(crate) delayed: u64,
    pub(crate) faults: Faults,
    pub(crate) warm_up_faults: Faults,
    /// When the last answer that is measured came.
    pub(crate) last: Duration,
    recent: Histogram<u64>,
    recent_since: Duration,
}

impl Tally {
    pub(crate) fn new() -> Result<Self, CreationError> {
        let histogram = || Histogram::new_with_bounds(1, LONGEST, DIGITS);
        Ok(Self {
            time: histogram()?,
            service: histogram()?,
            answered: 0,
            sent: 0,
            late: 0,
            delayed: 0,
            faults: Faults::default(),
            warm_up_faults: Faults::default(),
            last: Duration::ZERO,
            recent: histogram()?,
            recent_since: Duration::ZERO,
        })
    }

    /// A request was sent, for the first time or again.
    pub(crate) fn sent(&mut self, flight: &Flight) {
        if !flight.measured || flight.again {
            return;
        }
        self.sent += 1;
        self.late += u64::from(flight.sent.saturating_sub(flight.due) > PUNCTUAL);
        self.delayed += u64::from(flight.delay > PUNCTUAL);
    }

    /// The right answer came.
    pub(crate) fn answered(&mut self, flight: &Flight, now: Duration) {
        record(&mut self.recent, now.saturating_sub(flight.due));
        if !flight.measured {
            return;
        }
        self.answered += 1;
        self.last = now;
        record(&mut self.time, now.saturating_sub(flight.due));
        record(&mut self.service, now.saturating_sub(flight.sent));
    }

    /// A request was sent and went wrong. What timed out has waited at least until now, and is charged for that; a wrong answer,
    /// or none on a connection that was refused or lost, says nothing of how long the right one takes.
    pub(crate) fn failed(&mut self, flight: &Flight, fault: Fault, now: Duration) {
        self.count(fault, flight.measured);
        if fault == Fault::Timeout && flight.measured {
            record(&mut self.time, now.saturating_sub(flight.due));
            record(&mut self.service, now.saturating_sub(flight.sent));
        }
    }

    /// A request was never sent, since no connection came free.
    pub(crate) fn unsent(&mut self, due: Duration, measured: bool, now: Duration) {
        self.count(Fault::Unsent, measured);
        if measured {
            record(&mut self.time, now.saturating_sub(due));
        }
    }

    fn count(&mut self, fault: Fault, measured: bool) {
        if measured {
            self.faults.add(fault, 1);
        } else {
            self.warm_up_faults.add(fault, 1);
        }
    }

    /// How it went since the last glimpse.
    pub(crate) fn glimpse(&mut self, now: Duration, warming_up: bool, waiting: u64) -> Glimpse {
        let seconds = now.saturating_sub(self.recent_since).as_secs_f64();
        let quantile = |q| Duration::from_nanos(self.recent.value_at_quantile(q));
        let glimpse = Glimpse {
            elapsed: now,
            warming_up,
            rate: self.recent.len() as f64 / seconds.max(f64::MIN_POSITIVE),
            p50: quantile(0.5),
            p99: quantile(0.99),
            faults: self.faults.total() + self.warm_up_faults.total(),
            waiting,
        };
        self.recent.reset();
        self.recent_since = now;
        glimpse
    }
}

fn record(histogram: &mut Histogram<u64>, time: Duration) {
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(LONGEST);
    histogram.saturating_record(nanoseconds.max(1));
}
