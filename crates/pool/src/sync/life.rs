//! Whether a thread can still be given thread-local values.
//!
//! `ThreadLocal::get_or` panics, which in the destructor of a thread-local value ends the process,
//! when the thread has already handed back the number that its values are found by. But from then
//! on it finds none of them, and that can be seen: a thread that had a value here and has none any
//! more is ending.

use std::cell::Cell;

use thread_local::ThreadLocal;

static KNOWN: ThreadLocal<()> = ThreadLocal::new();

thread_local! {
    // Without a destructor it can be read until the thread's very end.
    static BEGUN: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread is past its last chance to ask a `ThreadLocal` for a new value.
pub(crate) fn is_ending() -> bool {
    if BEGUN.get() {
        return KNOWN.get().is_none();
    }
    KNOWN.get_or(|| ());
    BEGUN.set(true);
    false
}
