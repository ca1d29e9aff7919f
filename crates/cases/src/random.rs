//! Numbers for sample inputs.

/// A linear congruential generator with Knuth's constants for MMIX (The Art of Computer Programming, volume 2, 3.3.4):
/// samples need variety and repeatability, and nothing more.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}
