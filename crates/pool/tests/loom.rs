//! The interleavings of a few threads that use a pool, and the answers that the memory model
//! allows them: `RUSTFLAGS="--cfg loom" cargo test -p pool --test loom --release`.
//!
//! Each model ends with its books balanced: every object made was dropped once, or is in the pool,
//! and goes when the pool ages. What two threads did to one object at once, or unordered, loom
//! finds by itself, in the `UnsafeCell`.
#![cfg(loom)]
// An object that two threads must not share at once has to be shareable to show it.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use loom::cell::UnsafeCell;
use loom::thread;
use pool::{Guard, Pool, Reuse};

/// Every interleaving.
fn check(model: impl Fn() + Sync + Send + 'static) {
    loom::model(model);
}

/// For models that have too many: those where a thread that could have run on is stopped for
/// another at most three times. Two times show nearly every bug of this kind (Musuvathi and Qadeer,
/// "Iterative context bounding", PLDI 2007); four would take minutes.
fn check_bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

/// What was made and dropped. Not loom's atomics: to count changes nothing.
#[derive(Default)]
struct Books {
    made: AtomicUsize,
    dropped: AtomicUsize,
    /// Of those dropped, the ones that a thread had taken out of the pool.
    taken: AtomicUsize,
}

/// An object that notices whether two threads use it at once.
struct Object {
    dirty: UnsafeCell<bool>,
    gone: bool,
    books: Arc<Books>,
}

impl Object {
    fn touch(&mut self) {
        assert!(!self.set(true), "handed out before it was reset");
    }

    /// Sets whether it is dirty, and says whether it was.
    fn set(&mut self, dirty: bool) -> bool {
        // SAFETY: `&mut self`; that the pool gave it to one thread alone is what loom checks.
        self.dirty
            .with_mut(|was| std::mem::replace(unsafe { &mut *was }, dirty))
    }
}

impl Reuse for Object {
    fn reset(&mut self) {
        self.set(false);
    }

