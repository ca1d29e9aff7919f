//! What is to be sent, where and when.

use std::net::SocketAddr;
use std::time::Duration;

use crate::mix::Mix;
use crate::schedule::Schedule;

/// A run of load.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where requests go.
    pub address: SocketAddr,
    /// When they are due.
    pub schedule: Schedule,
    /// The requests, and how often each comes.
    pub mix: Mix,
    /// How many connections there are, all opened at the start; one that is lost is made anew when a request needs it. At
    /// least one.
    pub connections: u32,
    /// How long an answer may take from the moment its request was sent, and how long after the last request was due the
    /// run may go on.
    pub timeout: Duration,
    /// The server's process, where it runs on this machine: what it uses is measured.
    pub server: Option<u32>,
}
