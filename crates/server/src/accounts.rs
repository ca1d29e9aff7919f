//! The routes below `/accounts/`: what is asked for, and the answer by way of the store.

use admin::{Route, State};
use bytes::Bytes;
use handler::{Handler, Method, NewEntry, Rows};
use serde_json::error::Category;
use store::{AccountId, Accounts, Database, Found, Query, Step};

use crate::fault::Fault;
use crate::respond::{ANOTHERS_QUERY, CONNECTION, QUERY};

const PREFIX: &str = "/accounts/";

/// What a request below `/accounts/` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// An account and its latest entries.
    Account(Query),
    /// That an entry is added.
    Entry(AccountId),
}

/// The bytes of an answer, whosever they are.
pub(crate) enum Written<B> {
    /// The handler's.
    Handler(B),
    /// The cache's.
    Kept(Bytes),
}

impl Asked {
    /// Reads a target. Nothing where it is none of these routes; the number of the account is looked at first, so that one that is
    /// none is a bad request whatever follows it.
    #[inline]
    pub(crate) fn of(
        method: Method,
        path: &str,
        query: Option<&str>,
    ) -> Option<Result<Self, Fault>> {
        let path = path.strip_prefix(PREFIX)?;
        let (id, rest) = match path.split_once('/') {
            Some((id, rest)) => (id, Some(rest)),
            None => (path, None),
        };
        let account = match AccountId::from_segment(id.as_bytes()) {
            Ok(account) => account,
            Err(error) => return Some(Err(Fault::Target(error.into()))),
        };
        let asked = match (rest, method) {
            (None, Method::Get | Method::Head) => {
                Query::of(id.as_bytes(), query.map(str::as_bytes))
                    .map(Self::Account)
                    .map_err(Fault::Target)
            }
            (None, _) => Err(Fault::Method("GET, HEAD")),
            (Some("entries"), Method::Post) => Ok(Self::Entry(account)),
            (Some("entries"), _) => Err(Fault::Method("POST")),
            (Some(_), _) => return None,
        };
        Some(asked)
    }

    /// The route as the admin port names it.
    pub(crate) fn route(method: Method, path: &str) -> Option<Route> {
        let path = path.strip_prefix(PREFIX)?;
        match (path.split_once('/'), method) {
            (None, Method::Get | Method::Head) => Some(Route::nth(2)),
            (Some((_, "entries")), Method::Post) => Some(Route::nth(3)),
            _ => None,
        }
    }

    /// Asks the store, and has the handler write down what it has: the status and the bytes.
    ///
    /// # Errors
    ///
    /// A fault of the request, or of the store.
    pub(crate) async fn answer<'h, H: Handler>(
        self,
        body: &[u8],
        accounts: &Accounts<Database>,
        handler: &'h H,
        shown: &admin::Request,
    ) -> Result<(u16, Written<H::Body<'h>>), Fault> {
        let write = |rows: Rows<'_>| {
            shown.enter(State::Encoding);
            handler.rows(rows)
        };
        let steps = |step| {
            shown.enter(State::Waiting(match step {
                Step::Connection => CONNECTION,
                Step::Query => QUERY,
            }));
        };
        match self {
            Self::Account(query) => {
                if accounts.keeps() {
                    // Unless this one asks.
                    shown.enter(State::Waiting(ANOTHERS_QUERY));
                }
                let encode = |rows: &_| Bytes::copy_from_slice(write(Rows::Account(rows)).as_ref());
                let written = match accounts.account(query, &steps, encode).await? {
                    Found::Rows(rows) => Written::Handler(write(Rows::Account(&rows))),
                    Found::Encoded(bytes) => Written::Kept(bytes),
                };
                Ok((200, written))
            }
            Self::Entry(account) => {
                shown.enter(State::Parsing);
                let entry = entry(body)?;
                let entry = accounts.post(account, entry, &steps).await?;
                Ok((201, Written::Handler(write(Rows::Entry(&entry)))))
            }
        }
    }
}

/// Reads and checks the entry in a body.
fn entry(body: &[u8]) -> Result<NewEntry, Fault> {
    let entry: NewEntry = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let mut message = error.to_string();
        if let Some(at) = message.rfind(" at line ") {
            message.truncate(at);
        }
        match error.classify() {
            Category::Data => Fault::NotAnEntry {
                message,
                line,
                column,
            },
            Category::Syntax | Category::Eof | Category::Io => Fault::Malformed {
                message,
                line,
                column,
            },
        }
    })?;
    entry.check()?;
    Ok(entry)
}
