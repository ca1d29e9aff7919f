//! What came of a run.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::fault::Faults;
use crate::schedule::Pace;

/// The share of requests that may be sent more than a millisecond later than they could: with more, the generator's own
/// delays reach into the 99.9th percentile.
const DELAYED: f64 = 0.001;

/// What the server's process used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerUse {
    /// Time on a processor while the load was measured.
    pub cpu: Duration,
    /// The most memory that was resident since it started, in bytes.
    pub peak_resident: u64,
}

/// The measured part of a run. Times are in nanoseconds, recorded to 0.1 %.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How fast requests became due.
    pub pace: Pace,
    /// How long was measured, as planned.
    pub length: Duration,
    /// How long the warm-up was, as planned.
    pub warm_up: Duration,
    /// How long it took in fact: until the last answer, where that was later.
    pub elapsed: Duration,
    /// From the moment a request was due to its answer. What timed out or was never sent is in it with the time that it had
    /// waited when it was given up; wrong answers, and connections that were refused, reset or closed, are not.
    pub time: Histogram<u64>,
    /// From the moment a request was sent to its answer.
    pub service: Histogram<u64>,
    /// Right answers.
    pub answered: u64,
    /// Requests that were sent.
    pub sent: u64,
    /// Requests that were sent more than [`PUNCTUAL`](crate::PUNCTUAL) after they were due, for whatever reason.
    pub late: u64,
    /// Requests that were sent more than [`PUNCTUAL`](crate::PUNCTUAL) later than they could be: a connection was free.
    pub delayed: u64,
    /// What went wrong.
    pub faults: Faults,
    /// What went wrong in the warm-up.
    pub warm_up_faults: Faults,
    /// What the server used, if its process was known.
    pub server: Option<ServerUse>,
    /// The generator's own time on a processor.
    pub cpu: Duration,
}

impl Outcome {
    /// Right answers a second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }

    /// Whether the generator sent its requests when it could: all but one in a thousand within a millisecond. If not, the
    /// times are partly its own and are to be compared with nothing.
    pub fn kept_up(&self) -> bool {
        self.delayed as f64 <= DELAYED * self.sent as f64
    }

    /// The share of requests that were sent within [`PUNCTUAL`](crate::PUNCTUAL) of when they were due.
    pub fn punctual(&self) -> f64 {
        1.0 - self.late as f64 / self.sent.max(1) as f64
    }

    /// The server's time on a processor for each right answer, if its process was known and there was an answer.
    pub fn server_cpu_per_request(&self) -> Option<Duration> {
        let server = self.server?;
        self.per_answer(server.cpu)
    }

    /// The generator's.
    pub fn cpu_per_request(&self) -> Option<Duration> {
        self.per_answer(self.cpu)
    }

    fn per_answer(&self, time: Duration) -> Option<Duration> {
        (self.answered > 0).then(|| time.div_f64(self.answered as f64))
    }

    /// The time that this share of the requests did not exceed.
    pub fn time_at(&self, share: f64) -> Duration {
        Duration::from_nanos(self.time.value_at_quantile(share))
    }

    /// The service time that this share of the requests did not exceed.
    pub fn service_at(&self, share: f64) -> Duration {
        Duration::from_nanos(self.service.value_at_quantile(share))
    }
}
