//! Accounts in a SQLite file, on every rung.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rusqlite::Connection;
use store::{AccountId, Accounts, Data, Error, Found, Query, Rung, Settings, Sqlite, Store};

use super::{CACHE, coffee, hung_write, query, settings};

const DATA: Data = Data {
    accounts: 20,
    entries: 400,
    seed: 7,
};

fn accounts(path: &Path, rung: Rung) -> Accounts<Sqlite> {
    Accounts::new(Sqlite::open(path, settings(rung)).unwrap(), rung, CACHE)
}

/// What the database has of an account's latest entries, by another statement: owner, balance, and each entry's number and text.
fn truth(path: &Path, table: &str, account: u32, most: usize) -> (String, i64, Vec<(i64, String)>) {
    let connection = Connection::open(path).unwrap();
    let (owner, balance) = connection
        .query_row(
            "SELECT owner, balance FROM accounts WHERE id = ?1",
            [account],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    let mut all = connection
        .prepare(&format!("SELECT id, text, account FROM {table}"))
        .unwrap();
    let rows = all
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    let mut entries: Vec<(i64, String)> = rows
        .map(Result::unwrap)
        .filter(|&(_, _, owner): &(_, _, u32)| owner == account)
        .map(|(id, text, _)| (id, text))
        .collect();
    entries.sort_by_key(|&(id, _)| std::cmp::Reverse(id));
    entries.truncate(most);
    (owner, balance, entries)
}

/// The answer's own account of itself.
async fn asked(accounts: &Accounts<Sqlite>, query: Query) -> (String, i64, Vec<(i64, String)>) {
    let encode = |account: &store::Account| {
        let entries: Vec<_> = account
            .entries
            .iter()
            .map(|e| format!("{}\n{}", e.id, e.text))
            .collect();
        Bytes::from(format!(
            "{}\t{}\t{}",
            account.owner,
            account.balance,
            entries.join("\t")
        ))
    };
    let bytes = match accounts.account(query, &|_| {}, encode).await.unwrap() {
        Found::Rows(rows) => encode(&rows),
        Found::Encoded(bytes) => bytes,
    };
    let text = str::from_utf8(&bytes).unwrap();
    let mut parts = text.split('\t').filter(|part| !part.is_empty());
    let owner = parts.next().unwrap().to_owned();
    let balance = parts.next().unwrap().parse().unwrap();
    let entries = parts.map(|part| {
        let (id, text) = part.split_once('\n').unwrap();
        (id.parse().unwrap(), text.to_owned())
    });
    (owner, balance, entries.collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rung_answers_what_the_database_has_and_sees_each_write() {
    for rung in Rung::ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.db");
        Sqlite::fill(&path, DATA).unwrap();
        let accounts = accounts(&path, rung);
        let table = if rung < Rung::Indexed {
            "entries_unindexed"
        } else {
            "entries"
        };
        for account in 1..=DATA.accounts {
            for entries in [1, 10, 100] {
                let expected = truth(&path, table, account, usize::from(entries));
                assert_eq!(
                    asked(&accounts, query(account, entries)).await,
                    expected,
                    "{rung:?}"
                );
            }
        }
        let before = truth(&path, table, 3, 10).1;
        let posted = accounts
            .post(AccountId::new(3).unwrap(), coffee(), &|_| {})
            .await
            .unwrap();
        let after = asked(&accounts, query(3, 10)).await;
        assert_eq!(after, truth(&path, table, 3, 10), "{rung:?}");
        assert_eq!(after.1, before - 250);
        assert_eq!(after.2[0], (posted.id, coffee().text));
        let none = accounts
            .post(AccountId::new(21).unwrap(), coffee(), &|_| {})
            .await;
        assert!(matches!(none, Err(Error::NotFound(21))), "{none:?}");
    }
}

#[test]
fn the_data_set_is_the_same_each_time_and_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let sums = ["a.db", "b.db"].map(|name| {
        let path = folder.path().join(name);
        Sqlite::fill(&path, DATA).unwrap();
        let connection = Connection::open(&path).unwrap();
        let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        let wrong = one(
            "SELECT CAST(count(*) AS TEXT) FROM accounts a WHERE balance <> (SELECT coalesce(sum(amount), 0) FROM entries WHERE account = a.id)",
        );
        assert_eq!(wrong, "0");
        assert_eq!(one("SELECT CAST(count(*) AS TEXT) FROM entries"), "400");
        one("SELECT group_concat(id || account || at || amount || text) FROM entries")
    });
    assert_eq!(sums[0], sums[1]);
}

#[test]
fn only_the_index_keeps_sqlite_from_scanning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).unwrap();
    let search = "SEARCH entries USING INDEX entries_account (account=?)";
    for (rung, has_index, expected) in [
        (Rung::Prepared, false, "SCAN entries_unindexed"),
        (Rung::Prepared, true, search),
        (Rung::Indexed, false, search),
    ] {
        let settings = Settings {
            has_index,
            ..settings(rung)
        };
        let plan = Sqlite::open(&path, settings).unwrap().plan().unwrap();
        assert!(plan.contains(expected), "{rung:?}, {has_index}: {plan}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_for_a_cold_key_make_one_query() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).unwrap();
    for rung in [Rung::Cached, Rung::Encoded] {
        let accounts = Arc::new(accounts(&path, rung));
        let asked: Vec<_> = (0..1000)
            .map(|_| {
                let accounts = Arc::clone(&accounts);
                tokio::spawn(async move {
                    accounts
                        .account(query(5, 10), &|_| {}, |_| Bytes::from_static(b"encoded"))
                        .await
                        .unwrap()
                })
            })
            .collect();
        for answer in asked {
            answer.await.unwrap();
        }
        assert_eq!(accounts.store().queries().reads, 1);
        let cache = accounts.cache().unwrap();
        assert_eq!((cache.loads, cache.hits + cache.misses), (1, 1000));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_connection_hung_the_rest_go_on_and_waits_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).unwrap();
    let store = Sqlite::open(
        &path,
        Settings {
            query_time: Duration::from_millis(700),
            ..settings(Rung::Indexed)
        },
    );
    let accounts = Arc::new(Accounts::new(store.unwrap(), Rung::Indexed, CACHE));
    // Another process's write: ours waits for it until its time is over.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let hung = hung_write(&accounts, 1).await;
    let begun = Instant::now();
    let rest: Vec<_> = (0..200)
        .map(|at| {
            let accounts = Arc::clone(&accounts);
            tokio::spawn(async move {
                accounts
                    .account(query(at % 20 + 1, 10), &|_| {}, |_| Bytes::new())
                    .await
                    .map(|_| ())
            })
        })
        .collect();
    for answer in rest {
        answer.await.unwrap().unwrap();
    }
    assert!(!hung.is_finished() || begun.elapsed() > Duration::from_millis(700));
    assert!(matches!(hung.await.unwrap(), Err(Error::Slow(_))));
    let pool = accounts.store().pool();
    assert_eq!((pool.in_use, pool.timeouts), (0, 0));
    assert!(pool.open <= 5 && pool.waits > 0, "{pool:?}");
}

#[tokio::test]
async fn a_wait_for_a_connection_ends_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).unwrap();
    let settings = Settings {
        connections: 1,
        wait: Duration::from_millis(50),
        ..settings(Rung::Indexed)
    };
    let accounts = Arc::new(Accounts::new(
        Sqlite::open(&path, settings).unwrap(),
        Rung::Indexed,
        CACHE,
    ));
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let hung = hung_write(&accounts, 1).await;
    let error = accounts
        .account(query(1, 1), &|_| {}, |_| Bytes::new())
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::NoConnection(_)) && error.is_passing(),
        "{error}"
    );
    let pool = accounts.store().pool();
    assert_eq!((pool.waits, pool.timeouts), (1, 1));
    assert!(pool.waited >= Duration::from_millis(50));
    other.execute_batch("COMMIT").unwrap();
    hung.await.unwrap().unwrap();
    // The connection is free again.
    accounts
        .account(query(1, 1), &|_| {}, |_| Bytes::new())
        .await
        .unwrap();
}

