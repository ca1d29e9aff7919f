//! What is answered.

use serde::{Deserialize, Serialize};

/// An account's rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// The account's number.
    pub account: u32,
    /// How good it is.
    pub rating: Grade,
}

/// From the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a grade says no more than its letter")]
pub enum Grade {
    A,
    B,
    C,
    D,
    E,
}

const GRADES: [Grade; 5] = [Grade::A, Grade::B, Grade::C, Grade::D, Grade::E];

impl Rating {
    /// The rating of an account: always the same one.
    pub fn of(account: u32) -> Self {
        // Fibonacci hashing (Knuth, "The Art of Computer Programming", volume 3, 6.4): the upper bits are well mixed.
        let mixed = u64::from(account).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        Self {
            account,
            rating: GRADES[mixed as usize % GRADES.len()],
        }
    }
}
