//! An account that is kept: from the request's bytes to the answer, on the two rungs of the ladder that ask no database.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use handler::{Account, Entry, Handler, NewEntry, Rows};
use preallocated::{Exact, Preallocated, SerdeJson};
use store::{
    AccountId, Accounts, CacheSettings, Error, Found, PoolStats, Query, QueryStats, Rung, Steps,
    Store,
};

use crate::case::digest;
use crate::{Case, Operation};

/// What a browser's fetch sends, without what a proxy adds.
const REQUEST: &[u8] =
    b"GET /accounts/4711?entries=10 HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n";

/// Room for the fields of any request that is measured.
const FIELDS: usize = 16;

/// Longer than any measurement, so that nothing is read anew.
const CACHE: CacheSettings = CacheSettings {
    ttl: Duration::from_hours(1),
    bytes: 1 << 20,
};

pub(crate) fn cases() -> Vec<Case> {
    [Rung::Cached, Rung::Encoded]
        .map(|rung| {
            Case::new(format!("Account/rung={}", rung.name()), move |stand| {
                operation(rung, stand)
            })
            .gating()
        })
        .into()
}

fn operation(rung: Rung, inputs_stand: &mut dyn FnMut()) -> Operation {
    let account = account();
    let expected = serde_json::to_vec(&account).expect("an account is JSON");
    inputs_stand();
    let handler = PreallocatedHandler::new(1);
    let accounts = Accounts::new(Memory(account), rung, CACHE);
    let query = asked(REQUEST).expect("an account");
    let encode =
        |account: &Account| Bytes::copy_from_slice(handler.rows(Rows::Account(account)).as_ref());
    at_once(accounts.account(query, &|_| {}, encode)).expect("it is there");
    let answer = ask(&accounts, &handler, REQUEST).expect("it is kept");
    assert_eq!(answer.as_ref(), expected);
    let digest = digest(answer.as_ref());
    drop(answer);
    Operation::new(move |times| {
        for _ in 0..times {
            black_box(ask(&accounts, &handler, black_box(REQUEST)));
        }
    })
    .answering(digest)
}

/// What a service does between the request's bytes and the answer's, without what its HTTP library adds.
#[inline]
fn ask<'h>(
    accounts: &Accounts<Memory>,
    handler: &'h PreallocatedHandler,
    request: &[u8],
) -> Option<Answer<'h>> {
    match accounts.kept(asked(request)?)? {
        Found::Rows(rows) => Some(Answer::Written(handler.rows(Rows::Account(&rows)))),
        Found::Encoded(bytes) => Some(Answer::Kept(bytes)),
    }
}

/// What a request's bytes ask for.
#[inline]
fn asked(request: &[u8]) -> Option<Query> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    if !head.parse(request).ok()?.is_complete() || head.method != Some("GET") {
        return None;
    }
    let target = head.path?.strip_prefix("/accounts/")?;
    let (account, query) = match target.split_once('?') {
        Some((account, query)) => (account, Some(query.as_bytes())),
        None => (target, None),
    };
    Query::of(account.as_bytes(), query).ok()
}

type PreallocatedHandler = Preallocated<SerdeJson, Exact>;

/// An answer: written for this request, or kept.
enum Answer<'h> {
    Written(preallocated::Body<'h, SerdeJson>),
    Kept(Bytes),
}

impl AsRef<[u8]> for Answer<'_> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Written(body) => body.as_ref(),
            Self::Kept(bytes) => bytes,
        }
    }
}

/// An account with ten entries, of the sizes that a data set has.
fn account() -> Account {
    let mut account = Account::new(4711, "owner 00001267".to_owned(), "EUR".to_owned(), -12_345);
    account.entries = (0..10)
        .map(|at| Entry {
            id: 1_999_990 - at,
            at: 1_767_225_600 + at,
            amount: 4_999 - 1_000 * at,
            text: format!("groceries {}", 100_000 + at),
        })
        .collect();
    account
}

/// A store of one account.
struct Memory(Account);

impl Store for Memory {
    async fn account(&self, query: Query, _: Steps<'_>) -> Result<Account, Error> {
        if query.account.get() == self.0.id {
            Ok(self.0.clone())
        } else {
            Err(Error::NotFound(query.account.get()))
        }
    }

    async fn post(&self, account: AccountId, _: NewEntry, _: Steps<'_>) -> Result<Entry, Error> {
        Err(Error::NotFound(account.get()))
    }

    fn pool(&self) -> PoolStats {
        PoolStats::default()
    }

    fn queries(&self) -> QueryStats {
        QueryStats::default()
    }
}

/// The outcome of a future that waits for nothing.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits"),
    }
}
