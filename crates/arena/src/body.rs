//! An answer and the arena that it lies in.

use std::convert::Infallible;
use std::fmt;
use std::ptr::NonNull;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use pool::{Guard, Pool};

use crate::Region;

/// An answer, with the arena that it lies in; the arena goes back to its pool when the answer is dropped.
pub struct Body<'h> {
    /// Bytes in one of the region's chunks.
    bytes: NonNull<[u8]>,
    region: Guard<&'h Pool<Region>>,
}

// SAFETY: `bytes` points into `region`, which moves along, and is only read, through a shared reference to the body.
// The guard is `Send` by itself.
#[allow(unsafe_code)]
unsafe impl Send for Body<'_> {}

impl<'h> Body<'h> {
    /// Builds an answer in a region.
    #[inline]
    pub(crate) fn of(
        region: Guard<&'h Pool<Region>>,
        build: impl for<'a> FnOnce(&'a Bump) -> ArenaVec<'a, u8>,
    ) -> Self {
        let Ok(body) = Self::try_of(region, |arena| Ok::<_, Infallible>(build(arena)));
        body
    }

    /// Builds an answer in a region, or gives the region back.
    ///
    /// # Errors
    ///
    /// Whatever `build` says.
    #[inline]
    pub(crate) fn try_of<E>(
        region: Guard<&'h Pool<Region>>,
        build: impl for<'a> FnOnce(&'a Bump) -> Result<ArenaVec<'a, u8>, E>,
    ) -> Result<Self, E> {
        // `build` returns for an arena of any lifetime, so these bytes are in this arena, or in memory that never goes.
        let bytes = NonNull::from(build(&region.0)?.into_bump_slice());
        Ok(Self { bytes, region })
    }
}

impl AsRef<[u8]> for Body<'_> {
    #[inline]
    #[allow(unsafe_code)]
    fn as_ref(&self) -> &[u8] {
        // The arena is kept here and not reset or written to before the body is dropped.
        let _: &Region = &self.region;
        // SAFETY: a bump arena's chunks stay where they are when the arena moves, until it is reset or dropped.
        // Nothing else has a reference to these bytes: the vector that was written became this slice.
        unsafe { self.bytes.as_ref() }
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body")
            .field(&self.as_ref().escape_ascii().to_string())
            .finish()
    }
}
