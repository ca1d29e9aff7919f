//! The ladder of techniques.

/// What is done to be fast. Each rung does what the one before it does, and one thing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// A connection for each request.
    Connect,
    /// Connections are kept.
    Pooled,
    /// A connection keeps its statements prepared.
    Prepared,
    /// The entries have an index on their account. The rungs below use a table of the same rows without it.
    Indexed,
    /// Rows are kept for a while.
    Cached,
    /// What is kept is the encoded answer.
    Encoded,
}

impl Rung {
    /// All, from the lowest.
    pub const ALL: [Self; 6] = [
        Self::Connect,
        Self::Pooled,
        Self::Prepared,
        Self::Indexed,
        Self::Cached,
        Self::Encoded,
    ];

    /// A name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Pooled => "pooled",
            Self::Prepared => "prepared",
            Self::Indexed => "indexed",
            Self::Cached => "cached",
            Self::Encoded => "encoded",
        }
    }

    /// What it does that the rung below it does not.
    pub const fn does(self) -> &'static str {
        match self {
            Self::Connect => "A connection for each request",
            Self::Pooled => "Connections are kept",
            Self::Prepared => "A connection keeps its statements prepared",
            Self::Indexed => "The entries have an index on their account",
            Self::Cached => "Rows are kept for a while",
            Self::Encoded => "What is kept is the encoded answer",
        }
    }
}
