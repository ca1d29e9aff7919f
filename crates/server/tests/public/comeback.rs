//! A database that goes away under load, and comes back.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use store::{Database, Postgres, Rung};

use crate::accounts::{DATA, serve, settings};
use crate::bounds::wait_until;
use crate::client::{Client, get};

#[test]
fn postgresql_comes_back_without_a_restart_of_the_service() {
    let cluster = match cluster::Cluster::start() {
        Ok(cluster) => cluster,
        Err(error) => {
            eprintln!("skipped: {error}");
            return;
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime
        .block_on(Postgres::fill(&cluster.address(), DATA))
        .expect("an empty database");
    let store = Postgres::new(&cluster.address(), settings(Rung::Indexed)).expect("an address");
    let service = serve(Database::Postgres(Box::new(store)), Rung::Indexed);

    let load = Load::start(service.address, 8);
    let served = |load: &Load| load.seen().0;
    wait_until(|| served(&load) > 100);
    cluster.down().expect("it runs");
    let (_, failed) = load.seen();
    wait_until(|| load.seen().1 > failed + 100);
    let before = served(&load);
    cluster.up().expect("it starts");
    let up = Instant::now();
    wait_until(|| served(&load) > before);
    // Full service: from here on nothing fails.
    thread::sleep(Duration::from_secs(2).saturating_sub(up.elapsed()));
    let (good, bad) = load.seen();
    wait_until(|| served(&load) > good + 1_000);
    assert_eq!(load.seen().1, bad, "requests failed 2 s after the start");
    let others = load.stop();
    assert_eq!(others, 0, "answers other than 200 and 503 with Retry-After");
}

/// Clients that ask one account after the other.
struct Load {
    counts: Arc<Counts>,
    threads: Vec<thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Counts {
    good: AtomicUsize,
    unavailable: AtomicUsize,
    others: AtomicUsize,
    stop: AtomicBool,
}

impl Load {
    fn start(address: SocketAddr, clients: u32) -> Self {
        let counts = Arc::<Counts>::default();
        let threads = (0..clients).map(|number| {
            let counts = Arc::clone(&counts);
            thread::spawn(move || {
                let mut client = Client::connect(address);
                for round in 0.. {
                    if counts.stop.load(Relaxed) {
                        return;
                    }
                    client.send(get(&format!("/accounts/{}", (number + round) % 200 + 1)));
                    let answer = client.answer();
                    let count = match (answer.status, answer.field("retry-after")) {
                        (200, None) => &counts.good,
                        (503, Some("1")) => &counts.unavailable,
                        _ => &counts.others,
                    };
                    count.fetch_add(1, Relaxed);
                }
            })
        });
        Self {
            threads: threads.collect(),
            counts,
        }
    }

    /// Answers, and refusals, so far.
    fn seen(&self) -> (usize, usize) {
        let Counts {
            good, unavailable, ..
        } = &*self.counts;
        (good.load(Relaxed), unavailable.load(Relaxed))
    }

    /// Ends it, and gives the number of all other answers.
    fn stop(self) -> usize {
        self.counts.stop.store(true, Relaxed);
        for thread in self.threads {
            thread.join().expect("an answer to each request");
        }
        self.counts.others.load(Relaxed)
    }
}
