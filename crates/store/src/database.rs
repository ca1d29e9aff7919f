//! The databases that there are, as one type.

use crate::{
    Account, AccountId, Entry, Error, NewEntry, PoolStats, Postgres, Query, QueryStats, Sqlite,
    Steps, Store,
};

/// A store whose database is chosen when the program runs.
#[derive(Debug)]
pub enum Database {
    /// A file.
    Sqlite(Sqlite),
    /// A server.
    Postgres(Box<Postgres>),
}

impl Database {
    /// How the database says that it answers a read.
    ///
    /// # Errors
    ///
    /// When it can't be asked.
    pub async fn plan(&self) -> Result<String, Error> {
        match self {
            Self::Sqlite(store) => store.plan(),
            Self::Postgres(store) => store.plan().await,
        }
    }
}

impl Store for Database {
    async fn account(&self, query: Query, steps: Steps<'_>) -> Result<Account, Error> {
        match self {
            Self::Sqlite(store) => store.account(query, steps).await,
            Self::Postgres(store) => store.account(query, steps).await,
        }
    }

    async fn post(
        &self,
        account: AccountId,
        entry: NewEntry,
        steps: Steps<'_>,
    ) -> Result<Entry, Error> {
        match self {
            Self::Sqlite(store) => store.post(account, entry, steps).await,
            Self::Postgres(store) => store.post(account, entry, steps).await,
        }
    }

    fn pool(&self) -> PoolStats {
        match self {
            Self::Sqlite(store) => store.pool(),
            Self::Postgres(store) => store.pool(),
        }
    }

    fn queries(&self) -> QueryStats {
        match self {
            Self::Sqlite(store) => store.queries(),
            Self::Postgres(store) => store.queries(),
        }
    }
}
