//! Where the program's memory comes from: the C library, unless a feature says otherwise. What allocates is sampled, so that the
//! admin port has heap profiles; an allocation that is not sampled costs it a subtraction and a test.

use admin::Sampling;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: Sampling<tikv_jemallocator::Jemalloc> =
    Sampling::new(tikv_jemallocator::Jemalloc);

#[cfg(all(feature = "mimalloc", not(feature = "jemalloc")))]
#[global_allocator]
static ALLOCATOR: Sampling<mimalloc::MiMalloc> = Sampling::new(mimalloc::MiMalloc);

#[cfg(not(any(feature = "mimalloc", feature = "jemalloc")))]
#[global_allocator]
static ALLOCATOR: Sampling<std::alloc::System> = Sampling::new(std::alloc::System);

/// What results call it.
pub(crate) const NAME: &str = if cfg!(feature = "jemalloc") {
    "jemalloc"
} else if cfg!(feature = "mimalloc") {
    "mimalloc"
} else {
    "system"
};
