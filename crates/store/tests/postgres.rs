//! Accounts in PostgreSQL: a cluster of the test's own, where `postgres` is installed.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use store::{
    AccountId, Accounts, CacheSettings, Data, Error, Found, NewEntry, Postgres, Query, Rung,
    Settings, Store,
};

const DATA: Data = Data {
    accounts: 2_000,
    entries: 20_000,
    seed: 7,
};

const CACHE: CacheSettings = CacheSettings {
    ttl: Duration::from_mins(1),
    bytes: 1 << 20,
};

/// A cluster that listens on a socket in its folder, and ends with this value.
struct Cluster {
    folder: tempfile::TempDir,
    programs: PathBuf,
}

impl Cluster {
    /// Starts one, or says why there is none.
    fn start() -> Option<Self> {
        let programs = Command::new("pg_config").arg("--bindir").output();
        let Some(programs) = programs.ok().filter(|output| output.status.success()) else {
            eprintln!("skipped: PostgreSQL is not installed (no pg_config)");
            return None;
        };
        let programs = PathBuf::from(String::from_utf8(programs.stdout).unwrap().trim());
        let folder = tempfile::tempdir().unwrap();
        let cluster = Self { folder, programs };
        if is_root() {
            // The server refuses to be root's.
            let owned = Command::new("chown")
                .arg("nobody")
                .arg(cluster.folder.path())
                .status();
            if !owned.is_ok_and(|status| status.success()) {
                eprintln!("skipped: root can't give the folder to another user");
                return None;
            }
        }
        let all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(cluster.folder.path(), all).unwrap();
        let data = cluster.data();
        if !cluster.run(
            "initdb",
            &["-U", "test", "-A", "trust", "--no-sync", "-D", &data],
        ) {
            eprintln!("skipped: initdb failed");
            return None;
        }
        assert!(cluster.up());
        Some(cluster)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn up(&self) -> bool {
        let folder = self.folder.path().display();
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{folder}'");
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-w", "-o", &options, "start"],
        )
    }

    fn down(&self) -> bool {
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-w", "-m", "immediate", "stop"],
        )
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let path: &Path = &self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--clear-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }

    fn address(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://test@{folder}/postgres")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.down();
    }
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn settings(rung: Rung) -> Settings {
    Settings {
        rung,
        connections: 5,
        wait: Duration::from_secs(5),
        query_time: Duration::from_secs(5),
    }
}

fn query(account: u32) -> Query {
    Query::new(AccountId::new(account).unwrap(), 10).unwrap()
}

fn coffee() -> NewEntry {
    NewEntry {
        amount: -250,
        text: "coffee'; DROP TABLE entries; --".to_owned(),
    }
}

fn encode(account: &store::Account) -> Bytes {
    format!("{account:?}").into()
}

async fn asked(accounts: &Accounts<Postgres>, account: u32) -> Result<Bytes, Error> {
    Ok(
        match accounts.account(query(account), &|_| {}, encode).await? {
            Found::Rows(rows) => encode(&rows),
            Found::Encoded(bytes) => bytes,
        },
    )
}

/// One test, so that one cluster is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_in_postgresql() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    Postgres::fill(&cluster.address(), DATA).await.unwrap();
    every_rung_answers_alike_and_sees_each_write(&cluster).await;
    only_the_index_keeps_it_from_scanning(&cluster).await;
    with_one_connection_hung_the_rest_go_on(&cluster).await;
    it_is_back_within_two_seconds(&cluster).await;
}

/// SQLite, which is held to other statements, has the same data set.
async fn every_rung_answers_alike_and_sees_each_write(cluster: &Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    store::Sqlite::fill(&path, DATA).unwrap();
    let sqlite = store::Sqlite::open(&path, settings(Rung::Indexed)).unwrap();
    for (at, rung) in (1..).zip(Rung::ALL) {
        let store = Postgres::new(&cluster.address(), settings(rung)).unwrap();
        let accounts = Accounts::new(store, rung, CACHE);
        for account in [100, 1000, 2000] {
            let expected = encode(&sqlite.account(query(account), &|_| {}).await.unwrap());
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
        let mut account = sqlite.account(query(at), &|_| {}).await.unwrap();
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
    for (rung, uses) in [(Rung::Prepared, false), (Rung::Indexed, true)] {
        let store = Postgres::new(&cluster.address(), settings(rung)).unwrap();
        let plan = store.plan().await.unwrap();
        assert_eq!(plan.contains("entries_account"), uses, "{plan}");
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
    let hung = tokio::spawn({
        let accounts = Arc::clone(&accounts);
        async move {
            accounts
                .post(AccountId::new(50).unwrap(), coffee(), &|_| {})
                .await
        }
    });
    while accounts.store().pool().in_use == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
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
    let pool = accounts.store().pool();
    assert_eq!((pool.in_use, pool.timeouts), (0, 0));
    // The one that hung is closed.
    assert!(pool.open <= 4 && pool.waits > 0, "{pool:?}");
}

async fn it_is_back_within_two_seconds(cluster: &Cluster) {
    let store = Postgres::new(&cluster.address(), settings(Rung::Indexed)).unwrap();
    let accounts = Accounts::new(store, Rung::Indexed, CACHE);
    asked(&accounts, 1).await.unwrap();
    assert!(cluster.down());
    for _ in 0..20 {
        let error = asked(&accounts, 1).await.unwrap_err();
        assert!(
            matches!(error, Error::Down(_)) && error.is_passing(),
            "{error}"
        );
    }
    assert!(cluster.up());
    let back = Instant::now();
    while asked(&accounts, 1).await.is_err() {
        assert!(back.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..50 {
        asked(&accounts, 1).await.unwrap();
    }
}
