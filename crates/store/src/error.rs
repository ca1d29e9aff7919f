//! Why there is no answer.

use std::sync::Arc;
use std::time::Duration;

use crate::Log;

/// Why a store has no answer. Clones share the cause: all who waited for one query get the same.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// There is no such account.
    #[error("no account {0}")]
    NotFound(u32),
    /// No connection was free in time: later there may be one.
    #[error("no connection within {} s", .0.as_secs_f64())]
    NoConnection(Duration),
    /// The database took too long; whether a write was done is not known.
    #[error("no answer from the database within {} s", .0.as_secs_f64())]
    Slow(Duration),
    /// The database can't be reached, or went away; whether a write was done is not known.
    #[error("the database is down")]
    Down(#[source] Cause),
    /// The balance would not fit in 64 bits.
    #[error("the balance does not fit in 64 bits")]
    Overflow,
    /// What is to be filled has accounts.
    #[error("it has accounts; only an empty one can be filled")]
    Filled,
    /// The database refused what it was asked.
    #[error("the database refused the statement")]
    Refused(#[source] Cause),
}

/// What a driver says.
pub(crate) type Cause = Arc<dyn std::error::Error + Send + Sync>;

impl Error {
    /// Whether the same request may get an answer later, with nothing changed: status 503.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::NoConnection(_) | Self::Slow(_) | Self::Down(_))
    }

    /// Whether a write may have been done, or may yet be.
    pub(crate) const fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Slow(_) | Self::Down(_))
    }

    /// Tells a log what the database said, but for what may repeat a client's words: a statement's values stand in PostgreSQL's messages.
    pub(crate) fn log(&self, log: &Log) {
        let (Self::Down(cause) | Self::Refused(cause)) = self else {
            return;
        };
        #[cfg(feature = "databases")]
        if let Some(error) = cause.downcast_ref::<tokio_postgres::Error>()
            && let Some(code) = error.code()
        {
            return log.failed(&format!("SQLSTATE {}", code.code()));
        }
        log.failed(&cause.to_string());
    }

    pub(crate) fn down(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Down(Arc::new(cause))
    }

    pub(crate) fn refused(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Refused(Arc::new(cause))
    }
}

impl From<places::NoPlace> for Error {
    fn from(none: places::NoPlace) -> Self {
        Self::NoConnection(none.0)
    }
}
