//! A place for one object that any thread may fill or empty.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Reuse;
use crate::sync::AtomicPtr;

/// Room for one object. Whoever swaps a pointer out of it owns the object; nobody ever looks at
/// an object through the slot.
pub(crate) struct Slot<T: Reuse> {
    /// Null, or from `Box::into_raw`.
    object: AtomicPtr<T>,
    /// The capacity of the object that came last; means nothing while the slot is empty.
    bytes: AtomicUsize,
}

impl<T: Reuse> Slot<T> {
    pub(crate) fn new() -> Self {
        Self {
            object: AtomicPtr::new(ptr::null_mut()),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Empties the slot.
    #[inline]
    pub(crate) fn take(&self) -> Option<Box<T>> {
        // Acquire: what the thread that filled the slot did to the object is seen by its next user.
        // Nothing is published: the null carries no message.
        let object = self.object.swap(ptr::null_mut(), Ordering::Acquire);
        // SAFETY: a pointer that is not null came from `Box::into_raw` in `put`, and the swap gives
        // each of them to one caller alone.
        (!object.is_null()).then(|| unsafe { Box::from_raw(object) })
    }

    /// [`take`](Self::take) that leaves the cache line alone if the slot looks empty: for slots
    /// that are another thread's.
    pub(crate) fn steal(&self) -> Option<Box<T>> {
        if self.is_empty() { None } else { self.take() }
    }

    /// Fills the slot and gives back what it held.
    #[inline]
    pub(crate) fn put(&self, object: Box<T>) -> Option<Box<T>> {
        self.bytes.store(object.capacity_bytes(), Ordering::Relaxed);
        // Release: publishes the object. Acquire: for the object that comes out, as in `take`.
        let displaced = self.object.swap(Box::into_raw(object), Ordering::AcqRel);
        // SAFETY: as in `take`.
        (!displaced.is_null()).then(|| unsafe { Box::from_raw(displaced) })
    }

    /// Whether it held nothing a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.object.load(Ordering::Relaxed).is_null()
    }

    /// The capacity of the object in it, of none if it is empty. Two threads that fill the slot at
    /// the same moment may leave the other's figure.
    pub(crate) fn bytes(&self) -> Option<usize> {
        (!self.is_empty()).then(|| self.bytes.load(Ordering::Relaxed))
    }
}

impl<T: Reuse> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}
