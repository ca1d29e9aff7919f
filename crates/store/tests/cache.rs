//! The cache, before loads that the tests hold up.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use store::{
    Account, AccountId, Accounts, Cache, CacheSettings, Entry, Error, Found, NewEntry, PoolStats,
    Query, QueryStats, Rung, Steps, Store,
};
use tokio::sync::oneshot;

fn cache(bytes: u64, ttl: Duration) -> Arc<Cache<Arc<str>>> {
    Arc::new(Cache::new(CacheSettings { ttl, bytes }, |value| {
        value.len()
    }))
}

fn query(account: u32) -> Query {
    Query::new(AccountId::new(account).unwrap(), 10).unwrap()
}

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_load_that_began_before_a_write_does_not_bring_the_old_value_back() {
    let cache = cache(1 << 20, HOUR);
    let (begun, has_begun) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let slow = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move {
            let load = || async {
                begun.send(()).unwrap();
                may_go.await.unwrap();
                Ok(Arc::from("old"))
            };
            cache.get_or_load(query(1), load).await.unwrap()
        }
    });
    has_begun.await.unwrap();
    cache.forget(AccountId::new(1).unwrap());
    // Who asks after the write does not wait for the read before it.
    let load = || async { Ok(Arc::from("new")) };
    assert_eq!(&*cache.get_or_load(query(1), load).await.unwrap(), "new");
    go.send(()).unwrap();
    assert_eq!(&*slow.await.unwrap(), "old");
    assert_eq!(cache.get(query(1)).as_deref(), Some("new"));
}

#[tokio::test]
async fn when_the_one_that_loads_leaves_another_does() {
    let cache = cache(1 << 20, HOUR);
    let hung = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { cache.get_or_load(query(1), std::future::pending).await }
    });
    while cache.stats().loads == 0 {
        tokio::task::yield_now().await;
    }
    let next = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move {
            cache
                .get_or_load(query(1), || async { Ok(Arc::from("value")) })
                .await
        }
    });
    while cache.stats().misses == 1 {
        tokio::task::yield_now().await;
    }
    hung.abort();
    assert_eq!(&*next.await.unwrap().unwrap(), "value");
}

#[tokio::test]
async fn an_error_is_everyones_and_is_not_kept() {
    let cache = cache(1 << 20, HOUR);
    let failed = cache
        .get_or_load(query(1), || async { Err(Error::NotFound(1)) })
        .await;
    assert!(matches!(failed, Err(Error::NotFound(1))));
    let load = || async { Ok(Arc::from("there")) };
    assert_eq!(&*cache.get_or_load(query(1), load).await.unwrap(), "there");
}

#[tokio::test]
async fn it_is_bounded_in_bytes_and_in_time() {
    let small = cache(100_000, HOUR);
    for account in 1..=1000 {
        let load = || async { Ok("x".repeat(1000).into()) };
        small.get_or_load(query(account), load).await.unwrap();
    }
    let stats = small.stats();
    assert!(stats.bytes <= 100_000 && stats.entries > 10, "{stats:?}");
    assert!(stats.evictions >= 900, "{stats:?}");

    let short = cache(100_000, Duration::from_millis(20));
    short
        .get_or_load(query(1), || async { Ok(Arc::from("x")) })
        .await
        .unwrap();
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(short.get(query(1)), None);
}

#[tokio::test]
async fn a_full_cache_takes_what_is_asked_for_next_however_often_the_rest_was() {
    let cache = cache(3_000, HOUR);
    let value = |length: usize| move || async move { Ok("x".repeat(length).into()) };
    for account in 1..=10 {
        for _ in 0..10 {
            cache.get_or_load(query(account), value(90)).await.unwrap();
        }
    }
    // What moka puts off it does then.
    cache.stats();
    // As large as three of them, and never asked for before.
    for _ in 0..3 {
        cache.get_or_load(query(100), value(900)).await.unwrap();
        cache.stats();
    }
    let stats = cache.stats();
    assert_eq!(stats.loads, 11, "{stats:?}");
    assert!(stats.bytes <= 3_000, "{stats:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_load_is_left_where_all_who_wait_go_at_once() {
    let cache = cache(1 << 20, HOUR);
    for account in 1..=2_000 {
        let waiting = [(); 2].map(|()| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                let never = std::future::pending::<Result<Arc<str>, Error>>;
                let waited = Duration::from_micros(200);
                tokio::time::timeout(waited, cache.get_or_load(query(account), never)).await
            })
        });
        for gone in waiting {
            assert!(gone.await.unwrap().is_err());
        }
    }
    assert_eq!(cache.stats().loading, 0);
}

/// A store whose writes are late: nobody is told whether they are done.
struct Late(Arc<AtomicI64>);

impl Store for Late {
    async fn account(&self, query: Query, _: Steps<'_>) -> Result<Account, Error> {
        let balance = self.0.load(Ordering::SeqCst);
        Ok(Account::new(
            query.account.get(),
            "owner".into(),
            "EUR".into(),
            balance,
        ))
    }

    async fn post(&self, _: AccountId, _: NewEntry, _: Steps<'_>) -> Result<Entry, Error> {
        Err(Error::Slow(Duration::ZERO))
    }

    fn pool(&self) -> PoolStats {
        PoolStats::default()
    }

    fn queries(&self) -> QueryStats {
        QueryStats::default()
    }
}

#[tokio::test]
async fn a_write_that_is_done_after_it_was_given_up_is_seen() {
    let balance = Arc::new(AtomicI64::new(0));
    let settings = CacheSettings {
        ttl: HOUR,
        bytes: 1 << 20,
    };
    let accounts = Accounts::new(Late(Arc::clone(&balance)), Rung::Cached, settings);
    let entry = NewEntry {
        amount: 1,
        text: "late".into(),
    };
    let account = AccountId::new(1).unwrap();
    let posted = accounts.post(account, entry, &|_| {}).await;
    assert!(matches!(posted, Err(Error::Slow(_))));
    let asked = async || {
        let found = accounts.account(query(1), &|_| {}, |_| Bytes::new()).await;
        match found.unwrap() {
            Found::Rows(rows) => rows.balance,
            Found::Encoded(_) => panic!("rows are kept"),
        }
    };
    assert_eq!(asked().await, 0);
    // That is kept; then the write is done.
    balance.store(1, Ordering::SeqCst);
    let until = Instant::now() + Duration::from_secs(10);
    while asked().await == 0 {
        assert!(Instant::now() < until, "the old balance is kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
