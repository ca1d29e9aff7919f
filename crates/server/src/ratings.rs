//! The rating service behind the handler: as the command line names it, and as metrics show it.

use std::time::Duration;

use admin::Families;
use anyhow::Result;
use clap::{Args, ValueEnum};
use rating::{Client, Settings};
use server::{Served, Service};

use crate::flags::{seconds, within};

/// The flags that say who is asked for ratings, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Ratings")]
pub(crate) struct RatingFlags {
    /// Serve accounts' ratings, which the service at http://HOST:PORT knows.
    #[arg(long, value_name = "ADDRESS")]
    rating: Option<String>,

    /// What becomes of a connection to it after an answer.
    #[arg(long, value_enum, value_name = "WHAT", requires = "rating", default_value_t = Connections::Kept)]
    rating_connections: Connections,

    /// Requests to it that may be in flight.
    #[arg(long, value_name = "N", requires = "rating", default_value_t = 64, value_parser = within(1, 10_000))]
    rating_in_flight: usize,

    /// How long a request waits to be one of them: 503 beyond it.
    #[arg(long, value_name = "SECONDS", requires = "rating", default_value = "1", value_parser = seconds)]
    rating_wait: Duration,

    /// How long it may take then: 503 beyond it.
    #[arg(long, value_name = "SECONDS", requires = "rating", default_value = "1", value_parser = seconds)]
    rating_time: Duration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Connections {
    /// It is closed: each request has a new one.
    New,
    /// It is kept for the next request.
    Kept,
}

impl RatingFlags {
    /// Who asks, if anybody is to be asked.
    pub(crate) fn client(&self) -> Result<Option<Client>> {
        let Some(address) = &self.rating else {
            return Ok(None);
        };
        let client = Client::new(Settings {
            address: address.clone(),
            connections: match self.rating_connections {
                Connections::New => rating::Connections::New,
                Connections::Kept => rating::Connections::Kept,
            },
            in_flight: self.rating_in_flight,
            wait: self.rating_wait,
            time: self.rating_time,
        })?;
        Ok(Some(client))
    }
}

/// Adds what was asked of the rating service, if there is one.
pub(crate) fn collector<H: Served>(service: Service<H>) -> impl Fn(&mut Families) + Send + Sync {
    move |families| {
        let Some(ratings) = &service.behind().ratings else {
            return;
        };
        let stats = ratings.stats();
        let mut gauge = |name: &str, help: &str, value: usize| {
            families.gauge(name, help).sample(&[], value as u64);
        };
        gauge(
            "rating_in_flight_max",
            "Requests to the rating service that may be in flight.",
            stats.max,
        );
        gauge(
            "rating_in_flight",
            "Requests to the rating service.",
            stats.in_flight,
        );
        gauge(
            "rating_connections",
            "Connections to the rating service.",
            stats.open,
        );
        let mut counter = |name: &str, help: &str, count: u64| {
            families.counter(name, help).sample(&[], count);
        };
        counter(
            "rating_waits",
            "Requests that had to wait for a place among those in flight.",
            stats.waits,
        );
        counter(
            "rating_wait_timeouts",
            "Requests that waited for a place in vain.",
            stats.wait_timeouts,
        );
        counter(
            "rating_timeouts",
            "Requests that were not answered in time.",
            stats.timeouts,
        );
        counter(
            "rating_connections_made",
            "Connections that were made.",
            stats.connected,
        );
        counter(
            "rating_connections_reused",
            "Answers over a connection that had given one before.",
            stats.reused,
        );
        counter(
            "rating_retries",
            "Requests sent again, because a kept connection was closed.",
            stats.retries,
        );
        families
            .counter(
                "rating_wait_seconds",
                "How long they waited, also those that did so in vain.",
            )
            .sample(&[], stats.waited.as_secs_f64());
    }
}
