//! A future that is run, and counted.

use std::fmt;
use std::future::Future;
use std::ops::Sub;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Polls in a row after which a future is taken never to rest: some thousand times what a request takes.
const MOST: u32 = 100_000;

/// How often a future was polled and woken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often it was polled.
    pub polls: u64,
    /// How often its waker was called, by itself or by others.
    pub wakes: u64,
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            polls: self.polls - before.polls,
            wakes: self.wakes - before.wakes,
        }
    }
}

/// A future that is polled when it was woken, as a runtime with one thread does: a task that is woken several times before
/// its turn is polled once.
pub struct Counted<F> {
    future: Pin<Box<F>>,
    wakes: Arc<Wakes>,
    waker: Waker,
    polls: u64,
}

struct Wakes {
    count: AtomicU64,
    /// Whether it has been woken since it was polled last.
    woken: AtomicBool,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.woken.store(true, Ordering::Release);
    }
}

impl<F: Future> Counted<F> {
    /// A future that has not been polled; its first turn needs no wake.
    pub fn new(future: F) -> Self {
        let wakes = Arc::new(Wakes {
            count: AtomicU64::new(0),
            woken: AtomicBool::new(true),
        });
        Self {
            future: Box::pin(future),
            waker: Waker::from(Arc::clone(&wakes)),
            wakes,
            polls: 0,
        }
    }

    /// Polls it for as long as it is woken; what it gives, if it ends.
    ///
    /// # Panics
    ///
    /// If it wakes itself again and again.
    pub fn run(&mut self) -> Poll<F::Output> {
        for _ in 0..MOST {
            if !self.wakes.woken.swap(false, Ordering::AcqRel) {
                return Poll::Pending;
            }
            self.polls += 1;
            let mut context = Context::from_waker(&self.waker);
            let polled = self.future.as_mut().poll(&mut context);
            if polled.is_ready() {
                return polled;
            }
        }
        panic!("the future has been polled {MOST} times in a row and still wakes itself");
    }

    /// What has been counted.
    pub fn counts(&self) -> Counts {
        Counts {
            polls: self.polls,
            wakes: self.wakes.count.load(Ordering::Relaxed),
        }
    }
}

impl<F> fmt::Debug for Counted<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted")
            .field("polls", &self.polls)
            .finish_non_exhaustive()
    }
}
