//! Stand-ins that loom can follow.

use std::collections::VecDeque;
use std::sync::OnceLock;

pub(crate) use loom::sync::Mutex;
pub(crate) use loom::sync::atomic::AtomicPtr;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread::{self, ThreadId};

/// `crossbeam_queue::ArrayQueue`, as a queue under a lock.
pub(crate) struct ArrayQueue<T> {
    bound: usize,
    objects: Mutex<VecDeque<T>>,
}

impl<T> ArrayQueue<T> {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            bound,
            objects: Mutex::new(VecDeque::new()),
        }
    }

    pub(crate) fn push(&self, object: T) -> Result<(), T> {
        let mut objects = self.objects.lock().unwrap();
        if objects.len() == self.bound {
            return Err(object);
        }
        objects.push_back(object);
        Ok(())
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.objects.lock().unwrap().pop_front()
    }

    pub(crate) fn len(&self) -> usize {
        self.objects.lock().unwrap().len()
    }
}

/// The most threads a model has.
const THREADS: usize = 3;

/// `thread_local::ThreadLocal`, by the identity of loom's threads, which all run on one real
/// thread. What the real one promises to others, loom sees: a value happens before it is found.
///
/// Loom must see the table made, too: the thread that spawns the others uses the pool first.
pub(crate) struct ThreadLocal<T> {
    entries: OnceLock<[Entry<T>; THREADS]>,
}

struct Entry<T> {
    owner: OnceLock<ThreadId>,
    value: OnceLock<T>,
    present: AtomicBool,
}

impl<T> ThreadLocal<T> {
    pub(crate) const fn new() -> Self {
        Self {
            entries: OnceLock::new(),
        }
    }

    fn entries(&self) -> &[Entry<T>] {
        self.entries.get_or_init(|| {
            std::array::from_fn(|_| Entry {
                owner: OnceLock::new(),
                value: OnceLock::new(),
                present: AtomicBool::new(false),
            })
        })
    }

    pub(crate) fn get(&self) -> Option<&T> {
        let own = thread::current().id();
        let mut entries = self.entries().iter();
        entries.find(|e| e.owner.get() == Some(&own))?.value.get()
    }

    pub(crate) fn get_or(&self, create: impl FnOnce() -> T) -> &T {
        self.get().unwrap_or_else(|| {
            let own = thread::current().id();
            let mut entries = self.entries().iter();
            let entry = entries.find(|e| e.owner.set(own).is_ok());
            let entry = entry.expect("a model has at most THREADS threads");
            let value = entry.value.get_or_init(create);
            entry.present.store(true, Ordering::Release);
            value
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let entries = self.entries().iter();
        entries
            .filter(|e| e.present.load(Ordering::Acquire))
            .filter_map(|e| e.value.get())
    }
}

/// Loom's threads have no destructors of thread-local values to check.
pub(crate) mod life {
    pub(crate) fn is_ending() -> bool {
        false
    }
}
