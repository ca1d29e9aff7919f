//! The routes below `/accounts/`: what is asked for, and the answer by way of the store.

use admin::{Route, State};
use bytes::Bytes;
use handler::{Handler, Method, NewEntry, Rows};
use rating::Client;
use serde_json::error::Category;
use store::{AccountId, Accounts, Database, Found, Query, Step};

use crate::Behind;
use crate::fault::Fault;
use crate::respond::{ANOTHERS_QUERY, CONNECTION, QUERY, RATING};

const PREFIX: &str = "/accounts/";

/// What a request below `/accounts/` asks for, and of whom.
#[derive(Clone, Copy)]
pub(crate) enum Asked<'b> {
    /// An account and its latest entries.
    Account(&'b Accounts<Database>, Query),
    /// That an entry is added.
    Entry(&'b Accounts<Database>, AccountId),
    /// The account's rating.
    Rating(&'b Client, AccountId),
}

/// The bytes of an answer, whosever they are.
pub(crate) enum Written<B> {
    /// The handler's.
    Handler(B),
    /// Those of what stands behind it.
    Bytes(Bytes),
}

impl<'b> Asked<'b> {
    /// Reads a target. Nothing where it is none of these routes, or nothing stands behind them; the number of the account is looked at
    /// first, so that one that is none is a bad request whatever follows it.
    #[inline]
    pub(crate) fn of(
        behind: &'b Behind,
        method: Method,
        path: &str,
        query: Option<&str>,
    ) -> Option<Result<Self, Fault>> {
        let Behind { accounts, ratings } = behind;
        if accounts.is_none() && ratings.is_none() {
            return None;
        }
        let path = path.strip_prefix(PREFIX)?;
        let (id, rest) = match path.split_once('/') {
            Some((id, rest)) => (id, Some(rest)),
            None => (path, None),
        };
        let account = match AccountId::from_segment(id.as_bytes()) {
            Ok(account) => account,
            Err(error) => return Some(Err(Fault::Target(error.into()))),
        };
        let is_get = matches!(method, Method::Get | Method::Head);
        let asked = match (rest, accounts, ratings) {
            (None, Some(accounts), _) if is_get => {
                Query::of(id.as_bytes(), query.map(str::as_bytes))
                    .map(|query| Self::Account(accounts, query))
                    .map_err(Fault::Target)
            }
            (Some("entries"), Some(accounts), _) if method == Method::Post => {
                Ok(Self::Entry(accounts, account))
            }
            (Some("rating"), _, Some(ratings)) if is_get => Ok(Self::Rating(ratings, account)),
            (None, Some(_), _) | (Some("rating"), _, Some(_)) => Err(Fault::Method("GET, HEAD")),
            (Some("entries"), Some(_), _) => Err(Fault::Method("POST")),
            _ => return None,
        };
        Some(asked)
    }

    /// The encoded answer, where it is kept.
    #[inline]
    pub(crate) fn kept(self) -> Option<Bytes> {
        match self {
            Self::Account(accounts, query) => accounts.kept_bytes(query),
            Self::Entry(..) | Self::Rating(..) => None,
        }
    }

    /// The route as the admin port names it.
    pub(crate) fn route(method: Method, path: &str) -> Option<Route> {
        let path = path.strip_prefix(PREFIX)?;
        match (path.split_once('/'), method) {
            (None, Method::Get | Method::Head) => Some(Route::nth(2)),
            (Some((_, "entries")), Method::Post) => Some(Route::nth(3)),
            (Some((_, "rating")), Method::Get | Method::Head) => Some(Route::nth(4)),
            _ => None,
        }
    }

    /// Asks, and has the handler write down what the store has: the status and the bytes.
    ///
    /// # Errors
    ///
    /// A fault of the request, or of what stands behind.
    pub(crate) async fn answer<'h, H: Handler>(
        self,
        body: &[u8],
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
            Self::Account(accounts, query) => {
                let encode = |rows: &_| Bytes::copy_from_slice(write(Rows::Account(rows)).as_ref());
                let found = if let Some(kept) = accounts.kept(query) {
                    kept
                } else {
                    if accounts.keeps() {
                        // Unless this one asks.
                        shown.enter(State::Waiting(ANOTHERS_QUERY));
                    }
                    accounts.account(query, &steps, encode).await?
                };
                let written = match found {
                    Found::Rows(rows) => Written::Handler(write(Rows::Account(&rows))),
                    Found::Encoded(bytes) => Written::Bytes(bytes),
                };
                Ok((200, written))
            }
            Self::Entry(accounts, account) => {
                shown.enter(State::Parsing);
                let entry = entry(body)?;
                let entry = accounts.post(account, entry, &steps).await?;
                Ok((201, Written::Handler(write(Rows::Entry(&entry)))))
            }
            Self::Rating(ratings, account) => {
                shown.enter(State::Waiting(RATING));
                let rating = ratings.rating(account.get()).await?;
                shown.enter(State::Encoding);
                let json = serde_json::to_vec(&rating).expect("a number and a letter are JSON");
                Ok((200, Written::Bytes(json.into())))
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
