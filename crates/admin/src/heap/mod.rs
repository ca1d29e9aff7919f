//! The heap's profile: an allocator that samples.

mod sampling;

pub use sampling::Sampling;
