//! Many requests, of which some are dropped midway, time out or fail, and the connections after them:
//! `leak sqlite|postgres [REQUESTS]`. PostgreSQL is a cluster of its own, or the empty database at `DATABASE_URL`.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use cluster::Cluster;
use store::{
    AccountId, Accounts, CacheSettings, Data, Error, NewEntry, Postgres, Query, Rung, Settings,
    Sqlite, Store,
};

const DATA: Data = Data {
    accounts: 1_000,
    entries: 20_000,
    seed: 7,
};

/// Connections, and those who want them: most wait.
const CONNECTIONS: usize = 5;
const CLIENTS: u64 = 64;

/// Short, so that both end in vain now and then.
const WAIT: Duration = Duration::from_millis(20);
const QUERY_TIME: Duration = Duration::from_millis(40);

/// How long a lock is held that writes wait for: longer than they may take; and how long there is none.
const LOCKED: Duration = Duration::from_millis(60);
const FREE: Duration = Duration::from_millis(400);

/// How long everything may take to be as it was, once the last request has ended: a query that nobody waits for ends with its time.
const SETTLED: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let requests = arguments
        .get(1)
        .map_or(Ok(1_000_000), |number| number.parse())?;
    match arguments.first().map(String::as_str) {
        Some("sqlite") => sqlite(requests).await,
        Some("postgres") => postgres(requests).await,
        _ => bail!("usage: leak sqlite|postgres [REQUESTS]"),
    }
}

fn settings() -> Settings {
    Settings {
        rung: Rung::Indexed,
        has_index: false,
        connections: CONNECTIONS,
        wait: WAIT,
        query_time: QUERY_TIME,
    }
}

async fn sqlite(requests: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA)?;
    let store = Sqlite::open(&path, settings())?;
    let stop = Arc::new(AtomicBool::new(false));
    let locker = std::thread::spawn({
        let (path, stop) = (path.clone(), Arc::clone(&stop));
        move || lock(&path, &stop)
    });
    let outcome = put_under_load(store, requests, "SQLite").await;
    stop.store(true, Ordering::Relaxed);
    locker.join().ok().context("the locker panicked")??;
    outcome
}

/// Holds the lock of those who write, now and then.
fn lock(path: &Path, stop: &AtomicBool) -> rusqlite::Result<()> {
    let connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    while !stop.load(Ordering::Relaxed) {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        std::thread::sleep(LOCKED);
        connection.execute_batch("COMMIT")?;
        std::thread::sleep(FREE);
    }
    Ok(())
}

async fn postgres(requests: u64) -> Result<()> {
    let cluster;
    let address = if let Ok(address) = std::env::var("DATABASE_URL") {
        address
    } else {
        cluster = Cluster::start()?;
        cluster.address()
    };
    Postgres::fill(&address, DATA).await?;
    let store = Postgres::new(&address, settings())?;
    let (client, connection) = tokio_postgres::connect(&address, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let locker = tokio::spawn(async move {
        loop {
            let lock = "BEGIN; LOCK TABLE accounts IN EXCLUSIVE MODE";
            client.batch_execute(lock).await?;
            tokio::time::sleep(LOCKED).await;
            client.batch_execute("COMMIT").await?;
            tokio::time::sleep(FREE).await;
        }
        #[expect(unreachable_code, reason = "says of what type an error is")]
        Ok::<(), tokio_postgres::Error>(())
    });
    let outcome = put_under_load(store, requests, "PostgreSQL").await;
    ensure!(!locker.is_finished(), "the locker ended");
    locker.abort();
    outcome
}

/// What became of requests.
#[derive(Default)]
struct Tally {
    answered: AtomicU64,
    written: AtomicU64,
    not_found: AtomicU64,
    dropped: AtomicU64,
    no_connection: AtomicU64,
    slow: AtomicU64,
}

async fn put_under_load<S: Store>(store: S, requests: u64, name: &str) -> Result<()> {
    let cache = CacheSettings {
        ttl: Duration::from_secs(1),
        bytes: 1,
    };
    // Nothing stays in it: each request asks, or waits for another that does.
    let accounts = Arc::new(Accounts::new(store, Rung::Cached, cache));
    let tally = Arc::new(Tally::default());
    // What is opened once is open afterwards.
    load(&accounts, &Arc::default(), 2_000).await?;
    settled(&accounts).await?;
    let before = descriptors()?;
    let begun = Instant::now();
    load(&accounts, &tally, requests).await?;
    let took = begun.elapsed();
    settled(&accounts).await?;
    let after = descriptors()?;
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let pool = accounts.store().pool();
    println!(
        "{name}: {requests} requests in {:.0} s: {} read, {} written, {} without such an account, {} dropped midway, {} without a \
         connection in time, {} without an answer in time; {} connections in use, {} open of at most {}, {before} descriptors \
         before and {after} after",
        took.as_secs_f64(),
        count(&tally.answered),
        count(&tally.written),
        count(&tally.not_found),
        count(&tally.dropped),
        count(&tally.no_connection),
        count(&tally.slow),
        pool.in_use,
        pool.open,
        pool.max,
    );
    let all = [&tally.dropped, &tally.no_connection, &tally.slow];
    if all.into_iter().any(|counter| count(counter) == 0) {
        bail!("one of the ways to end never happened: the check says nothing of it");
    }
    ensure!(pool.open <= pool.max, "too many connections");
    let loading = accounts.cache().map(|stats| stats.loading);
    ensure!(loading == Some(0), "{loading:?} loads are left");
    // Connections that were closed are made again when they are needed, at most as many as there may be.
    ensure!(
        after <= before + CONNECTIONS,
        "{after} descriptors, {before} before"
    );
    // All connections are there to be used, at once.
    let query = query(1)?;
    let last: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let accounts = Arc::clone(&accounts);
            tokio::spawn(async move { accounts.account(query, &|_| (), |_| Bytes::new()).await })
        })
        .collect();
    for answer in last {
        answer.await??;
    }
    Ok(())
}

