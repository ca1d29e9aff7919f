//! What the documentation promises, one promise a test.
#![cfg(not(loom))]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread;

use pool::{Drops, Guard, Pool, Retained, Reuse, Stats};

const KIB: usize = 1 << 10;

fn buffers() -> Pool<Vec<u8>> {
    Pool::new(|| Vec::with_capacity(KIB))
}

/// Where an object lives tells objects apart.
fn identity(buffer: &Guard<&Pool<Vec<u8>>>) -> *const u8 {
    buffer.as_ptr()
}

/// Puts `n` new objects into the pool: one into the slot, the others into the overflow.
fn fill(pool: &Pool<Vec<u8>>, n: usize) {
    let guards: Vec<_> = (0..n).map(|_| pool.get()).collect();
    drop(guards);
}

#[test]
fn an_object_comes_back_clean_with_its_memory() {
    let pool = buffers();
    let mut buffer = pool.get();
    buffer.extend_from_slice(&[7; 4 * KIB]);
    let (place, capacity) = (identity(&buffer), buffer.capacity());
    drop(buffer);
    let buffer = pool.get();
    assert!(buffer.is_empty());
    assert_eq!((identity(&buffer), buffer.capacity()), (place, capacity));
}

#[test]
fn the_object_used_last_is_the_one_in_the_slot() {
    let pool = buffers();
    let (first, second) = (pool.get(), pool.get());
    let last = identity(&second);
    drop(first);
    drop(second);
    assert_eq!(identity(&pool.get()), last);
}

#[test]
fn a_miss_is_served_by_the_given_function() {
    let pool = buffers();
    assert_eq!(
        pool.get_or(|| Vec::with_capacity(3 * KIB)).capacity(),
        3 * KIB
    );
    assert_eq!(pool.get_or(|| unreachable!()).capacity(), 3 * KIB);
}

#[test]
fn an_object_over_the_cap_is_dropped_and_one_at_the_cap_is_kept() {
    let pool = buffers().max_capacity(2 * KIB);
    pool.get().reserve_exact(2 * KIB);
    assert_eq!(pool.retained().bytes, 2 * KIB);
    pool.get().reserve_exact(2 * KIB + 1);
    assert_eq!(pool.retained(), Retained::default());
    assert_eq!(pool.stats().drops.oversized, 1);
}

#[test]
fn the_default_cap_is_64_kib() {
    let pool = buffers();
    pool.get().reserve_exact(64 * KIB);
    assert_eq!(pool.retained().objects, 1);
    pool.get().reserve_exact(64 * KIB + 1);
    assert_eq!(pool.retained().objects, 0);
}

#[test]
fn a_full_overflow_drops() {
    let pool = buffers().overflow(2);
    fill(&pool, 5);
    let kept = Retained {
        objects: 3,
        bytes: 3 * KIB,
    };
    assert_eq!(pool.retained(), kept);
    assert_eq!(pool.stats().drops.overflow, 2);
}

#[test]
#[should_panic(expected = "at least one")]
fn an_overflow_of_none_is_refused() {
    let _ = buffers().overflow(0);
}

#[test]
fn unused_objects_outlive_one_ageing_and_not_two() {
    let pool = buffers();
    fill(&pool, 3);
    pool.age();
    assert_eq!(pool.retained().objects, 3);
    pool.age();
    assert_eq!(pool.retained(), Retained::default());
    assert_eq!(pool.stats().drops.aged, 3);
}

#[test]
fn an_object_in_use_now_and_then_stays() {
    let pool = buffers();
    let place = identity(&pool.get());
    for _ in 0..5 {
        pool.age();
        assert_eq!(identity(&pool.get()), place);
    }
    let expected = Stats {
        hits: 5,
        misses: 1,
        ..Stats::default()
    };
    assert_eq!(pool.stats(), expected);
}

#[test]
fn of_two_victims_the_unused_one_goes() {
    let pool = buffers();
    fill(&pool, 2);
    pool.age();
    drop(pool.get());
    pool.age();
    assert_eq!(pool.retained().objects, 1);
}

#[test]
fn an_object_on_loan_does_not_age() {
    let pool = buffers();
    let buffer = pool.get();
    pool.age();
    pool.age();
    drop(buffer);
    assert_eq!(pool.retained().objects, 1);
    assert_eq!(pool.stats().drops.total(), 0);
}

#[test]
fn ageing_empties_the_slots_of_idle_threads() {
    static POOL: Pool<Vec<u8>> = Pool::new(|| Vec::with_capacity(KIB));
    let (ready, is_ready) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let idle = thread::spawn(move || {
        drop(POOL.get());
        ready.send(()).unwrap();
        may_go.recv().unwrap();
    });
    is_ready.recv().unwrap();
    POOL.age();
    POOL.age();
    assert_eq!(POOL.retained(), Retained::default());
    go.send(()).unwrap();
    idle.join().unwrap();
}

#[test]
fn ageing_an_unused_pool_does_nothing() {
    let pool = buffers();
    pool.age();
    assert_eq!((pool.stats(), pool.retained()), Default::default());
}

#[test]
fn an_object_dropped_elsewhere_goes_back_to_the_thread_that_got_it() {
    static POOL: Pool<Vec<u8>> = Pool::new(|| Vec::with_capacity(KIB));
    let mut buffer = POOL.get();
    buffer.push(7);
    let place = identity(&buffer);
    thread::spawn(move || drop(buffer)).join().unwrap();
    let buffer = POOL.get();
    assert!(buffer.is_empty());
    assert_eq!(identity(&buffer), place);
    assert_eq!(POOL.stats().hits, 1);
}

