//! What a case answered, in 64 bits.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::ParseIntError;
use std::str::FromStr;

/// A digest of a case's answer: two builds whose digests differ do not do the same, and their times are not compared.
///
/// Digests of one answer agree where the two builds' compilers hash alike; the standard library promises that within a
/// version only. It finds mistakes, not malice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u64);

impl Digest {
    /// The digest of an answer.
    ///
    /// ```
    /// use paired::Digest;
    ///
    /// assert_eq!(Digest::of(&vec![1, 2]), Digest::of(&[1, 2][..]));
    /// assert_ne!(Digest::of("one"), Digest::of("two"));
    /// ```
    pub fn of(answer: &(impl Hash + ?Sized)) -> Self {
        let mut hasher = DefaultHasher::new();
        answer.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A digest that was made elsewhere.
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Display for Digest {
    /// 16 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Digest {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        u64::from_str_radix(text, 16).map(Self)
    }
}
