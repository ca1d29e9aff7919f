//! Load on an HTTP server: requests at moments that are fixed beforehand, whatever the server does.
//!
//! A generator that waits for an answer before it sends the next request asks a stalled server for nothing while it
//! stalls, and so does not see the stall (Tene, "How NOT to Measure Latency", 2013, calls it coordinated omission). Here the
//! [`Schedule`] says when each request is due, and its *time* runs from then: a stalled server is charged for each request that
//! it kept waiting. The *service time* runs from the moment a request was sent, and is kept beside it.
//!
//! One thread does everything, on sockets that never block: [`run`] sleeps until the next request is due or an answer is there.
//! Requests are bytes that were prepared ([`Ask`]), drawn by a seeded [`Mix`]; answers are checked byte by byte, where they come from
//! a database against the first. Requests that
//! are due while all connections are busy are sent in order as connections come free; the queue is a number, not a list.
//!
//! A generator that falls behind would charge the server for its own delays. So each request is counted that was sent
//! more than [`PUNCTUAL`] after it was due though a connection was free, and an [`Outcome`] with too many of them
//! [says so](Outcome::kept_up).

#![forbid(unsafe_code)]

mod accounts;
mod answer;
mod ask;
mod connection;
mod counters;
mod fault;
mod generator;
mod mix;
mod outcome;
mod plan;
mod poll;
mod results;
mod schedule;
mod slots;
mod stalls;
mod tally;
mod target;
mod usage;

pub use accounts::{AccountCase, BadAccountCase, FORMS};
pub use answer::{Answer, BadAnswer, MAX_ANSWER_BYTES, parse};
pub use ask::Ask;
pub use counters::{Counters, stages};
pub use fault::{Fault, Faults};
pub use generator::{RunError, run};
pub use mix::{Mix, MixError};
pub use outcome::{Outcome, ServerUse};
pub use plan::Plan;
pub use results::{units, write};
pub use schedule::{MAX_RATE, Pace, Schedule, ScheduleError};
pub use tally::{Glimpse, PUNCTUAL};
pub use target::{Target, TargetError};
pub use usage::{Usage, UsageError};
