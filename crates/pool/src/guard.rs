//! The loan of an object.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::local::Local;
use crate::{Pool, Reuse};

/// What keeps a pool alive while one of its objects is out: `&Pool<T>` or `Arc<Pool<T>>`.
///
/// Sealed: a guard points into its pool, so the handle must lead to the same pool for as long as
/// the guard lives.
pub trait Handle: Deref<Target = Pool<Self::Object>> + sealed::Sealed {
    /// What the pool keeps.
    type Object: Reuse;
}

mod sealed {
    pub trait Sealed {}
    impl<T: super::Reuse> Sealed for &super::Pool<T> {}
    impl<T: super::Reuse> Sealed for std::sync::Arc<super::Pool<T>> {}
}

impl<T: Reuse> Handle for &Pool<T> {
    type Object = T;
}

impl<T: Reuse> Handle for Arc<Pool<T>> {
    type Object = T;
}

/// An object on loan from a pool: it goes back when this is dropped, on whatever thread that is.
///
/// Three words for a `&Pool`, and getting or dropping one allocates nothing when the pool has an
/// object.
#[must_use = "the object goes straight back"]
pub struct Guard<P: Handle> {
    object: ManuallyDrop<Box<P::Object>>,
    /// The local of the thread that got the object: where it goes back to.
    home: NonNull<Local<P::Object>>,
    pool: P,
}

// SAFETY: `home` is a shared reference in all but its lifetime, and `Local` is for all threads. An
// object is `Send`, as `Reuse` demands.
unsafe impl<P: Handle + Send> Send for Guard<P> {}
// SAFETY: as above; and a shared guard gives out nothing but a shared object.
unsafe impl<P: Handle + Sync> Sync for Guard<P> where P::Object: Sync {}

impl<P: Handle> Guard<P> {
    /// An object of the pool's, or one from `create`.
    #[inline]
    pub(crate) fn take(pool: P, create: impl FnOnce() -> P::Object) -> Self {
        let (object, home) = pool.take(create);
        Self {
            object: ManuallyDrop::new(object),
            home: NonNull::from(home),
            pool,
        }
    }

    /// Takes the object out; it never goes back to the pool. An associated function, so that it
    /// hides no method of the object's.
    pub fn into_inner(guard: Self) -> P::Object {
        let mut guard = ManuallyDrop::new(guard);
        // SAFETY: the guard is not dropped, so this is the last use of the object through it.
        let object = unsafe { ManuallyDrop::take(&mut guard.object) };
        // SAFETY: likewise of the handle.
        drop(unsafe { ptr::read(&raw const guard.pool) });
        *object
    }
}

impl<P: Handle> Drop for Guard<P> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard is being dropped, so this is the last use of the object through it.
        let object = unsafe { ManuallyDrop::take(&mut self.object) };
        // SAFETY: a pool's locals stay where they are until the pool is dropped, and `self.pool`
        // keeps it alive.
        let home = unsafe { self.home.as_ref() };
        self.pool.put(object, home);
    }
}

impl<P: Handle> Deref for Guard<P> {
    type Target = P::Object;

    #[inline]
    fn deref(&self) -> &P::Object {
        &self.object
    }
}

impl<P: Handle> DerefMut for Guard<P> {
    #[inline]
    fn deref_mut(&mut self) -> &mut P::Object {
        &mut self.object
    }
}

/// So that a guard is a body as its object is: `Guard<&'static Pool<Vec<u8>>>` is `AsRef<[u8]>`,
/// `Send` and `'static`.
impl<P: Handle, U: ?Sized> AsRef<U> for Guard<P>
where
    P::Object: AsRef<U>,
{
    #[inline]
    fn as_ref(&self) -> &U {
        (**self).as_ref()
    }
}

impl<P: Handle> fmt::Debug for Guard<P>
where
    P::Object: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
