//! Accounts of a service with a database: what is asked for, and of whom.

use std::collections::BTreeSet;

use fastrand::Rng;
use thiserror::Error;

use crate::ask::Ask;

/// The accounts of the data set that services are filled with, unless they are told otherwise.
const ALL: u32 = 100_000;

/// The forms of a case.
pub const FORMS: [&str; 2] = ["Account/hot=N", "Rating/hot=N"];

/// A case: some accounts out of all, each asked for as often as the others.
///
/// The same case asks for the same accounts in every run, so that runs can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountCase {
    kind: Kind,
    hot: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `GET /accounts/{id}`, with its latest entries.
    Account,
    /// `GET /accounts/{id}/rating`.
    Rating,
}

/// Why a case's name is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a case of accounts is Account/hot=N or Rating/hot=N, with N from 1 to {ALL}")]
pub struct BadAccountCase;

impl AccountCase {
    /// Reads a case's name; nothing is returned for one that is of another kind.
    ///
    /// # Errors
    ///
    /// When it has no such number of accounts.
    pub fn parse(name: &str) -> Result<Option<Self>, BadAccountCase> {
        let (kind, rest) = match name.split_once('/') {
            Some(("Account", rest)) => (Kind::Account, rest),
            Some(("Rating", rest)) => (Kind::Rating, rest),
            _ => return Ok(None),
        };
        let number = rest.strip_prefix("hot=").and_then(|hot| hot.parse().ok());
        match number {
            Some(hot) if (1..=ALL).contains(&hot) => Ok(Some(Self { kind, hot })),
            _ => Err(BadAccountCase),
        }
    }

    /// What a result's name says of it.
    pub fn part(&self) -> String {
        let route = match self.kind {
            Kind::Account => "accounts",
            Kind::Rating => "ratings",
        };
        format!("route={route}/hot={}", self.hot)
    }

    /// Its requests, to a server that is called `host`. What is answered first to each is what has to come again.
    pub fn asks(&self, host: &str) -> Vec<Ask> {
        let mut random = Rng::with_seed(u64::from(self.hot));
        let mut accounts = BTreeSet::new();
        while accounts.len() < self.hot as usize {
            accounts.insert(random.u32(1..=ALL));
        }
        let rest = match self.kind {
            Kind::Account => "",
            Kind::Rating => "/rating",
        };
        let ask = |account| {
            let head = format!("GET /accounts/{account}{rest} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            Ask::learning(head.into_bytes(), 200)
        };
        accounts.into_iter().map(ask).collect()
    }
}
