//! `rating`: the rating service on a port.

#![forbid(unsafe_code)]

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use rating::{MAX_DELAY, Pace};
use tokio::net::TcpListener;

/// Answers `GET /ratings/{account}` with a rating that it works out from the account's number
#[derive(Parser, Debug)]
#[command(name = "rating", version, max_term_width = 100)]
struct Arguments {
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,

    /// How long it waits before each answer, in seconds: 0 to 10
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = delay)]
    delay: Duration,

    /// Connections at a time
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    connections: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let listen = || format!("cannot listen on {}", arguments.listen);
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(listen)?;
    println!(
        "listening on http://{}",
        listener.local_addr().with_context(listen)?
    );
    let pace = Pace {
        delay: arguments.delay,
        connections: arguments.connections as usize,
    };
    match rating::serve(listener, pace).await {}
}

fn delay(text: &str) -> Result<Duration, String> {
    let form = || format!("it has to be 0 to {} seconds", MAX_DELAY.as_secs());
    let seconds: f64 = text.parse().map_err(|_| form())?;
    let delay = Duration::try_from_secs_f64(seconds).map_err(|_| form())?;
    if delay > MAX_DELAY {
        return Err(form());
    }
    Ok(delay)
}
