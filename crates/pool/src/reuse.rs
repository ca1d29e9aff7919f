//! What the pool asks of the objects it keeps.

/// An object that can be cleaned and used again.
///
/// ```
/// use pool::{Pool, Reuse};
///
/// /// What one request needs, kept together so that one get fetches all of it.
/// #[derive(Default)]
/// struct Scratch {
///     text: String,
///     totals: Vec<i64>,
/// }
///
/// impl Reuse for Scratch {
///     fn reset(&mut self) {
///         self.text.reset();
///         self.totals.reset();
///     }
///
///     fn capacity_bytes(&self) -> usize {
///         self.text.capacity_bytes() + self.totals.capacity_bytes()
///     }
/// }
///
/// static SCRATCH: Pool<Scratch> = Pool::new(Scratch::default);
///
/// let mut scratch = SCRATCH.get();
/// scratch.text.push_str("seven");
/// scratch.totals.push(7);
/// drop(scratch);
/// assert!(SCRATCH.get().text.is_empty());
/// ```
pub trait Reuse: Send {
    /// Brings the object back to what a new one looks like, its memory kept.
    ///
    /// The pool calls it when the object comes back, also during a panic. If it panics itself, the
    /// object is dropped.
    fn reset(&mut self);

    /// The bytes that keeping the object keeps allocated.
    ///
    /// The pool compares it with its cap after [`reset`](Self::reset), and adds it up for
    /// [`Pool::retained`](crate::Pool::retained); it must not change while the pool has the object.
    fn capacity_bytes(&self) -> usize;
}

impl<T: Send> Reuse for Vec<T> {
    #[inline]
    fn reset(&mut self) {
        self.clear();
    }

    #[inline]
    fn capacity_bytes(&self) -> usize {
        // A vector never allocates more than isize::MAX bytes; of a type without size it holds
        // usize::MAX in none at all.
        self.capacity() * size_of::<T>()
    }
}

impl Reuse for String {
    #[inline]
    fn reset(&mut self) {
        self.clear();
    }

    #[inline]
    fn capacity_bytes(&self) -> usize {
        self.capacity()
    }
}
