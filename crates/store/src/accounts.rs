//! A store, and the cache before it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::{
    Account, AccountId, Cache, CacheSettings, CacheStats, Entry, Error, NewEntry, PoolStats, Query,
    QueryStats, Rung,
};

/// How long a write whose outcome is not known may be seen late: a commit that waits for its disk is past cancelling.
const DOUBT: Duration = Duration::from_secs(10);

/// How often what was kept is forgotten again until then.
const DOUBT_STEP: Duration = Duration::from_secs(1);

/// What a request waits for in a store, from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A connection: one of the pool's that is free, or a new one.
    Connection,
    /// The database.
    Query,
}

/// Is told each step when it begins.
pub type Steps<'a> = &'a (dyn Fn(Step) + Send + Sync);

/// Accounts, awaited.
pub trait Store: Send + Sync + 'static {
    /// An account and its latest entries.
    fn account(
        &self,
        query: Query,
        steps: Steps<'_>,
    ) -> impl Future<Output = Result<Account, Error>> + Send;

    /// Adds an entry to an account, and its amount to the balance: both or neither. The entry has been [checked](NewEntry::check).
    fn post(
        &self,
        account: AccountId,
        entry: NewEntry,
        steps: Steps<'_>,
    ) -> impl Future<Output = Result<Entry, Error>> + Send;

    /// What its connections do.
    fn pool(&self) -> PoolStats;

    /// What it asked its database.
    fn queries(&self) -> QueryStats;
}

/// A store as a service asks it.
#[derive(Debug)]
pub struct Accounts<S> {
    store: Arc<S>,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Nothing,
    Rows(Arc<Cache<Arc<Account>>>),
    Encoded(Arc<Cache<Bytes>>),
}

/// An answer: rows that are still to be encoded, or its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Rows, maybe shared with other requests.
    Rows(Arc<Account>),
    /// The encoded answer, shared with other requests.
    Encoded(Bytes),
}

impl<S: Store> Accounts<S> {
    /// A store, with the cache of the rung.
    pub fn new(store: S, rung: Rung, cache: CacheSettings) -> Self {
        let kept = match rung {
            Rung::Connect | Rung::Pooled | Rung::Prepared | Rung::Indexed => Kept::Nothing,
            Rung::Cached => Kept::Rows(Arc::new(Cache::new(cache, |account| bytes_of(account)))),
            Rung::Encoded => Kept::Encoded(Arc::new(Cache::new(cache, Bytes::len))),
        };
        Self {
            store: Arc::new(store),
            kept,
        }
    }

    /// What is kept for a query: found without a future.
    #[inline]
    pub fn kept(&self, query: Query) -> Option<Found> {
        match &self.kept {
            Kept::Nothing => None,
            Kept::Rows(cache) => cache.get(query).map(Found::Rows),
            Kept::Encoded(cache) => cache.get(query).map(Found::Encoded),
        }
    }

    /// The encoded answer that is kept for a query, on the rung that keeps them: found without a future.
    #[inline]
    pub fn kept_bytes(&self, query: Query) -> Option<Bytes> {
        match &self.kept {
            Kept::Encoded(cache) => cache.get(query),
            Kept::Nothing | Kept::Rows(_) => None,
        }
    }

    /// An account and its latest entries; on the highest rung, `encode` makes the bytes that are kept.
    ///
    /// # Errors
    ///
    /// When there is no such account, or the store has no answer.
    pub async fn account(
        &self,
        query: Query,
        steps: Steps<'_>,
        encode: impl FnOnce(&Account) -> Bytes,
    ) -> Result<Found, Error> {
        match &self.kept {
            Kept::Nothing => Ok(Found::Rows(Arc::new(
                self.store.account(query, steps).await?,
            ))),
            Kept::Rows(cache) => {
                let load = || async { self.store.account(query, steps).await.map(Arc::new) };
                cache.get_or_load(query, load).await.map(Found::Rows)
            }
            Kept::Encoded(cache) => {
                let load = || async { Ok(encode(&self.store.account(query, steps).await?)) };
                cache.get_or_load(query, load).await.map(Found::Encoded)
            }
        }
    }

    /// Adds an entry. It is done, or fails, also when nobody waits for it any more; and whatever comes of it, what was kept of
    /// the account is not answered again. Where its outcome is not known, that holds once more each second for ten.
    ///
    /// # Errors
    ///
    /// When there is no such account, the balance would not fit, or the store has no answer.
    pub async fn post(
        &self,
        account: AccountId,
        entry: NewEntry,
        steps: Steps<'_>,
    ) -> Result<Entry, Error> {
        let (store, forget) = (Arc::clone(&self.store), self.kept.clone());
        let (told, mut steps_taken) = tokio::sync::mpsc::unbounded_channel();
        let written = tokio::spawn(async move {
            // Nobody may listen any more.
            let steps = move |step| told.send(step).unwrap_or_default();
            let forgetting = Forgetting(forget, account);
            let written = store.post(account, entry, &steps).await;
            if written.as_ref().is_err_and(Error::is_in_doubt) {
                tokio::spawn(forgetting.for_a_while());
            }
            written
        });
        while let Some(step) = steps_taken.recv().await {
            steps(step);
        }
        written.await.map_err(Error::down)?
    }

    /// Whether answers are kept for a while.
    pub const fn keeps(&self) -> bool {
        !matches!(self.kept, Kept::Nothing)
    }

    /// The store itself.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// What the cache did, if there is one.
    pub fn cache(&self) -> Option<CacheStats> {
        match &self.kept {
            Kept::Nothing => None,
            Kept::Rows(cache) => Some(cache.stats()),
            Kept::Encoded(cache) => Some(cache.stats()),
        }
    }
}

impl Clone for Kept {
    fn clone(&self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Rows(cache) => Self::Rows(Arc::clone(cache)),
            Self::Encoded(cache) => Self::Encoded(Arc::clone(cache)),
        }
    }
}

impl Kept {
    fn forget(&self, account: AccountId) {
        match self {
            Self::Nothing => {}
            Self::Rows(cache) => cache.forget(account),
            Self::Encoded(cache) => cache.forget(account),
        }
    }
}

/// Forgets an account when it is dropped: a write that panics may have been done, too.
struct Forgetting(Kept, AccountId);

impl Forgetting {
    async fn for_a_while(self) {
        let steps = DOUBT.as_secs() / DOUBT_STEP.as_secs();
        for _ in 0..steps {
            self.0.forget(self.1);
            tokio::time::sleep(DOUBT_STEP).await;
        }
    }
}

impl Drop for Forgetting {
    fn drop(&mut self) {
        self.0.forget(self.1);
    }
}

/// What an account takes in memory, in bytes.
fn bytes_of(account: &Account) -> usize {
    let texts: usize = account
        .entries
        .iter()
        .map(|entry| entry.text.capacity())
        .sum();
    size_of::<Account>()
        + account.owner.capacity()
        + account.currency.capacity()
        + account.entries.capacity() * size_of::<Entry>()
        + texts
}
