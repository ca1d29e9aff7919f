//! Accounts in each database, on every rung.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

mod postgres;
mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use store::{
    AccountId, Accounts, CacheSettings, Entry, Error, NewEntry, Query, Rung, Settings, Store,
};
use tokio::task::JoinHandle;

const CACHE: CacheSettings = CacheSettings {
    ttl: Duration::from_mins(1),
    bytes: 1 << 20,
};

fn settings(rung: Rung) -> Settings {
    Settings {
        rung,
        has_index: false,
        connections: 5,
        wait: Duration::from_secs(5),
        query_time: Duration::from_secs(5),
    }
}

/// A query for an account's latest entries.
fn query(account: u32, entries: u8) -> Query {
    Query::new(AccountId::new(account).unwrap(), entries).unwrap()
}

fn coffee() -> NewEntry {
    NewEntry {
        amount: -250,
        text: "coffee'; DROP TABLE entries; --".to_owned(),
    }
}

/// A write to an account that somebody else holds locked, once it has its connection.
async fn hung_write<S: Store + 'static>(
    accounts: &Arc<Accounts<S>>,
    account: u32,
) -> JoinHandle<Result<Entry, Error>> {
    let account = AccountId::new(account).unwrap();
    let hung = tokio::spawn({
        let accounts = Arc::clone(accounts);
        async move { accounts.post(account, coffee(), &|_| {}).await }
    });
    while accounts.store().pool().in_use == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    hung
}
