//! The primitives that loom replaces when it checks the pool: the atomic pointer, the mutex, the
//! queue and the lookup of a thread's own value.
//!
//! `ArrayQueue` and `ThreadLocal` are tested where they come from; under loom, simple stand-ins
//! promise the same ordering (what is pushed or inserted happens before it is popped or found).
//! Counters stay the standard library's: nothing depends on their order.

#[cfg(not(loom))]
mod real {
    pub(crate) use crossbeam_queue::ArrayQueue;
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::sync::atomic::AtomicPtr;
    pub(crate) use thread_local::ThreadLocal;
}
#[cfg(not(loom))]
pub(crate) mod life;

#[cfg(loom)]
mod model;

#[cfg(loom)]
pub(crate) use model::*;
#[cfg(not(loom))]
pub(crate) use real::*;