/// A pool that keeps no idle connections ready makes one for each request that needs it, up to its size, and then uses those.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_fills_up_under_load_and_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).unwrap();
    let accounts = Arc::new(accounts(&path, Rung::Indexed));
    assert_eq!(accounts.store().pool().open, 0);
    // Another process's write: as many of ours as there are connections wait for it.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting: Vec<_> = (1..=8)
        .map(|account| {
            let accounts = Arc::clone(&accounts);
            let account = AccountId::new(account).unwrap();
            tokio::spawn(async move { accounts.post(account, coffee(), &|_| ()).await })
        })
        .collect();
    let full = async {
        while files_open(&path) < 5 + 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), full)
        .await
        .unwrap();
    other.execute_batch("COMMIT").unwrap();
    for written in waiting {
        written.await.unwrap().unwrap();
    }
    assert_eq!(files_open(&path), 5 + 1);
    let pool = accounts.store().pool();
    assert_eq!((pool.open, pool.idle, pool.in_use), (5, 5, 0));
}

/// The descriptors of this process that are a file's: what the kernel says, whatever the pool does.
fn files_open(path: &Path) -> usize {
    let all = std::fs::read_dir("/proc/self/fd").unwrap();
    all.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|file| file == path)
        .count()
}

#[test]
fn hostile_ids_and_numbers_are_refused() {
    let ids: [&[u8]; 12] = [
        b"",
        b"0",
        b"01",
        b"-1",
        b"+1",
        b"1.0",
        b"1%20OR%201=1",
        b"1;DROP TABLE accounts",
        b"%31",
        b"2147483648",
        b"99999999999999999999999",
        b"\xff\xfe",
    ];
    for id in ids {
        assert!(Query::of(id, None).is_err(), "{}", id.escape_ascii());
    }
    let queries: [&[u8]; 8] = [
        b"",
        b"entries=",
        b"entries=0",
        b"entries=101",
        b"entries=010",
        b"entries=1&entries=2",
        b"ENTRIES=1",
        b"entries=\xff",
    ];
    for entries in queries {
        assert!(
            Query::of(b"1", Some(entries)).is_err(),
            "{}",
            entries.escape_ascii()
        );
    }
    assert_eq!(
        Query::of(b"2147483647", Some(b"entries=100")),
        Ok(query(2_147_483_647, 100))
    );
}

#[test]
fn what_is_filled_is_not_filled_again_and_what_is_no_database_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).unwrap();
    let again = Sqlite::fill(&path, DATA);
    assert!(matches!(again, Err(Error::Filled)), "{again:?}");
    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database, ".repeat(100)).unwrap();
    let opened = Sqlite::open(&text, settings(Rung::Indexed));
    assert!(matches!(opened, Err(Error::Refused(_))), "{opened:?}");
    assert!(matches!(Sqlite::fill(&text, DATA), Err(Error::Refused(_))));
    assert_eq!(std::fs::read(&text).unwrap().len(), 1600);
}
