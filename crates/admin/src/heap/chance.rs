//! Which bytes are sampled, and what a sample stands for.
//!
//! Samples are the points of a Poisson process over the bytes that a thread allocates: the distance from one to the next has
//! an exponential distribution with the rate as its mean. An allocation is sampled if a point falls into it, so one of `s`
//! bytes is with the probability `1 - exp(-s / rate)`, whatever came before. It then stands for the inverse of that many
//! allocations of its size, which makes all sums unbiased (Horvitz and Thompson, JASA 47, 1952); Go's heap profile is scaled
//! in the same way.

/// A generator of random numbers: `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014). Its state is one word, so each thread
/// has its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Bytes to the next sample, at least 1. At a rate of 1 each byte is sampled.
    pub(crate) fn distance(&mut self, rate: u64) -> i64 {
        if rate <= 1 {
            return 1;
        }
        // From 2^-53 to 1: its logarithm is finite.
        let uniform = ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        (-uniform.ln() * rate as f64).ceil().max(1.0) as i64
    }
}

/// How many allocations of a size a sampled one stands for.
pub(crate) fn weight(size: u64, rate: u64) -> f64 {
    if rate <= 1 {
        return 1.0;
    }
    let size = size.max(1) as f64;
    -1.0 / (-size / rate as f64).exp_m1()
}