async fn load<S: Store>(
    accounts: &Arc<Accounts<S>>,
    tally: &Arc<Tally>,
    requests: u64,
) -> Result<()> {
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (accounts, tally) = (Arc::clone(accounts), Arc::clone(tally));
            let share = requests / CLIENTS + u64::from(client < requests % CLIENTS);
            tokio::spawn(async move {
                for _ in 0..share {
                    one(&accounts, &tally).await?;
                }
                Ok::<_, anyhow::Error>(())
            })
        })
        .collect();
    for client in clients {
        client.await??;
    }
    Ok(())
}

/// One request: a read, now and then of an account that is not there, now and then a write; one in five is dropped midway.
async fn one<S: Store>(accounts: &Accounts<S>, tally: &Tally) -> Result<()> {
    let kind = fastrand::u32(..1000);
    let asked = async {
        if kind < 5 {
            let account = AccountId::new(fastrand::u32(1..=DATA.accounts))?;
            let entry = NewEntry {
                amount: 1,
                text: String::new(),
            };
            accounts.post(account, entry, &|_| ()).await?;
            return Ok(&tally.written);
        }
        let account = fastrand::u32(1..=DATA.accounts);
        let account = if kind < 20 {
            DATA.accounts + account
        } else {
            account
        };
        accounts
            .account(query(account)?, &|_| (), |_| Bytes::new())
            .await?;
        Ok::<_, anyhow::Error>(&tally.answered)
    };
    let ended = if fastrand::u32(..5) == 0 {
        // About what a request takes here, so that some are dropped in each of its steps.
        let patience = Duration::from_micros(fastrand::u64(..5_000));
        match tokio::time::timeout(patience, asked).await {
            Ok(ended) => ended,
            Err(_) => Ok(&tally.dropped),
        }
    } else {
        asked.await
    };
    let counter = match ended {
        Ok(counter) => counter,
        Err(error) => match error.downcast_ref() {
            Some(Error::NotFound(_)) => &tally.not_found,
            Some(Error::NoConnection(_)) => &tally.no_connection,
            Some(Error::Slow(_)) => &tally.slow,
            _ => return Err(error),
        },
    };
    counter.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

fn query(account: u32) -> Result<Query> {
    Ok(Query::new(AccountId::new(account)?, 10)?)
}

/// Waits until no connection is in use.
async fn settled<S: Store>(accounts: &Accounts<S>) -> Result<()> {
    let begun = Instant::now();
    while accounts.store().pool().in_use > 0 {
        ensure!(
            begun.elapsed() < SETTLED,
            "{} connections are in use, and nobody uses them",
            accounts.store().pool().in_use
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // What was closed is closed by a task of its own.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}

fn descriptors() -> Result<usize> {
    Ok(std::fs::read_dir("/proc/self/fd")?.count())
}
