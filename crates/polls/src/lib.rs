//! How often the server's futures are polled and woken for a request: exact counts, which instructions miss. A future that is
//! woken for nothing, or asks again at once, can cost the same instructions and still keep a worker thread from others.
//!
//! [`Counted`] runs any future and counts. [`Client`] talks to a connection of the server that runs in it, over memory, so
//! that each piece of a request arrives when it is sent. [`all`] is the list of what is counted.

#![forbid(unsafe_code)]

mod case;
mod client;
mod counted;

pub use case::{Case, all};
pub use client::Client;
pub use counted::{Counted, Counts};
