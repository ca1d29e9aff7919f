//! Accounts in PostgreSQL: a cluster of the test's own, where `postgres` is installed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cluster::{Cluster, NoCluster};
use store::{AccountId, Accounts, Data, Error, Found, Postgres, Rung, Settings, Sqlite, Store};

use super::{CACHE, coffee, hung_write, query, settings};

const DATA: Data = Data {
    accounts: 2_000,
    entries: 20_000,
    seed: 7,
};

fn encode(account: &store::Account) -> Bytes {
    format!("{account:?}").into()
}

async fn asked(accounts: &Accounts<Postgres>, account: u32) -> Result<Bytes, Error> {
    Ok(
        match accounts
            .account(query(account, 10), &|_| {}, encode)
            .await?
        {
            Found::Rows(rows) => encode(&rows),
            Found::Encoded(bytes) => bytes,
        },
    )
}

/// One test, so that one cluster is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_in_postgresql() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(none @ NoCluster::NotInstalled) => {
            eprintln!("skipped: {none}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    Postgres::fill(&cluster.address(), DATA).await.unwrap();
    let again = Postgres::fill(&cluster.address(), DATA).await;
    assert!(matches!(again, Err(Error::Filled)), "{again:?}");
    every_rung_answers_alike_and_sees_each_write(&cluster).await;
    only_the_index_keeps_it_from_scanning(&cluster).await;
    with_one_connection_hung_the_rest_go_on(&cluster).await;
    it_is_back_within_two_seconds(&cluster).await;
}

/// SQLite, which is held to other statements, has the same data set.
async fn every_rung_answers_alike_and_sees_each_write(cluster: &Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).unwrap();
    let sqlite = Sqlite::open(&path, settings(Rung::Indexed)).unwrap();
    for (at, rung) in (1..).zip(Rung::ALL) {
        let store = Postgres::new(&cluster.address(), settings(rung)).unwrap();
        let accounts = Accounts::new(store, rung, CACHE);
        for account in [100, 1000, 2000] {
            let expected = encode(&sqlite.account(query(account, 10), &|_| {}).await.unwrap());
            assert_eq!(
                asked(&accounts, account).await.unwrap(),
                expected,
                "{rung:?}"
            );
        }
        asked(&accounts, at).await.unwrap();
        let entry = accounts
            .post(AccountId::new(at).unwrap(), coffee(), &|_| {})
            .await
            .unwrap();
        let mut account = sqlite.account(query(at, 10), &|_| {}).await.unwrap();
        account.balance -= 250;
        account.entries.insert(0, entry);
        account.entries.truncate(10);
        assert_eq!(
            asked(&accounts, at).await.unwrap(),
            encode(&account),
            "{rung:?}"
        );
        let none = accounts
            .post(AccountId::new(2001).unwrap(), coffee(), &|_| {})
            .await;
        assert!(matches!(none, Err(Error::NotFound(2001))), "{none:?}");
        assert_eq!(accounts.store().queries().failures, 0);
    }
}

async fn only_the_index_keeps_it_from_scanning(cluster: &Cluster) {
    for (rung, has_index, uses) in [
        (Rung::Prepared, false, false),
        (Rung::Prepared, true, true),
        (Rung::Indexed, false, true),
    ] {
        let settings = Settings {
            has_index,
            ..settings(rung)
        };
        let store = Postgres::new(&cluster.address(), settings).unwrap();
        let plan = store.plan().await.unwrap();
        assert_eq!(plan.contains("entries_account"), uses, "{plan}");
        let version = store.version().await.unwrap();
        assert!(
            version.starts_with(|first: char| first.is_ascii_digit()),
            "{version}"
        );
    }
}

async fn with_one_connection_hung_the_rest_go_on(cluster: &Cluster) {
    let settings = Settings {
        query_time: Duration::from_secs(1),
        ..settings(Rung::Indexed)
    };
    let store = Postgres::new(&cluster.address(), settings).unwrap();
    let accounts = Arc::new(Accounts::new(store, Rung::Indexed, CACHE));
    let (client, connection) = tokio_postgres::connect(&cluster.address(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("BEGIN; SELECT * FROM accounts WHERE id = 50 FOR UPDATE")
        .await
        .unwrap();
    let hung = hung_write(&accounts, 50).await;
    let rest: Vec<_> = (0..200)
        .map(|at| {
            let accounts = Arc::clone(&accounts);
            tokio::spawn(async move { asked(&accounts, at % 20 + 60).await })
        })
        .collect();
    for answer in rest {
        answer.await.unwrap().unwrap();
    }
    assert!(matches!(hung.await.unwrap(), Err(Error::Slow(_))));
    nobody_waits_for_a_lock(cluster).await;
    let pool = accounts.store().pool();
    assert_eq!((pool.in_use, pool.timeouts), (0, 0));
    // The one that hung is closed.
    assert!(pool.open <= 4 && pool.waits > 0, "{pool:?}");
}

/// PostgreSQL has given up what we gave up.
async fn nobody_waits_for_a_lock(cluster: &Cluster) {
    let (client, connection) = tokio_postgres::connect(&cluster.address(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let given_up = async {
        let waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        while !client.query(waiting, &[]).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(1), given_up)
        .await
        .expect("the query was not cancelled");
}

async fn it_is_back_within_two_seconds(cluster: &Cluster) {
    let store = Postgres::new(&cluster.address(), settings(Rung::Indexed)).unwrap();
    let accounts = Accounts::new(store, Rung::Indexed, CACHE);
    asked(&accounts, 1).await.unwrap();
    cluster.down().unwrap();
    for _ in 0..20 {
        let error = asked(&accounts, 1).await.unwrap_err();
        assert!(
            matches!(error, Error::Down(_)) && error.is_passing(),
            "{error}"
        );
    }
    cluster.up().unwrap();
    let back = Instant::now();
    while asked(&accounts, 1).await.is_err() {
        assert!(back.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..50 {
        asked(&accounts, 1).await.unwrap();
    }
}
