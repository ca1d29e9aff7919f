//! Accounts and ratings over HTTP, from a database of the test's own.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use preallocated::{Exact, Preallocated, SerdeJson};
use rusqlite::Connection;
use serde_json::{Value, json};
use server::{Behind, Limits, Service};
use store::{Accounts, CacheSettings, Data, Database, Rung, Settings, Sqlite, Store};

use crate::admin::{page, sample};
use crate::bounds::wait_until;
use crate::client::{Client, get};
use crate::process::{Program, run};
use crate::service::{Running, start_before};

type Handler = Preallocated<SerdeJson, Exact>;

pub(crate) const DATA: Data = Data {
    accounts: 200,
    entries: 4_000,
    seed: 3,
};

const CACHE: CacheSettings = CacheSettings {
    ttl: Duration::from_mins(1),
    bytes: 1 << 20,
};

pub(crate) fn settings(rung: Rung) -> Settings {
    Settings {
        rung,
        has_index: false,
        connections: 5,
        wait: Duration::from_secs(5),
        query_time: Duration::from_secs(5),
    }
}

pub(crate) fn filled(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("accounts.db");
    Sqlite::fill(&path, DATA).expect("an empty folder");
    path
}

pub(crate) fn serve(database: Database, rung: Rung) -> Running<Handler> {
    let behind = Behind {
        accounts: Some(Accounts::new(database, rung, CACHE)),
        ratings: None,
    };
    start_before(behind, Handler::new(4), Limits::default())
}

fn serve_sqlite(path: &Path, settings: Settings) -> Running<Handler> {
    let store = Sqlite::open(path, settings).expect("it is filled");
    serve(Database::Sqlite(store), settings.rung)
}

fn accounts(service: &Service<Handler>) -> &Accounts<Database> {
    service.behind().accounts.as_ref().expect("a store")
}

