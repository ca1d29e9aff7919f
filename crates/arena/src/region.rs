//! An arena that a pool can keep.

use bumpalo::Bump;
use pool::Reuse;

/// The largest arena that is kept. It holds what two buffers hold elsewhere: the items, and the answer behind them.
pub(crate) const RETAINED_BYTES: usize = 2 * handler::RETAINED_BYTES;

/// The memory of one request at a time.
#[derive(Debug, Default)]
pub struct Region(pub(crate) Bump);

impl Reuse for Region {
    #[inline]
    fn reset(&mut self) {
        self.0.reset();
    }

    #[inline]
    fn capacity_bytes(&self) -> usize {
        self.0.allocated_bytes()
    }
}