    fn capacity_bytes(&self) -> usize {
        1
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        assert!(!std::mem::replace(&mut self.gone, true), "dropped twice");
        self.set(true);
        self.books.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

thread_local! {
    /// The books of the model that runs: a pool makes objects by a plain function, and all threads
    /// of a model run on one thread of the system's.
    static BOOKS: RefCell<Arc<Books>> = RefCell::default();
}

fn object() -> Object {
    let books = BOOKS.with_borrow(Arc::clone);
    books.made.fetch_add(1, Ordering::Relaxed);
    Object {
        dirty: UnsafeCell::new(false),
        gone: false,
        books,
    }
}

/// A pool with its books.
#[derive(Clone)]
struct Counted {
    pool: Arc<Pool<Object>>,
    books: Arc<Books>,
}

impl Counted {
    /// With room for one in the overflow, so that it fills up.
    fn new() -> Self {
        BOOKS.set(Arc::default());
        let pool = Self {
            pool: Arc::new(Pool::new(object).overflow(1)),
            books: BOOKS.with_borrow(Arc::clone),
        };
        // What the pool makes when it is first used, it makes before there are other threads.
        pool.take_out();
        pool
    }

    fn get(&self) -> Guard<Arc<Pool<Object>>> {
        let mut object = self.pool.get_owned();
        object.touch();
        object
    }

    /// Gets two at once and puts both back: one into the slot, one into the overflow.
    fn use_two(&self) {
        let two = [self.get(), self.get()];
        drop(two);
    }

    fn take_out(&self) {
        drop(Guard::into_inner(self.get()));
        self.books.taken.fetch_add(1, Ordering::Relaxed);
    }

    /// How many objects were made since the first.
    fn made(&self) -> usize {
        self.books.made.load(Ordering::Relaxed) - 1
    }

    fn dropped(&self) -> usize {
        self.books.dropped.load(Ordering::Relaxed) - 1
    }

    /// Once all guards are gone.
    fn balance(self) {
        let stats = self.pool.stats();
        let taken = self.books.taken.load(Ordering::Relaxed) as u64;
        assert_eq!(stats.misses, self.made() as u64 + 1);
        assert_eq!(stats.drops.total() + taken, self.dropped() as u64 + 1);
        let kept = self.pool.retained();
        assert_eq!(kept.objects, kept.bytes);
        assert_eq!(self.made(), self.dropped() + kept.objects, "lost");
        self.pool.age();
        self.pool.age();
        assert_eq!(self.pool.retained().objects, 0);
        assert_eq!(self.made(), self.dropped());
    }
}

fn spawn(pool: &Counted, work: impl FnOnce(&Counted) + 'static) -> thread::JoinHandle<()> {
    let pool = pool.clone();
    thread::spawn(move || work(&pool))
}

#[test]
fn each_object_has_one_user() {
    check(|| {
        let pool = Counted::new();
        let other = spawn(&pool, |pool| {
            drop(pool.get());
            drop(pool.get());
        });
        pool.use_two();
        other.join().unwrap();
        assert!(pool.made() <= 3);
        pool.balance();
    });
}

#[test]
fn three_threads_share_what_there_is() {
    check_bounded(|| {
        let pool = Counted::new();
        pool.use_two();
        let others = [(); 2].map(|()| {
            spawn(&pool, |pool| {
                drop(pool.get());
                drop(pool.get());
            })
        });
        drop(pool.get());
        for other in others {
            other.join().unwrap();
        }
        assert!(pool.made() <= 3);
        pool.balance();
    });
}

#[test]
fn two_thieves_do_not_get_the_same_object() {
    check(|| {
        let pool = Counted::new();
        drop(pool.get());
        let thieves = [(); 2].map(|()| spawn(&pool, |pool| drop(pool.get())));
        for thief in thieves {
            thief.join().unwrap();
        }
        assert!(pool.made() <= 2);
        pool.balance();
    });
}

#[test]
fn an_owner_and_a_thief_do_not_get_the_same_object() {
    check(|| {
        let pool = Counted::new();
        drop(pool.get());
        let thief = spawn(&pool, |pool| drop(pool.get()));
        drop(pool.get());
        drop(pool.get());
        thief.join().unwrap();
        assert!(pool.made() <= 2);
        pool.balance();
    });
}

#[test]
fn an_object_goes_home_from_another_thread() {
    check(|| {
        let pool = Counted::new();
        let guard = pool.get();
        let other = thread::spawn(move || drop(guard));
        drop(pool.get());
        other.join().unwrap();
        assert!(pool.made() <= 2);
        pool.balance();
    });
}

#[test]
fn what_a_put_displaces_is_seen_as_it_was_put() {
    check(|| {
        let pool = Counted::new();
        let (a, b) = (pool.get(), pool.get());
        pool.use_two();
        let c = pool.get();
        // Now the slot is empty and the overflow is full: the later put drops the earlier's object.
        let other = thread::spawn(move || drop(a));
        drop(b);
        other.join().unwrap();
        assert_eq!(pool.pool.stats().drops.overflow, 1);
        drop(c);
        assert_eq!(pool.pool.stats().drops.overflow, 2);
        pool.balance();
    });
}

#[test]
fn ageing_goes_on_beside_gets_and_puts() {
    check(|| {
        let pool = Counted::new();
        pool.use_two();
        let ager = spawn(&pool, |pool| pool.pool.age());
        drop(pool.get());
        pool.use_two();
        ager.join().unwrap();
        pool.balance();
    });
}

#[test]
fn two_threads_may_age_the_pool_at_once() {
    check(|| {
        let pool = Counted::new();
        pool.use_two();
        let ager = spawn(&pool, |pool| pool.pool.age());
        pool.pool.age();
        ager.join().unwrap();
        assert_eq!(pool.dropped(), 2);
        pool.balance();
    });
}

#[test]
fn a_thief_and_ageing_do_not_share_a_victim() {
    check_bounded(|| {
        let pool = Counted::new();
        drop(pool.get());
        pool.pool.age();
        let ager = spawn(&pool, |pool| pool.pool.age());
        let thief = spawn(&pool, |pool| drop(pool.get()));
        drop(pool.get());
        ager.join().unwrap();
        thief.join().unwrap();
        pool.balance();
    });
}

#[test]
fn what_an_ended_thread_had_is_found_by_others() {
    check(|| {
        let pool = Counted::new();
        spawn(&pool, |pool| drop(pool.get())).join().unwrap();
        drop(pool.get());
        assert_eq!(pool.made(), 1);
        assert_eq!(pool.pool.stats().steals, 1);
        pool.balance();
    });
}

#[test]
fn an_object_taken_out_is_the_callers_alone() {
    check(|| {
        let pool = Counted::new();
        drop(pool.get());
        let other = spawn(&pool, Counted::take_out);
        pool.take_out();
        other.join().unwrap();
        assert_eq!(pool.made(), pool.dropped() + pool.pool.retained().objects);
        assert_eq!(pool.pool.stats().drops.total(), 0);
    });
}

#[test]
fn dropping_the_pool_drops_what_it_keeps() {
    check(|| {
        let pool = Counted::new();
        let other = spawn(&pool, |pool| {
            pool.use_two();
        });
        drop(pool.get());
        other.join().unwrap();
        pool.pool.age();
        drop(pool.get());
        let Counted { pool, books } = pool;
        assert!(Arc::into_inner(pool).is_some());
        let [made, dropped] = [&books.made, &books.dropped].map(|c| c.load(Ordering::Relaxed));
        assert_eq!(made, dropped);
    });
}
