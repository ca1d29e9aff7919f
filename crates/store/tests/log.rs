//! What is told of slow queries and of failures.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use store::{AccountId, Data, Log, Logged, NewEntry, Query, Rung, Settings, Sqlite, Store};

const DATA: Data = Data {
    accounts: 20,
    entries: 400,
    seed: 7,
};

/// What was told, in order, and how much was left out.
type Told = Arc<Mutex<Vec<(String, u64)>>>;

fn store(folder: &tempfile::TempDir, rung: Rung, slow: Duration, told: &Told) -> Sqlite {
    let path = folder.path().join("accounts.db");
    if !path.exists() {
        Sqlite::fill(&path, DATA).unwrap();
    }
    let settings = Settings {
        rung,
        has_index: false,
        connections: 2,
        wait: Duration::from_secs(5),
        query_time: Duration::from_secs(5),
    };
    let told = Arc::clone(told);
    let log = Log::new(slow, move |logged| {
        let (Logged::Slow { left_out, .. } | Logged::Failed { left_out, .. }) = logged;
        told.lock().unwrap().push((logged.to_string(), *left_out));
    });
    Sqlite::open(&path, settings).unwrap().with_log(log)
}

async fn ask(store: &Sqlite, account: u32) {
    let query = Query::new(AccountId::new(account).unwrap(), 7).unwrap();
    store.account(query, &|_| {}).await.unwrap();
}

#[tokio::test]
async fn a_slow_query_is_told_with_its_plan_and_without_its_parameters() {
    let folder = tempfile::tempdir().unwrap();
    for (rung, plan) in [
        (Rung::Prepared, "SCAN entries_unindexed"),
        (
            Rung::Indexed,
            "SEARCH entries USING INDEX entries_account (account=?)",
        ),
    ] {
        let told = Told::default();
        let store = store(&folder, rung, Duration::ZERO, &told);
        ask(&store, 19).await;
        let secret = NewEntry {
            amount: 123_454_321,
            text: "for the surgeon".to_owned(),
        };
        store
            .post(AccountId::new(19).unwrap(), secret, &|_| {})
            .await
            .unwrap();
        let told = told.lock().unwrap();
        let [(read, _), (write, _)] = &told[..] else {
            panic!("{told:?}");
        };
        assert!(read.starts_with("slow query: "), "{read}");
        assert!(read.contains(" 7 rows: SELECT a.owner"), "{read}");
        assert!(read.contains(plan), "{read}");
        assert!(write.contains("INSERT INTO entries"), "{write}");
        for text in [read, write] {
            assert!(!text.contains('\n'), "{text}");
            for secret in ["19", "123454321", "surgeon"] {
                // The time that it took may have any digits.
                let (_, after) = text.split_once(" ms, ").unwrap();
                assert!(!after.contains(secret), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_fast_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = Told::default();
    let store = store(&folder, Rung::Indexed, Duration::from_mins(1), &told);
    ask(&store, 1).await;
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test]
async fn many_slow_queries_are_counted_where_they_are_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = Told::default();
    let store = store(&folder, Rung::Indexed, Duration::ZERO, &told);
    let begun = std::time::Instant::now();
    let mut asked = 0;
    while begun.elapsed() < Duration::from_millis(2500) {
        ask(&store, 1).await;
        asked += 1;
    }
    let told = told.lock().unwrap();
    let left_out: u64 = told.iter().map(|(_, left_out)| left_out).sum();
    let lines = told.len() as u64;
    // Five in each second that was begun.
    assert!((10..=20).contains(&lines), "{lines} lines of {asked}");
    // What was left out since the last line is not told yet.
    assert!(
        lines + left_out <= asked && left_out > 0,
        "{lines} + {left_out} of {asked}"
    );
    let (last, _) = told.iter().rfind(|(_, left_out)| *left_out > 0).unwrap();
    assert!(last.contains(" more before this"), "{last}");
}
