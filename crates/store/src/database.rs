//! The databases that there are, as one type.

use crate::{
    Account, AccountId, Entry, Error, NewEntry, PoolStats, Query, QueryStats, Steps, Store,
};
#[cfg(feature = "databases")]
use crate::{Postgres, Sqlite};

/// A store whose database is chosen when the program runs. Without the feature `databases` there is none to choose.
#[derive(Debug)]
pub enum Database {
    /// A file.
    #[cfg(feature = "databases")]
    Sqlite(Sqlite),
    /// A server.
    #[cfg(feature = "databases")]
    Postgres(Box<Postgres>),
}

/// Hands on to the database that it is.
macro_rules! with {
    ($database:expr, $store:ident => $answer:expr) => {
        match *$database {
            #[cfg(feature = "databases")]
            Database::Sqlite(ref $store) => $answer,
            #[cfg(feature = "databases")]
            Database::Postgres(ref $store) => $answer,
        }
    };
}

#[cfg(feature = "databases")]
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

    /// Which database it is, and of which version.
    ///
    /// # Errors
    ///
    /// When it can't be asked.
    pub async fn version(&self) -> Result<String, Error> {
        match self {
            Self::Sqlite(_) => Ok(format!("SQLite {}", rusqlite::version())),
            Self::Postgres(store) => Ok(format!("PostgreSQL {}", store.version().await?)),
        }
    }
}

#[cfg_attr(not(feature = "databases"), expect(unused_variables))]
impl Store for Database {
    async fn account(&self, query: Query, steps: Steps<'_>) -> Result<Account, Error> {
        with!(self, store => store.account(query, steps).await)
    }

    async fn post(
        &self,
        account: AccountId,
        entry: NewEntry,
        steps: Steps<'_>,
    ) -> Result<Entry, Error> {
        with!(self, store => store.post(account, entry, steps).await)
    }

    fn pool(&self) -> PoolStats {
        with!(self, store => store.pool())
    }

    fn queries(&self) -> QueryStats {
        with!(self, store => store.queries())
    }
}
