//! Whether the service accepts requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What `/readyz` answers: not ready until [`ready`](Self::ready) is called, and again after
/// [`not_ready`](Self::not_ready), with which a service begins to shut down. Clones share one answer.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    ready: Arc<AtomicBool>,
}

impl Readiness {
    /// From now on the service accepts requests.
    pub fn ready(&self) {
        self.ready.store(true, Ordering::Release);
    }

    /// From now on it does not.
    pub fn not_ready(&self) {
        self.ready.store(false, Ordering::Release);
    }

    /// Whether it does.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }
}