#[test]
fn what_a_thread_leaves_behind_is_found_by_others() {
    let pool = Arc::new(buffers());
    let first = pool.get();
    let theirs = Arc::clone(&pool);
    thread::spawn(move || drop(theirs.get())).join().unwrap();
    assert_eq!(pool.retained().objects, 1);
    let second = pool.get();
    let expected = Stats {
        steals: 1,
        misses: 2,
        ..Stats::default()
    };
    assert_eq!(pool.stats(), expected);
    drop((first, second));
}

#[test]
fn what_a_thread_leaves_behind_ages() {
    let pool = Arc::new(buffers());
    let theirs = Arc::clone(&pool);
    thread::spawn(move || fill(&theirs, 2)).join().unwrap();
    assert_eq!(pool.retained().objects, 2);
    pool.age();
    pool.age();
    assert_eq!(pool.retained().objects, 0);
}

#[test]
fn a_thread_may_use_the_pool_while_it_ends() {
    static POOL: Pool<Vec<u8>> = Pool::new(|| Vec::with_capacity(KIB));

    /// Gets and puts when its thread destroys its thread-local values.
    struct Last(Option<Guard<&'static Pool<Vec<u8>>>>);

    impl Drop for Last {
        fn drop(&mut self) {
            POOL.get().push(7);
            let _both = (POOL.get(), self.0.take());
        }
    }

    thread_local! {
        static FIRST_MADE: RefCell<Option<Last>> = const { RefCell::new(None) };
        static LAST_MADE: RefCell<Option<Last>> = const { RefCell::new(None) };
    }

    thread::spawn(|| {
        FIRST_MADE.set(Some(Last(None)));
        let buffer = POOL.get();
        LAST_MADE.set(Some(Last(Some(buffer))));
    })
    .join()
    .unwrap();
    let stats = POOL.stats();
    assert_eq!(stats.gets(), 5);
    assert_eq!(POOL.retained().objects as u64, stats.misses);
}

#[test]
fn an_owned_guard_keeps_the_pool_alive() {
    let pool = Arc::new(buffers());
    let weak = Arc::downgrade(&pool);
    let mut buffer = pool.get_owned();
    drop(pool);
    buffer.push(7);
    assert_eq!(*buffer, [7]);
    assert!(weak.upgrade().is_some());
    drop(buffer);
    assert!(weak.upgrade().is_none());

    let pool = Arc::new(buffers());
    let weak = Arc::downgrade(&pool);
    assert_eq!(Guard::into_inner({ pool }.get_owned()), []);
    assert!(weak.upgrade().is_none());
}

#[test]
fn an_object_taken_out_is_no_longer_the_pools() {
    let pool = buffers();
    let mut buffer = pool.get();
    buffer.push(7);
    assert_eq!(Guard::into_inner(buffer), [7]);
    assert_eq!(pool.retained(), Retained::default());
    assert_eq!(pool.stats().drops, Drops::default());
}

#[test]
fn a_panic_on_the_way_loses_nothing() {
    let pool = buffers();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut buffer = pool.get();
        buffer.push(7);
        panic!("a handler fails");
    }));
    assert!(panicked.is_err());
    assert!(pool.get().is_empty());
    assert_eq!(pool.retained().objects, 1);

    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _one = pool.get();
        let _two = pool.get_or(|| panic!("nothing can be made"));
    }));
    assert!(panicked.is_err());
    assert_eq!(pool.retained().objects, 1);
}

#[test]
fn an_object_that_cannot_be_reset_is_dropped() {
    struct Stubborn {
        _alive: Arc<()>,
    }

    impl Reuse for Stubborn {
        fn reset(&mut self) {
            panic!("once dirty, always dirty");
        }

        fn capacity_bytes(&self) -> usize {
            0
        }
    }

    let pool = Pool::new(|| unreachable!());
    let alive = Arc::new(());
    let object = pool.get_or(|| Stubborn {
        _alive: Arc::clone(&alive),
    });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(object))).is_err());
    assert_eq!(Arc::strong_count(&alive), 1);
    assert_eq!(pool.retained().objects, 0);
}

#[test]
fn objects_may_use_the_pool_while_the_pool_drops_them() {
    static POOL: Pool<Nested> = Pool::new(|| Nested { ages: true });

    struct Nested {
        ages: bool,
    }

    impl Reuse for Nested {
        fn reset(&mut self) {}

        fn capacity_bytes(&self) -> usize {
            0
        }
    }

    impl Drop for Nested {
        fn drop(&mut self) {
            if self.ages {
                self.ages = false;
                drop(POOL.get_or(|| Nested { ages: false }));
                POOL.age();
            }
        }
    }

    drop(POOL.get());
    POOL.age();
    POOL.age();
    assert_eq!(POOL.stats().drops.aged, 1);
}

#[test]
fn objects_without_size_are_kept_too() {
    struct Token;

    impl Reuse for Token {
        fn reset(&mut self) {}

        fn capacity_bytes(&self) -> usize {
            0
        }
    }

    let pool = Pool::new(|| Token);
    drop((pool.get(), pool.get()));
    let kept = Retained {
        objects: 2,
        bytes: 0,
    };
    assert_eq!(pool.retained(), kept);
    drop(pool.get());
    assert_eq!((pool.stats().hits, pool.stats().misses), (1, 2));
}

#[test]
fn capacities_are_in_bytes() {
    assert_eq!(Reuse::capacity_bytes(&Vec::<u64>::with_capacity(8)), 64);
    assert_eq!(Reuse::capacity_bytes(&vec![(); 9]), 0);
    assert_eq!(Reuse::capacity_bytes(&String::with_capacity(8)), 8);
}
