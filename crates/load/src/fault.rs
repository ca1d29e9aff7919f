//! What can go wrong with a request, and how often it did.

use std::fmt;

/// What went wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// No connection could be made.
    Refused,
    /// The server reset the connection.
    Reset,
    /// The server closed the connection before the answer was whole.
    Closed,
    /// No whole answer came in time.
    Timeout,
    /// What came is not HTTP, or more than the answer came.
    Malformed,
    /// The answer has another status.
    Status,
    /// The answer has another body.
    Body,
    /// The run ended before a connection was free.
    Unsent,
}

impl Fault {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::Reset,
        Self::Closed,
        Self::Timeout,
        Self::Malformed,
        Self::Status,
        Self::Body,
        Self::Unsent,
    ];

    /// A word or two.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Closed => "closed early",
            Self::Timeout => "timed out",
            Self::Malformed => "malformed",
            Self::Status => "wrong status",
            Self::Body => "wrong body",
            Self::Unsent => "never sent",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How often each went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults([u64; Fault::ALL.len()]);

impl Faults {
    /// How often this went wrong.
    pub fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }

    /// How often anything went wrong.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(crate) fn add(&mut self, fault: Fault, times: u64) {
        self.0[fault as usize] += times;
    }
}

/// `none`, or the kinds that occurred: `3 reset, 1 wrong body`.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for fault in Fault::ALL.into_iter().filter(|&fault| self.of(fault) > 0) {
            write!(f, "{separator}{} {fault}", self.of(fault))?;
            separator = ", ";
        }
        if separator.is_empty() {
            f.write_str("none")?;
        }
        Ok(())
    }
}
