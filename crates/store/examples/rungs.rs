//! What can be said of each rung without a clock: `rungs sqlite:FILE|postgres://ADDRESS`. A rung's name, then, set in, which database it is, how that
//! says that it answers, and what is allocated for a request, from the query to rows or to bytes that were kept. What SQLite allocates in C is not
//! seen.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use store::{
    AccountId, Accounts, CacheSettings, Database, Postgres, Query, Rung, Settings, Sqlite,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Accounts that are asked for, once before and once while counting: all are kept then, on the rungs that keep.
const ACCOUNTS: u32 = 16;

/// What it takes to encode is the handler's affair.
const ENCODED: Bytes = Bytes::from_static(b"an account");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Some(place) = std::env::args().nth(1) else {
        bail!("usage: rungs sqlite:FILE|postgres://ADDRESS");
    };
    for rung in Rung::ALL {
        let settings = Settings {
            rung,
            has_index: false,
            connections: 1,
            wait: Duration::from_secs(10),
            query_time: Duration::from_secs(10),
        };
        let database = match place.strip_prefix("sqlite:") {
            Some(path) => Database::Sqlite(Sqlite::open(Path::new(path), settings)?),
            None => Database::Postgres(Box::new(Postgres::new(&place, settings)?)),
        };
        println!("{}", rung.name());
        println!("  database {}", database.version().await?);
        for line in database.plan().await?.lines() {
            println!("  plan {line}");
        }
        let cache = CacheSettings {
            ttl: Duration::from_mins(10),
            bytes: 1 << 20,
        };
        let accounts = Accounts::new(database, rung, cache);
        ask(&accounts).await?;
        let profiler = dhat::Profiler::builder().testing().build();
        ask(&accounts).await?;
        let stats = dhat::HeapStats::get();
        drop(profiler);
        let each = |total: u64| total as f64 / f64::from(ACCOUNTS);
        println!("  allocs/op {}", each(stats.total_blocks));
        println!("  B/op {}", each(stats.total_bytes));
    }
    Ok(())
}

async fn ask(accounts: &Accounts<Database>) -> Result<()> {
    for account in 1..=ACCOUNTS {
        let query = Query::new(AccountId::new(account)?, 10)?;
        if accounts.kept(query).is_none() {
            accounts.account(query, &|_| (), |_| ENCODED).await?;
        }
    }
    Ok(())
}
