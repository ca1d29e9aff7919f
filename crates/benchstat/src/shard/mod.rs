//! A suite that is measured on several machines: which cases each takes, and when their results are one comparison.
//!
//! A [`Split`] gives each case to one [`Shard`], both sides of it, by nothing but the names of all cases: every machine that
//! has the same commits comes to the same split. A [`Part`] is what a shard measured, and a [`Union`] is all of them, or an
//! error. Its files are those of a run on one machine, line by line in the order that one would have written, so that
//! [`judge`](crate::judge) says the same of them.
//!
//! What depends on other cases is thereby left to the judge: the family that Holm's method runs over is that of the whole
//! suite, whichever shard confirmed a row. Screening and selection ask each row alone. A shard that stops sampling a row
//! because it is decided takes all cases of other shards for members of the family
//! ([`decide_among`](crate::paired::decide_among)), so that the union decides it, too.

mod part;
mod split;
mod union;

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use part::{Part, PartError, VERSION};
pub use split::Split;
pub use union::{Union, UnionError};

/// One of the shards of a suite, such as `3/8`: the third of eight.
///
/// ```
/// use benchstat::shard::Shard;
///
/// let shard: Shard = "3/8".parse()?;
/// assert_eq!((shard.number(), shard.of(), shard.to_string()), (3, 8, "3/8".to_owned()));
/// assert_eq!(
///     "9/8".parse::<Shard>().unwrap_err().to_string(),
///     r#"shard "9/8": of 8 shards there is no number 9"#,
/// );
/// # Ok::<(), benchstat::shard::ShardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    of: NonZeroU16,
    /// From 1 on.
    number: NonZeroU16,
}

/// Why a text names no shard.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShardError {
    /// It is not two numbers with a slash between them.
    #[error("shard {0:?}: it is written NUMBER/COUNT, such as 3/8, both from 1 to 65535")]
    Form(String),
    /// There are not so many.
    #[error("shard {text:?}: of {of} shards there is no number {number}")]
    Beyond {
        /// What was asked for.
        text: String,
        /// The number in it.
        number: u16,
        /// How many there are.
        of: u16,
    },
}

impl Shard {
    /// Which it is, from 1 on.
    pub fn number(self) -> u16 {
        self.number.get()
    }

    /// How many there are.
    pub fn of(self) -> u16 {
        self.of.get()
    }

    /// All shards of a suite that has as many as this one's.
    pub fn siblings(self) -> impl Iterator<Item = Self> {
        let numbers = (1..=self.of()).filter_map(NonZeroU16::new);
        numbers.map(move |number| Self { number, ..self })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let count = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<NonZeroU16>().ok()).flatten()
        };
        let (number, of) = text
            .split_once('/')
            .and_then(|(number, of)| count(number).zip(count(of)))
            .ok_or_else(|| ShardError::Form(text.to_owned()))?;
        if number > of {
            return Err(ShardError::Beyond {
                text: text.to_owned(),
                number: number.get(),
                of: of.get(),
            });
        }
        Ok(Self { of, number })
    }
}

impl TryFrom<String> for Shard {
    type Error = ShardError;

    fn try_from(text: String) -> Result<Self, ShardError> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}
