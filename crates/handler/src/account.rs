//! What is answered from a database: accounts and their entries.

use serde::{Deserialize, Serialize};

/// The largest amount of an entry, in minor units, up or down: a balance of 64 bits holds nine million of them.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// The longest text of an entry: what a bank transfer takes.
pub const MAX_TEXT_BYTES: usize = 140;

/// An account, and its latest entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its number.
    pub id: u32,
    /// Whose it is.
    pub owner: String,
    /// An ISO 4217 code.
    pub currency: String,
    /// The sum of all its entries, in minor units.
    pub balance: i64,
    /// The latest first.
    pub entries: Vec<Entry>,
}

/// A change of an account's balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number: a later entry has a larger one.
    pub id: i64,
    /// When, in seconds since 1970.
    pub at: i64,
    /// In minor units; negative for what leaves the account.
    pub amount: i64,
    /// What for.
    pub text: String,
}

/// What a store has found or made, for a handler to write down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Rows<'a> {
    /// An account and its latest entries.
    Account(&'a Account),
    /// The entry that was added.
    Entry(&'a Entry),
}

/// An entry that is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// In minor units: within [`MAX_AMOUNT`], and not 0.
    pub amount: i64,
    /// What for: at most [`MAX_TEXT_BYTES`], without NUL, which not every database stores.
    pub text: String,
}

/// A rule that an entry breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// At `/amount`.
    #[error("an amount is between -{MAX_AMOUNT} and {MAX_AMOUNT}, and not 0")]
    Amount,
    /// At `/text`.
    #[error("a text has at most {MAX_TEXT_BYTES} bytes, and no NUL")]
    Text,
}

impl Account {
    /// An account without entries yet.
    pub const fn new(id: u32, owner: String, currency: String, balance: i64) -> Self {
        Self {
            id,
            owner,
            currency,
            balance,
            entries: Vec::new(),
        }
    }
}

impl NewEntry {
    /// Checks it.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), BadEntry> {
        if self.amount == 0 || !(-MAX_AMOUNT..=MAX_AMOUNT).contains(&self.amount) {
            return Err(BadEntry::Amount);
        }
        if self.text.len() > MAX_TEXT_BYTES || self.text.contains('\0') {
            return Err(BadEntry::Text);
        }
        Ok(())
    }
}
