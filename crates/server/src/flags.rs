//! The command line.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use admin::{Token, TokenError};
use clap::{Parser, ValueEnum};
use handler::MAX_BODY_BYTES;
use server::Limits;

use crate::database::DatabaseFlags;
use crate::ratings::RatingFlags;

/// Serves GET /data, POST /invoices and, from a database, accounts over HTTP/1.1, until SIGTERM or SIGINT.
#[derive(Debug, Parser)]
#[command(name = "server", version, max_term_width = 100)]
pub(crate) struct Flags {
    /// Where to listen; port 0 has the system choose one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Where the admin port listens; an address that other machines can reach takes a token.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:6060")]
    admin: SocketAddr,

    /// No admin port.
    #[arg(long, conflicts_with = "admin")]
    no_admin: bool,

    /// The admin port asks for the bearer token in this file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_admin")]
    admin_token_file: Option<PathBuf>,

    /// The admin port asks for the bearer token in this environment variable.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["no_admin", "admin_token_file"])]
    admin_token_env: Option<String>,

    /// How the handler gets its memory.
    #[arg(long, value_enum, default_value_t = Variant::Preallocated)]
    pub(crate) variant: Variant,

    /// Say what this program was built with, and serve nothing.
    #[arg(long)]
    pub(crate) environment: bool,

    /// Worker threads [default: as many as the cgroup's CPU limit allows]
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<NonZeroUsize>,

    /// The largest head of a request: 431 beyond it. A browser's stays below half of the default.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().head_bytes,
        value_parser = within(64, Limits::MAX_HEAD_BYTES))]
    max_head_bytes: usize,

    /// The largest body of a request: 413 beyond it. The default is the handler's own bound.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().body_bytes,
        value_parser = within(0, MAX_BODY_BYTES))]
    max_body_bytes: usize,

    /// Connections at a time: one more takes the place of the longest idle, or waits.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections,
        value_parser = within(1, 1 << 24))]
    max_connections: usize,

    /// From a head's first byte to its last: 408 beyond it. A head is a packet or two.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    head_time: Duration,

    /// From the end of the head to the end of the body: 408 beyond it. The largest body needs 280 kbit/s.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    body_time: Duration,

    /// For a client to take an answer: the connection is cut beyond it.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    write_time: Duration,

    /// From an answer to the next request: the connection is closed beyond it. Proxies assume a minute.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    idle_time: Duration,

    /// For requests in flight to end after the signal: cut beyond it. Orchestrators kill after thirty.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    grace_time: Duration,

    #[command(flatten)]
    pub(crate) database: DatabaseFlags,

    #[command(flatten)]
    pub(crate) ratings: RatingFlags,
}

/// The handlers that can be served.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Variant {
    /// Allocates as it goes.
    Naive,
    /// Borrows its buffers from object pools.
    Pooled,
    /// One arena a request.
    Arena,
    /// Makes its buffers at the start.
    Preallocated,
    /// The same, with simd-json for a parser.
    PreallocatedSimd,
}

impl Flags {
    pub(crate) fn admin(&self) -> Option<SocketAddr> {
        (!self.no_admin).then_some(self.admin)
    }

    pub(crate) fn token(&self) -> Result<Option<Token>, TokenError> {
        match (&self.admin_token_file, &self.admin_token_env) {
            (Some(path), _) => Token::from_file(path).map(Some),
            (None, Some(name)) => Token::from_env(name).map(Some),
            (None, None) => Ok(None),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            head_bytes: self.max_head_bytes,
            body_bytes: self.max_body_bytes,
            head_time: self.head_time,
            body_time: self.body_time,
            write_time: self.write_time,
            idle_time: self.idle_time,
            connections: self.max_connections,
            grace_time: self.grace_time,
        }
    }
}

/// A whole number in a range.
pub(crate) fn within(
    lowest: usize,
    highest: usize,
) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text| {
        let number: usize = text.parse().map_err(|error| format!("{error}"))?;
        if (lowest..=highest).contains(&number) {
            Ok(number)
        } else {
            Err(format!("not between {lowest} and {highest}"))
        }
    }
}

/// A time of a millisecond to a day.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.001..=86_400.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("not between 0.001 and 86400".to_owned())
    }
}