pub(crate) fn post_entry(account: u32, body: &str) -> String {
    format!(
        "POST /accounts/{account}/entries HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What SQLite itself says of an account, in the answer's form.
fn truth(path: &Path, table: &str, account: u32, most: usize) -> Value {
    let connection = Connection::open(path).expect("a database");
    let mut rows = connection
        .prepare(&format!(
            "SELECT id, at, amount, text FROM {table} WHERE account = ?1 ORDER BY id DESC"
        ))
        .expect("a table");
    let entries = rows.query_map([account], |row| {
        Ok(json!({
            "id": row.get::<_, i64>(0)?, "at": row.get::<_, i64>(1)?, "amount": row.get::<_, i64>(2)?,
            "text": row.get::<_, String>(3)?,
        }))
    });
    let entries: Vec<Value> = entries
        .expect("rows")
        .take(most)
        .map(|entry| entry.expect("a row"))
        .collect();
    let row = connection.query_row(
        "SELECT owner, currency, balance FROM accounts WHERE id = ?1",
        [account],
        |row| {
            Ok(json!({
                "id": account, "owner": row.get::<_, String>(0)?, "currency": row.get::<_, String>(1)?,
                "balance": row.get::<_, i64>(2)?, "entries": entries,
            }))
        },
    );
    row.expect("an account")
}

#[test]
fn every_rung_answers_what_the_database_has_before_and_after_a_write() {
    for rung in Rung::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        let path = filled(&folder);
        let table = if rung < Rung::Indexed {
            "entries_unindexed"
        } else {
            "entries"
        };
        let service = serve_sqlite(&path, settings(rung));
        let mut client = Client::connect(service.address);
        let mut ask = |query: &str, most| {
            // The second is answered from what was kept, where something is.
            for _ in 0..2 {
                client.send(get(&format!("/accounts/7{query}")));
                let answer = client.answer();
                assert_eq!(answer.status, 200, "{rung:?}");
                assert_eq!(answer.field("content-type"), Some("application/json"));
                let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
                assert_eq!(body, truth(&path, table, 7, most), "{rung:?}");
                client.send(format!(
                    "HEAD /accounts/7{query} HTTP/1.1\r\nhost: a\r\n\r\n"
                ));
                let head = client.answer_to_head();
                let length = answer.body.len().to_string();
                assert_eq!(head.field("content-length"), Some(&*length));
            }
        };
        ask("?entries=3", 3);
        ask("", 10);
        ask("?entries=100", 100);
        let mut writer = Client::connect(service.address);
        writer.send(post_entry(
            7,
            r#"{"amount":-250,"text":"a \"cup\" of ünder tea"}"#,
        ));
        let answer = writer.answer();
        assert_eq!(answer.status, 201, "{rung:?}");
        let entry: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(truth(&path, table, 7, 1)["entries"][0], entry, "{rung:?}");
        ask("?entries=3", 3);
        ask("", 10);
    }
}

#[test]
fn what_is_wrong_is_said_and_no_statement_is_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = serve_sqlite(&filled(&folder), settings(Rung::Indexed));
    let long = "9".repeat(8_000);
    let targets: [&[u8]; 17] = [
        b"/accounts/",
        b"/accounts/0",
        b"/accounts/007",
        b"/accounts/-1",
        b"/accounts/1%20OR%201=1",
        b"/accounts/1;DROP%20TABLE%20accounts;--",
        b"/accounts/1'OR'1'='1",
        b"/accounts/1'/*",
        b"/accounts/1)UNION/**/SELECT*FROM/**/accounts--",
        b"/accounts/%31",
        b"/accounts/2147483648",
        long.as_bytes(),
        b"/accounts/\xff\xfe",
        b"/accounts/7\xc3\x28",
        "/accounts/７".as_bytes(),
        b"/accounts/7?entries=1%20OR%201=1",
        b"/accounts/7?entries=1;DROP%20TABLE%20accounts",
    ];
    for target in targets {
        let target = if target == long.as_bytes() {
            [b"/accounts/", target].concat()
        } else {
            target.to_vec()
        };
        for method in ["GET", "POST"] {
            let mut client = Client::connect(service.address);
            let head = [
                method.as_bytes(),
                b" ",
                &target,
                b" HTTP/1.1\r\nhost: a\r\n\r\n",
            ];
            client.send(head.concat());
            let answer = client.answer();
            // The queries alone are wrong where the account is one: then the method is, too.
            let is_query = target.starts_with(b"/accounts/7?");
            let status = if is_query && method == "POST" {
                405
            } else {
                400
            };
            assert_eq!(answer.status, status, "{}", target.escape_ascii());
        }
    }
    for (body, status, code) in [
        ("", 400, "malformed_json"),
        ("{", 400, "malformed_json"),
        ("[]", 422, "not_an_entry"),
        (r#"{"amount":1}"#, 422, "not_an_entry"),
        (r#"{"amount":1,"text":"a","id":9}"#, 422, "not_an_entry"),
        (r#"{"amount":1.5,"text":"a"}"#, 422, "not_an_entry"),
        (r#"{"amount":0,"text":"a"}"#, 422, "bad_amount"),
        (r#"{"amount":1000000000001,"text":"a"}"#, 422, "bad_amount"),
        (r#"{"amount":1,"text":"a\u0000b"}"#, 422, "bad_text"),
    ] {
        let mut client = Client::connect(service.address);
        client.send(post_entry(7, body));
        let answer = client.answer();
        assert_eq!((answer.status, &*answer.code()), (status, code), "{body}");
    }
    let mut client = Client::connect(service.address);
    client.send("DELETE /accounts/7 HTTP/1.1\r\nhost: a\r\n\r\n");
    let answer = client.answer();
    assert_eq!(
        (answer.status, answer.field("allow")),
        (405, Some("get, head"))
    );
    client.send(get("/accounts/7/entries"));
    let answer = client.answer();
    assert_eq!((answer.status, answer.field("allow")), (405, Some("post")));
    for path in [
        "/accounts/7/",
        "/accounts/7/nothing",
        "/accounts",
        "/accounts/7/rating",
    ] {
        client.send(get(path));
        assert_eq!(client.answer().status, 404, "{path}");
    }
    let queries = accounts(&service.service).store().queries();
    assert_eq!((queries.reads, queries.writes), (0, 0));
    // An account that is none is asked for, and is not there.
    client.send(get("/accounts/201"));
    let answer = client.answer();
    assert_eq!((answer.status, &*answer.code()), (404, "no_such_account"));
}

#[test]
fn without_a_store_there_are_no_accounts() {
    let service = start_before(Behind::default(), Handler::new(4), Limits::default());
    let mut client = Client::connect(service.address);
    client.send(get("/accounts/7"));
    assert_eq!(client.answer().code(), "no_such_route");
}

#[test]
fn a_thousand_requests_for_a_cold_account_make_one_query() {
    for rung in [Rung::Cached, Rung::Encoded] {
        let folder = tempfile::tempdir().expect("a folder");
        let service = serve_sqlite(&filled(&folder), settings(rung));
        let mut clients: Vec<Client> = (0..1_000)
            .map(|_| Client::connect(service.address))
            .collect();
        for client in &mut clients {
            client.send(get("/accounts/7"));
        }
        let answers: Vec<Vec<u8>> = clients
            .iter_mut()
            .map(|client| {
                let answer = client.answer();
                assert_eq!(answer.status, 200);
                answer.body
            })
            .collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        let accounts = accounts(&service.service);
        assert_eq!(accounts.store().queries().reads, 1, "{rung:?}");
        let cache = accounts.cache().expect("a cache");
        assert_eq!((cache.loads, cache.hits + cache.misses >= 1_000), (1, true));
    }
}

/// A connection that has the database locked, and a client whose write waits for it.
fn hung(service: &Running<Handler>, path: &Path) -> (Connection, Client) {
    let other = locked(path);
    let mut client = Client::connect(service.address);
    client.send(post_entry(7, r#"{"amount":1,"text":"waits for the lock"}"#));
    let store = accounts(&service.service).store();
    wait_until(|| store.pool().in_use == 1);
    (other, client)
}

/// A connection that has the database locked against writes.
pub(crate) fn locked(path: &Path) -> Connection {
    let other = Connection::open(path).expect("a database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    other
}

#[test]
fn with_one_connection_hung_the_rest_go_on_and_it_gets_a_503() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = filled(&folder);
    let settings = Settings {
        query_time: Duration::from_secs(1),
        ..settings(Rung::Indexed)
    };
    let service = serve_sqlite(&path, settings);
    let store = accounts(&service.service).store();
    let (other, mut hung) = hung(&service, &path);

    let mut clients: Vec<Client> = (0..200).map(|_| Client::connect(service.address)).collect();
    for (account, client) in (1..).zip(&mut clients) {
        client.send(get(&format!("/accounts/{account}")));
    }
    for client in &mut clients {
        assert_eq!(client.answer().status, 200);
    }
    let answer = hung.answer();
    assert_eq!(
        (answer.status, &*answer.code(), answer.field("retry-after")),
        (503, "unavailable", Some("1"))
    );
    other.execute_batch("COMMIT").expect("a lock");
    // Nothing of it is left.
    hung.send(post_entry(7, r#"{"amount":1,"text":"has the lock"}"#));
    assert_eq!(hung.answer().status, 201);
    let pool = store.pool();
    assert_eq!((pool.in_use, pool.timeouts), (0, 0), "{pool:?}");
    assert!(pool.open <= 5, "{pool:?}");
}

#[test]
fn a_wait_for_a_connection_ends_with_a_503() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = filled(&folder);
    let settings = Settings {
        connections: 1,
        wait: Duration::from_millis(50),
        ..settings(Rung::Indexed)
    };
    let service = serve_sqlite(&path, settings);
    let store = accounts(&service.service).store();
    let (other, mut hung) = hung(&service, &path);
    let mut client = Client::connect(service.address);
    client.send(get("/accounts/8"));
    let answer = client.answer();
    assert_eq!(
        (answer.status, answer.field("retry-after")),
        (503, Some("1"))
    );
    other.execute_batch("COMMIT").expect("a lock");
    assert_eq!(hung.answer().status, 201);
    // The same connection goes on.
    client.send(get("/accounts/8"));
    assert_eq!(client.answer().status, 200);
    assert_eq!(store.pool().timeouts, 1);
}

#[test]
fn ratings_come_from_the_service_that_knows_them_while_it_is_there() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let pace = rating::Pace {
        delay: Duration::ZERO,
        connections: 16,
    };
    runtime.spawn(rating::serve(listener, pace));
    let settings = rating::Settings {
        address: format!("http://{address}"),
        connections: rating::Connections::Kept,
        in_flight: 4,
        wait: Duration::from_secs(5),
        time: Duration::from_secs(5),
    };
    let behind = Behind {
        accounts: None,
        ratings: Some(rating::Client::new(settings).expect("an address")),
    };
    let service = start_before(behind, Handler::new(4), Limits::default());
    let mut client = Client::connect(service.address);
    for account in 1..=100 {
        client.send(get(&format!("/accounts/{account}/rating")));
        let answer = client.answer();
        let expected = serde_json::to_vec(&rating::Rating::of(account)).expect("JSON");
        assert_eq!((answer.status, answer.body), (200, expected));
    }
    let ratings = service.service.behind().ratings.as_ref().expect("a client");
    assert_eq!(ratings.stats().connected, 1);
    client.send(get("/accounts/1%20OR%201/rating"));
    assert_eq!(client.answer().status, 400);
    client.send(get("/accounts/1"));
    assert_eq!(client.answer().status, 404);
    // The rating service goes, with its connections.
    runtime.shutdown_timeout(Duration::from_secs(5));
    client.send(get("/accounts/1/rating"));
    let answer = client.answer();
    assert_eq!(
        (answer.status, &*answer.code(), answer.field("retry-after")),
        (503, "unavailable", Some("1"))
    );
}

#[test]
fn the_program_fills_a_database_serves_it_and_says_what_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("sqlite:{}", folder.path().join("accounts.db").display());
    let (status, said) = run(&["--store", &store]);
    assert_eq!(status, Some(1));
    assert!(said.contains("--fill makes one"), "{said}");
    let small = ["--fill", "--accounts", "50", "--entries", "500"];
    let fill = [&["--store", &store], &small[..]].concat();
    assert_eq!(run(&fill), (Some(0), String::new()));
    // Nothing is filled twice.
    let (status, said) = run(&fill);
    assert_eq!(status, Some(1));
    assert!(said.contains("cannot fill"), "{said}");

    let program = Program::start(&["--store", &store, "--slow-query", "0.001"]);
    let mut client = Client::connect(program.address);
    for _ in 0..3 {
        client.send(get("/accounts/7"));
        assert_eq!(client.answer().status, 200);
    }
    client.send(post_entry(7, r#"{"amount":1,"text":"a"}"#));
    assert_eq!(client.answer().status, 201);
    let spent = "http_request_stage_seconds_total{route=\"GET /accounts/{id}\",stage=\"waiting for a query\"}";
    wait_until(|| page(program.admin, "/metrics").contains("status=\"201\"} 1\n"));
    let metrics = page(program.admin, "/metrics");
    for (name, value) in [
        ("db_queries_total{kind=\"read\"}", 1.0),
        ("db_queries_total{kind=\"write\"}", 1.0),
        ("db_query_failures_total", 0.0),
        ("db_connections_max", 8.0),
        ("db_connections{state=\"in_use\"}", 0.0),
        ("db_connection_timeouts_total", 0.0),
        ("cache_requests_total{result=\"hit\"}", 2.0),
        ("cache_requests_total{result=\"miss\"}", 1.0),
        ("cache_loads_total", 1.0),
    ] {
        assert_eq!(sample(&metrics, name), value, "{name}");
    }
    assert!(sample(&metrics, spent) > 0.0);
}

#[test]
fn each_rung_counts_a_hit_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = filled(&folder);
    for rung in [Rung::Cached, Rung::Encoded] {
        let service = serve_sqlite(&path, settings(rung));
        let mut client = Client::connect(service.address);
        for _ in 0..3 {
            client.send(get("/accounts/7"));
            assert_eq!(client.answer().status, 200);
        }
        let cache = accounts(&service.service).cache().expect("there is one");
        assert_eq!((cache.hits, cache.misses), (2, 1), "{rung:?}");
    }
}
