//! Accounts in a database, asked in six ways, each one change away from the one before: the [ladder](Rung).
//!
//! [`Accounts`] is what a service holds: a [`Store`] and, on the upper rungs, a [cache](Cache) before it. The number of
//! connections is bounded on every rung by [`Places`](places::Places), which keep count as Go's `sql.DBStats` does; what waits is a future,
//! never a thread.
//!
//! Without the feature `databases` there is the cache alone, before any [`Store`].
//!
//! SQLite runs with a write-ahead log and `synchronous = FULL`: a write is acknowledged when it is on the disk, so it survives the
//! death of the process, and of the machine. `NORMAL` would be enough for the first: pages that were written are the kernel's.

#![forbid(unsafe_code)]
// Names of products are no code.
#![allow(clippy::doc_markdown)]
// What databases have in common has no use without one.
#![cfg_attr(not(feature = "databases"), allow(dead_code))]

mod accounts;
mod cache;
mod counts;
mod database;
mod error;
#[cfg(feature = "databases")]
mod generate;
mod id;
mod log;
mod pool;
#[cfg(feature = "databases")]
mod postgres;
mod rung;
#[cfg(feature = "databases")]
mod sqlite;

pub use accounts::{Accounts, Found, Step, Steps, Store};
pub use cache::{Cache, CacheSettings, CacheStats};
pub use counts::QueryStats;
pub use database::Database;
pub use error::Error;
#[cfg(feature = "databases")]
pub use generate::Data;
pub use handler::{Account, Entry, NewEntry};
pub use id::{AccountId, BadId, BadQuery, DEFAULT_ENTRIES, MAX_ENTRIES, Query};
pub use log::{Log, Logged};
pub use pool::PoolStats;
#[cfg(feature = "databases")]
pub use postgres::Postgres;
pub use rung::Rung;
#[cfg(feature = "databases")]
pub use sqlite::Sqlite;

use std::time::Duration;

/// How a store keeps its connections.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// What is done to be fast.
    pub rung: Rung,
    /// Whether the entries have their index on the rungs below [`Rung::Indexed`], too.
    pub has_index: bool,
    /// Connections at a time; at least one.
    pub connections: usize,
    /// How long a request waits for one of them.
    pub wait: Duration,
    /// How long a connection may be at one request, connecting included. What takes longer is ended; PostgreSQL's connection with it.
    pub query_time: Duration,
}

impl Settings {
    /// The table of entries that is asked.
    #[cfg(feature = "databases")]
    fn entries(&self) -> &'static str {
        if self.has_index || self.rung >= Rung::Indexed {
            "entries"
        } else {
            "entries_unindexed"
        }
    }
}
