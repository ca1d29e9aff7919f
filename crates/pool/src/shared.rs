//! What the threads of a pool share: the overflow, in two generations.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Reuse;
use crate::local::Local;
use crate::sync::{ArrayQueue, Mutex};

pub(crate) struct Shared<T: Reuse> {
    pub(crate) overflow: Overflow<T>,
    /// What `overflow` held when the pool last aged. Filled by `age` alone.
    pub(crate) victims: Overflow<T>,
    /// Held while the pool ages.
    pub(crate) ageing: Mutex<()>,
    /// For threads that can't have a local of their own.
    pub(crate) orphan: Local<T>,
}

impl<T: Reuse> Shared<T> {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            overflow: Overflow::new(bound),
            victims: Overflow::new(bound),
            ageing: Mutex::new(()),
            orphan: Local::new(),
        }
    }
}

/// A bounded queue that knows how many bytes it keeps.
pub(crate) struct Overflow<T> {
    objects: ArrayQueue<Box<T>>,
    bytes: AtomicUsize,
}

impl<T: Reuse> Overflow<T> {
    fn new(bound: usize) -> Self {
        Self {
            objects: ArrayQueue::new(bound),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Gives the object back if the queue is full.
    pub(crate) fn push(&self, object: Box<T>) -> Result<(), Box<T>> {
        let bytes = object.capacity_bytes();
        // Before the push, so that no pop can subtract what was not yet added.
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.objects.push(object).inspect_err(|_| {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        })
    }

    pub(crate) fn pop(&self) -> Option<Box<T>> {
        self.objects.pop().inspect(|object| {
            self.bytes
                .fetch_sub(object.capacity_bytes(), Ordering::Relaxed);
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}
