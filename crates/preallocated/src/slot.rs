//! The buffers of one request, and where they wait for the next.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bumpalo::Bump;
use handler::RETAINED_BYTES;

use crate::Parse;

/// The items of an order that need no allocation: what the stack and a new slot have room for.
pub const INLINE_ITEMS: usize = 100;

/// Room for an invoice of [`INLINE_ITEMS`] lines at 200 bytes each: names and a description of some 100 bytes, and
/// numbers of any length.
const ANSWER_BYTES: usize = INLINE_ITEMS * 200;

/// Room for the unescaped strings of an order of [`INLINE_ITEMS`] items.
const SCRATCH_BYTES: usize = INLINE_ITEMS * 100;

/// All buffers that a request needs.
pub(crate) struct Slot<P> {
    parser: P,
    scratch: Bump,
    answer: Vec<u8>,
}

impl<P: Parse> Slot<P> {
    fn new() -> Self {
        Self {
            parser: P::with_room(INLINE_ITEMS),
            scratch: Bump::with_capacity(SCRATCH_BYTES),
            answer: Vec::with_capacity(ANSWER_BYTES),
        }
    }

    /// Gives out the parts: what is put in the scratch space lives until the function returns.
    #[inline]
    pub(crate) fn with_parts<R>(&mut self, f: impl FnOnce(&mut P, &Bump, &mut Vec<u8>) -> R) -> R {
        f(&mut self.parser, &self.scratch, &mut self.answer)
    }

    /// Empties the buffers, and gives up those that have grown too large.
    #[inline]
    fn reset(&mut self) {
        self.scratch.reset();
        if self.scratch.allocated_bytes() > RETAINED_BYTES {
            self.scratch = Bump::with_capacity(SCRATCH_BYTES);
        }
        if self.answer.capacity() > RETAINED_BYTES {
            self.answer = Vec::with_capacity(ANSWER_BYTES);
        }
        self.parser.shrink_to(RETAINED_BYTES, INLINE_ITEMS);
    }
}

/// The slots that are not in use, the last one used on top: its memory is the likeliest to be in a cache. They are boxed:
/// what moves in and out under the lock is one pointer.
#[derive(Debug)]
pub(crate) struct Slots<P> {
    free: Mutex<Vec<Box<Slot<P>>>>,
    count: usize,
}

impl<P: Parse> Slots<P> {
    pub(crate) fn new(count: usize) -> Self {
        let free = (0..count).map(|_| Box::new(Slot::new())).collect();
        Self {
            free: Mutex::new(free),
            count,
        }
    }

    #[inline]
    pub(crate) fn take(&self) -> Box<Slot<P>> {
        // The guard goes before a slot is made.
        let free = self.free().pop();
        free.unwrap_or_else(Self::more)
    }

    #[cold]
    fn more() -> Box<Slot<P>> {
        Box::new(Slot::new())
    }

    #[inline]
    pub(crate) fn give_back(&self, mut slot: Box<Slot<P>>) {
        slot.reset();
        let mut free = self.free();
        if free.len() < self.count {
            free.push(slot);
        } else {
            // Beyond the number that was asked for: it goes, after the lock.
            drop(free);
            drop(slot);
        }
    }

    /// Nothing panics while it is locked, so it is never poisoned in earnest.
    #[inline]
    fn free(&self) -> MutexGuard<'_, Vec<Box<Slot<P>>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn body(&self, slot: Box<Slot<P>>, length: usize) -> Body<'_, P> {
        Body(Bytes::Slot {
            slot: Some(slot),
            length,
            home: self,
        })
    }
}

/// An answer: fixed bytes, or the buffer of a slot, which goes back when the answer is dropped.
pub struct Body<'h, P: Parse>(Bytes<'h, P>);

enum Bytes<'h, P: Parse> {
    Fixed(&'static [u8]),
    Slot {
        /// Taken on drop only.
        slot: Option<Box<Slot<P>>>,
        length: usize,
        home: &'h Slots<P>,
    },
}

impl<P: Parse> Body<'_, P> {
    #[inline]
    pub(crate) const fn fixed(bytes: &'static [u8]) -> Self {
        Self(Bytes::Fixed(bytes))
    }
}

impl<P: Parse> AsRef<[u8]> for Body<'_, P> {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Fixed(bytes) => bytes,
            Bytes::Slot { slot, length, .. } => {
                slot.as_ref().map_or(&[], |slot| &slot.answer[..*length])
            }
        }
    }
}

impl<P: Parse> Drop for Body<'_, P> {
    #[inline]
    fn drop(&mut self) {
        if let Bytes::Slot { slot, home, .. } = &mut self.0
            && let Some(slot) = slot.take()
        {
            home.give_back(slot);
        }
    }
}

impl<P: Parse> fmt::Debug for Body<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body")
            .field(&self.as_ref().escape_ascii().to_string())
            .finish()
    }
}

impl<P> fmt::Debug for Slot<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("answer", &self.answer.capacity())
            .finish_non_exhaustive()
    }
}
