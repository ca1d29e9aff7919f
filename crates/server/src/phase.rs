//! Where a connection is in its life, and since when.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// What a connection is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Nothing has come since the accept, or since the last answer.
    Idle,
    /// A head has begun.
    Head,
    /// The head is there; the body is not, or not all of it.
    Body,
    /// The handler has the request.
    Handling,
    /// The answer is not all with the socket.
    Writing,
    /// Ended early; waiting for the client to have the answer.
    Lingering,
}

impl Phase {
    const ALL: [Self; 6] = [
        Self::Idle,
        Self::Head,
        Self::Body,
        Self::Handling,
        Self::Writing,
        Self::Lingering,
    ];
}

/// A phase and the tick in which it began, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(u64);

impl Moment {
    fn new(phase: Phase, tick: u32) -> Self {
        Self((phase as u64) << 32 | u64::from(tick))
    }

    pub(crate) fn phase(self) -> Phase {
        // Only `new` makes the word.
        *Phase::ALL
            .get((self.0 >> 32) as usize)
            .unwrap_or(&Phase::Idle)
    }

    /// Whole ticks from then to `now`; ticks wrap.
    pub(crate) fn age(self, now: u32) -> u32 {
        now.wrapping_sub(self.0 as u32)
    }
}

/// Time in ticks: it goes on when connections are looked at, and not while the process is stopped. A client is not charged for
/// time in which nobody would have read its bytes.
#[derive(Debug, Default)]
pub(crate) struct Ticks(AtomicU32);

impl Ticks {
    pub(crate) fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }
}

/// The moment of one connection: its own task writes it, the sweep reads it.
#[derive(Debug)]
pub(crate) struct Current(AtomicU64);

impl Current {
    pub(crate) fn new(tick: u32) -> Self {
        Self(AtomicU64::new(Moment::new(Phase::Idle, tick).0))
    }

    #[inline]
    pub(crate) fn get(&self) -> Moment {
        Moment(self.0.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn set(&self, phase: Phase, tick: u32) {
        self.0.store(Moment::new(phase, tick).0, Ordering::Relaxed);
    }
}

/// A moment that the sweep has judged to have lasted too long, or none.
#[derive(Debug)]
pub(crate) struct Judged(AtomicU64);

impl Judged {
    /// No moment: no phase has this number.
    const NONE: u64 = u64::MAX;

    pub(crate) fn none() -> Self {
        Self(AtomicU64::new(Self::NONE))
    }

    pub(crate) fn set(&self, moment: Moment) {
        self.0.store(moment.0, Ordering::Release);
    }

    /// Whether `moment` is the one that was judged: a connection that has moved on in the meantime is not meant.
    #[inline]
    pub(crate) fn is(&self, moment: Moment) -> bool {
        self.0.load(Ordering::Acquire) == moment.0
    }
}
