//! What a request asks for: read from its target, before any statement is run.

use std::num::NonZeroU32;

/// The most entries that are answered at once: about 10 KB of JSON.
pub const MAX_ENTRIES: u8 = 100;

/// The entries that are answered when a request names no number.
pub const DEFAULT_ENTRIES: u8 = 10;

/// The number of an account, from 1 to 2³¹ - 1: both databases have it as a signed integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(NonZeroU32);

/// Not an account's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account's number is 1 to 2147483647, in digits, without zeros before it")]
pub struct BadId;

impl AccountId {
    /// An account by its number.
    ///
    /// # Errors
    ///
    /// When it is 0, or above 2³¹ - 1.
    pub const fn new(number: u32) -> Result<Self, BadId> {
        match NonZeroU32::new(number) {
            Some(number) if number.get() <= i32::MAX as u32 => Ok(Self(number)),
            _ => Err(BadId),
        }
    }

    /// Reads a segment of a path as it stands in the request: an account has one spelling, so nothing is decoded.
    ///
    /// ```
    /// # use store::AccountId;
    /// assert_eq!(AccountId::from_segment(b"4711").map(AccountId::get), Ok(4711));
    /// assert!(AccountId::from_segment(b"1%20OR%201=1").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// When the segment is anything but the shortest spelling of the number.
    #[inline]
    pub fn from_segment(segment: &[u8]) -> Result<Self, BadId> {
        Self::new(digits(segment, 10).ok_or(BadId)?)
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

/// An account and how many of its latest entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// The account.
    pub account: AccountId,
    /// The most entries to answer: 1 to [`MAX_ENTRIES`].
    entries: u8,
}

/// The target asks for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// The account is none.
    #[error(transparent)]
    Id(#[from] BadId),
    /// The query is not `entries=N`.
    #[error("the query is entries=N, with N from 1 to {MAX_ENTRIES}")]
    Entries,
}

impl Query {
    /// An account and how many entries.
    ///
    /// # Errors
    ///
    /// When that is none, or more than [`MAX_ENTRIES`].
    pub const fn new(account: AccountId, entries: u8) -> Result<Self, BadQuery> {
        if entries == 0 || entries > MAX_ENTRIES {
            return Err(BadQuery::Entries);
        }
        Ok(Self { account, entries })
    }

    /// Reads the segment of the path that names the account, and the query behind it, if there is one.
    ///
    /// # Errors
    ///
    /// When either is not as it should be.
    #[inline]
    pub fn of(segment: &[u8], query: Option<&[u8]>) -> Result<Self, BadQuery> {
        let account = AccountId::from_segment(segment)?;
        let entries = match query {
            None => u32::from(DEFAULT_ENTRIES),
            Some(query) => query
                .strip_prefix(b"entries=")
                .and_then(|number| digits(number, 3))
                .ok_or(BadQuery::Entries)?,
        };
        Self::new(
            account,
            u8::try_from(entries).map_err(|_| BadQuery::Entries)?,
        )
    }

    /// The most entries to answer.
    pub const fn entries(self) -> u8 {
        self.entries
    }
}

/// A number in its shortest spelling, of at most so many digits.
#[inline]
fn digits(text: &[u8], most: usize) -> Option<u32> {
    if text.len() > most || !matches!(text.first(), Some(b'1'..=b'9')) {
        return None;
    }
    text.iter().try_fold(0_u32, |number, &byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}
