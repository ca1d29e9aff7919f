//! A store, and the cache before it.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;

use crate::{
    Account, AccountId, Cache, CacheSettings, CacheStats, Entry, Error, NewEntry, PoolStats, Query,
    QueryStats, Rung,
};

/// Accounts, awaited.
pub trait Store: Send + Sync + 'static {
    /// An account and its latest entries.
    fn account(&self, query: Query) -> impl Future<Output = Result<Account, Error>> + Send;

    /// Adds an entry to an account, and its amount to the balance: both or neither. The entry has been [checked](NewEntry::check).
    fn post(
        &self,
        account: AccountId,
        entry: NewEntry,
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
            Rung::Cached => Kept::Rows(Arc::new(Cache::new(cache, |account| account.bytes()))),
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

    /// An account and its latest entries; on the highest rung, `encode` makes the bytes that are kept.
    ///
    /// # Errors
    ///
    /// When there is no such account, or the store has no answer.
    pub async fn account(
        &self,
        query: Query,
        encode: impl FnOnce(&Account) -> Bytes,
    ) -> Result<Found, Error> {
        match &self.kept {
            Kept::Nothing => Ok(Found::Rows(Arc::new(self.store.account(query).await?))),
            Kept::Rows(cache) => {
                let load = || async { self.store.account(query).await.map(Arc::new) };
                cache.get_or_load(query, load).await.map(Found::Rows)
            }
            Kept::Encoded(cache) => {
                let load = || async { Ok(encode(&self.store.account(query).await?)) };
                cache.get_or_load(query, load).await.map(Found::Encoded)
            }
        }
    }

    /// Adds an entry. It is done, or fails, also when nobody waits for it any more; and whatever comes of it, what was kept of
    /// the account is not answered again.
    ///
    /// # Errors
    ///
    /// When there is no such account, the balance would not fit, or the store has no answer.
    pub async fn post(&self, account: AccountId, entry: NewEntry) -> Result<Entry, Error> {
        let (store, forget) = (Arc::clone(&self.store), self.kept.clone());
        let written = tokio::spawn(async move {
            let written = store.post(account, entry).await;
            forget.forget(account);
            written
        });
        written.await.map_err(Error::down)?
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
