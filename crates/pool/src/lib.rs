//! An object pool with the semantics of Go's [`sync.Pool`](https://pkg.go.dev/sync#Pool): objects
//! that are dear to make and easy to clean, kept between uses for whichever thread needs one next,
//! and let go of when nobody does.
//!
//! ```
//! use pool::Pool;
//!
//! static BUFFERS: Pool<Vec<u8>> = Pool::new(|| Vec::with_capacity(4096));
//!
//! let mut buffer = BUFFERS.get();
//! buffer.extend_from_slice(b"an answer");
//! drop(buffer); // Goes back, and is cleared.
//!
//! let buffer = BUFFERS.get();
//! assert!(buffer.is_empty());
//! assert!(buffer.capacity() >= 4096);
//! assert_eq!(BUFFERS.stats().hits, 1);
//! ```
//!
//! # What it promises
//!
//! - A get is served, in this order, by the thread's own slot; what was in that slot when the pool
//!   last aged, its *victim*; the overflow that all threads share; the overflow's victims; other
//!   threads' slots; other threads' victims; and at last by a new object.
//! - A [`Guard`] puts its object back when it is dropped, on whatever thread: [reset](Reuse::reset)
//!   first, then into the slot of the thread that got it. What lay in that slot makes way to the
//!   overflow. An object over the cap ([`Pool::max_capacity`]), and one that finds the overflow full
//!   ([`Pool::overflow`]), is dropped.
//! - [`Pool::age`] makes everything kept a victim and drops the victims there were. So an object
//!   that is used between any two calls stays, and one that is not is gone after two.
//! - The pool hides nothing: [`Pool::retained`] says how much it holds and [`Pool::stats`] what it
//!   has done; to read them stops no thread.
//!
//! A guard on a `static` pool is `'static` and, like the object, `Send`: a server can hand one on as
//! the body of an answer, and the buffer comes back when the last byte is sent.
//!
//! ```
//! use pool::{Guard, Pool};
//!
//! static BODIES: Pool<Vec<u8>> = Pool::new(Vec::new);
//!
//! fn answer() -> Guard<&'static Pool<Vec<u8>>> {
//!     let mut body = BODIES.get();
//!     body.extend_from_slice(b"sent from elsewhere");
//!     body
//! }
//!
//! let body = answer();
//! std::thread::spawn(move || assert_eq!(body.len(), 19)).join().unwrap();
//! assert_eq!(BODIES.retained().objects, 1);
//! ```
//!
//! # Where it differs from Go's
//!
//! | Go | here | why |
//! | --- | --- | --- |
//! | a place for each processor of its scheduler | a slot for each thread | a thread can't be pinned to a processor for the length of a get |
//! | a thread's place is emptied by its thread, or with the world stopped | by anyone, any time | there is no moment when all threads stand still, and an idle thread would keep its object for ever |
//! | what overflows goes to an unbounded deque of each processor's, from whose far end others steal | one bounded queue for all, first in, first out | beyond the slot the pool is a cushion; one bound is what keeps it honest about memory |
//! | `private` is never stolen | a slot is, before anything is made | a thread that ended or idles leaves its object behind; reusing it beats making one |
//! | a thread's own victim comes after all others' shared objects | right after its own slot | it is near and nobody contends for it; ageing then costs a busy thread one slow get |
//! | `Put` gives to the processor it runs on | to the slot of the thread that got it | a thread whose objects are always dropped elsewhere still finds them, and dropping needs no lookup |
//! | `Put` takes any object, and trusts the caller to have cleaned and measured it | a guard brings back what was got; reset and cap are the pool's | `fmt`'s rules for its buffers, made hard to forget |
//! | the collector ages all pools | the owner calls [`Pool::age`] | there is no collector; a timer does it |
//! | `New` may be missing | never | a get has no empty answer |
//!
//! # Why it is sound
//!
//! A slot is one atomic pointer, null or from a box. A get swaps null in, a put swaps the object
//! in, and whoever swaps a pointer out owns it. So no object is handed out twice or lost, whatever
//! the order; no pointer is compared, hence no ABA problem; and nobody reads through a pointer that
//! is still in a slot, hence nothing to reclaim later.
//!
//! The swap that fills a slot releases and the one that empties it acquires: what was done to an
//! object happens before its next use, on any thread. A put may displace, and have to drop, an
//! object that another thread put: so it acquires, too. Ageing is the same two swaps, one slot to
//! the other, under a lock that keeps only one call of `age` from the next. Between the swaps the
//! object is in the hands of `age`, and a get may miss it: that costs an allocation and breaks no
//! promise.
//!
//! `tests/loom.rs` checks this under the memory model, with stand-ins for the queue and the thread-
//! local lookup, which their own crates test.
//!
//! # What it costs
//!
//! A get served by the slot and its put are two locked instructions, on a cache line that no other
//! thread touches unless it steals, brings an object back, or ages the pool. Hits there are counted
//! by a plain load and store, since only the line's own thread counts in it; everything else is
//! counted by locked instructions, where the slower paths have some anyway. A thread that holds two
//! objects at once finds only one of them in its slot: the other costs a push and a pop of the
//! shared queue.
//!
//! # Unsafe code
//!
//! Two modules have some. `slot` turns pointers into boxes and back: a safe atomic cell would hide
//! its orderings from loom, and could not be looked at without a swap. `guard` takes its object out
//! when it is dropped, where an `Option` would be checked at each use; and it remembers by address
//! where the object belongs, where another lookup of the thread's slot would cost as much as the
//! rest.
#![warn(clippy::undocumented_unsafe_blocks)]

#[allow(unsafe_code)]
mod guard;
mod local;
mod pool;
mod reuse;
mod shared;
#[allow(unsafe_code)]
mod slot;
mod stats;
mod sync;

pub use guard::{Guard, Handle};
pub use pool::Pool;
pub use reuse::Reuse;
pub use stats::{Drops, Retained, Stats};
