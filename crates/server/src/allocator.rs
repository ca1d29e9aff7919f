//! Where the program's memory comes from: the C library, unless a feature says otherwise.

use admin::Sampling;

#[cfg(feature = "jemalloc")]
use tikv_jemallocator::Jemalloc as Inner;

#[cfg(all(feature = "mimalloc", not(feature = "jemalloc")))]
use mimalloc::MiMalloc as Inner;

#[cfg(not(any(feature = "mimalloc", feature = "jemalloc")))]
use std::alloc::System as Inner;

/// Sampled, so that the admin port has heap profiles: an allocation that is not in the sample costs a subtraction.
#[global_allocator]
static ALLOCATOR: Sampling<Inner> = Sampling::new(Inner);

/// What results call it.
pub(crate) const NAME: &str = if cfg!(feature = "jemalloc") {
    "jemalloc"
} else if cfg!(feature = "mimalloc") {
    "mimalloc"
} else {
    "system"
};
