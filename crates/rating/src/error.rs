//! Why there is no rating.

use std::sync::Arc;
use std::time::Duration;

use crate::client::MAX_ANSWER_BYTES;

/// Why a client has no rating.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The address is not `http://HOST:PORT`.
    #[error("{0:?} is no address; it has to be http://HOST:PORT")]
    Address(String),
    /// Too many requests were in flight for too long.
    #[error("no place among the requests in flight within {} s", .0.as_secs_f64())]
    NoPlace(Duration),
    /// The service took too long, to connect or to answer.
    #[error("no answer from the rating service within {} s", .0.as_secs_f64())]
    Slow(Duration),
    /// The service can't be reached, or broke the connection off.
    #[error("the rating service is down")]
    Down(#[source] Cause),
    /// The service answers with another status than 200.
    #[error("the rating service answers with status {0}")]
    Status(u16),
    /// The answer is longer than any rating.
    #[error("the rating service's answer has more than {MAX_ANSWER_BYTES} bytes")]
    TooLarge,
    /// The answer is not HTTP, or no rating.
    #[error("the rating service's answer is no rating")]
    Malformed(#[source] Cause),
    /// The answer is the rating of another account.
    #[error(
        "asked for the rating of account {asked}, the rating service answers with that of {answered}"
    )]
    Mistaken {
        /// The account that was asked for.
        asked: u32,
        /// The account that was answered.
        answered: u32,
    },
}

/// What the HTTP library, or the parser, says.
pub(crate) type Cause = Arc<dyn std::error::Error + Send + Sync>;

impl Error {
    /// Whether the same request may get an answer later, with nothing changed: status 503. The others are the rating service's
    /// faults: 502.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::NoPlace(_) | Self::Slow(_) | Self::Down(_) => true,
            Self::Status(status) => *status >= 500 || *status == 429,
            Self::Address(_) | Self::TooLarge | Self::Malformed(_) | Self::Mistaken { .. } => false,
        }
    }

    pub(crate) fn down(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Down(Arc::new(cause))
    }

    pub(crate) fn malformed(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Malformed(Arc::new(cause))
    }
}

impl From<places::NoPlace> for Error {
    fn from(none: places::NoPlace) -> Self {
        Self::NoPlace(none.0)
    }
}
