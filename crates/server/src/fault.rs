//! Why a request below `/accounts/` has no answer.

use store::{BadQuery, Error};

/// How long a client is asked to wait before it asks again, in seconds: a second is long for a pool, and what a database needs to come
/// back is not known.
const RETRY_AFTER: &str = "1";

/// Why a request to an account is refused, or fails.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// 400
    #[error(transparent)]
    Target(#[from] BadQuery),
    /// 405
    #[error("the methods of this route are {0}")]
    Method(&'static str),
    /// 400
    #[error("the body is not JSON: {message} at line {line} column {column}")]
    Malformed {
        message: String,
        line: usize,
        column: usize,
    },
    /// 422
    #[error("the body is not an entry: {message} at line {line} column {column}")]
    NotAnEntry {
        message: String,
        line: usize,
        column: usize,
    },
    /// 422
    #[error(transparent)]
    Entry(#[from] handler::BadEntry),
    /// 404, 422, 503 or 500
    #[error(transparent)]
    Store(#[from] Error),
    /// 503 or 502
    #[error(transparent)]
    Rating(#[from] rating::Error),
}

impl Fault {
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Target(_) | Self::Malformed { .. } => 400,
            Self::Method(_) => 405,
            Self::NotAnEntry { .. } | Self::Entry(_) | Self::Store(Error::Overflow) => 422,
            Self::Store(Error::NotFound(_)) => 404,
            Self::Store(error) if error.is_passing() => 503,
            Self::Rating(error) if error.is_passing() => 503,
            Self::Store(_) => 500,
            Self::Rating(_) => 502,
        }
    }

    /// The value of the `Allow` header field, where there is one.
    pub(crate) const fn allow(&self) -> Option<&'static str> {
        match self {
            Self::Method(allow) => Some(allow),
            _ => None,
        }
    }

    /// The value of the `Retry-After` header field, where there is one.
    pub(crate) const fn retry_after(&self) -> Option<&'static str> {
        match self {
            Self::Store(error) if error.is_passing() => Some(RETRY_AFTER),
            Self::Rating(error) if error.is_passing() => Some(RETRY_AFTER),
            _ => None,
        }
    }

    /// The body of the answer, in the form of the handlers' own errors.
    pub(crate) fn json(&self) -> Vec<u8> {
        let (code, at) = match self {
            Self::Target(BadQuery::Id(_)) => ("bad_account", "path".to_owned()),
            Self::Target(BadQuery::Entries) => ("bad_query", "query".to_owned()),
            Self::Method(_) => ("method_not_allowed", "method".to_owned()),
            Self::Malformed { line, column, .. } => {
                ("malformed_json", format!("line {line} column {column}"))
            }
            Self::NotAnEntry { line, column, .. } => {
                ("not_an_entry", format!("line {line} column {column}"))
            }
            Self::Entry(handler::BadEntry::Amount) => ("bad_amount", "/amount".to_owned()),
            Self::Entry(handler::BadEntry::Text) => ("bad_text", "/text".to_owned()),
            Self::Store(Error::NotFound(_)) => ("no_such_account", "path".to_owned()),
            Self::Store(Error::Overflow) => ("overflow", "/amount".to_owned()),
            Self::Store(error) if error.is_passing() => ("unavailable", "store".to_owned()),
            Self::Store(_) => ("store_failed", "store".to_owned()),
            Self::Rating(error) if error.is_passing() => ("unavailable", "rating".to_owned()),
            Self::Rating(_) => ("rating_failed", "rating".to_owned()),
        };
        let message = match self {
            Self::Malformed { message, .. } | Self::NotAnEntry { message, .. } => message.clone(),
            other => other.to_string(),
        };
        let message = serde_json::Value::from(message);
        format!(r#"{{"error":{{"code":"{code}","message":{message},"at":"{at}"}}}}"#).into_bytes()
    }
}
