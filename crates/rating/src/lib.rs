//! Ratings of accounts, asked from another service over HTTP.
//!
//! [`serve`] is the service: it works out a [`Rating`] from the account's number, and takes as long as it is told. [`Client`] asks it,
//! through a new connection each time or through kept ones ([`Connections`]); everything else about the two is the same, so what
//! differs in a measurement is what keeping connections buys.
//!
//! Everything is bounded: requests in flight and the wait to be one of them, the time of a request, and the size of its answer.

#![forbid(unsafe_code)]

mod client;
mod connection;
mod error;
mod rating;
mod service;
mod stats;

pub use client::{Client, Connections, MAX_ANSWER_BYTES, Settings};
pub use error::Error;
pub use rating::{Grade, Rating};
pub use service::{MAX_DELAY, Pace, serve};
pub use stats::Stats;
