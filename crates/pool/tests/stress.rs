//! Many threads at once on real hardware: nothing is lost, shared, or dropped twice.
#![cfg(not(loom))]

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use pool::{Guard, Pool, Reuse};

static MADE: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);
static POOL: Pool<Object> = Pool::new(Object::new).overflow(2);

const WORKERS: usize = 4;
/// Threads that start one after another in each worker's place, so that some leave objects behind.
const LIVES: usize = 20;
const ROUNDS: usize = 2_000;

/// Knows how many users it has.
struct Object {
    users: AtomicUsize,
    memory: Vec<u8>,
}

impl Object {
    fn new() -> Self {
        MADE.fetch_add(1, Ordering::Relaxed);
        Self {
            users: AtomicUsize::new(0),
            memory: Vec::new(),
        }
    }

    fn enter(&mut self, bytes: usize) {
        assert_eq!(self.users.fetch_add(1, Ordering::Relaxed), 0, "shared");
        assert!(self.memory.is_empty(), "not reset");
        self.memory.resize(bytes, 7);
    }
}

impl Reuse for Object {
    fn reset(&mut self) {
        assert_eq!(self.users.fetch_sub(1, Ordering::Relaxed), 1, "shared");
        assert!(self.memory.iter().all(|byte| *byte == 7), "overwritten");
        self.memory.clear();
    }

    fn capacity_bytes(&self) -> usize {
        self.memory.capacity()
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        assert_eq!(self.users.load(Ordering::Relaxed), 0, "dropped in use");
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Gets, holds one or two at a time, sends every fourth to be dropped elsewhere.
fn live(life: usize, elsewhere: &mpsc::SyncSender<Guard<&'static Pool<Object>>>) {
    let mut held = None;
    for round in 0..ROUNDS {
        // A few are over the cap of 64 KiB.
        let bytes = if round % 500 == 499 {
            70_000
        } else {
            1 + (life + round) % 64
        };
        let mut object = POOL.get();
        object.enter(bytes);
        match round % 4 {
            0 => drop(object),
            1 => held = Some(object),
            2 => held = None,
            _ => elsewhere.send(object).unwrap(),
        }
    }
    drop(held);
}

#[test]
fn the_books_balance_after_a_busy_day() {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let ager = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                POOL.age();
                thread::yield_now();
            }
        });
        let (elsewhere, arriving) = mpsc::sync_channel(8);
        let dropper = scope.spawn(move || arriving.into_iter().for_each(drop));
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let elsewhere = elsewhere.clone();
                scope.spawn(move || {
                    for life_number in 0..LIVES {
                        let elsewhere = elsewhere.clone();
                        let life = thread::spawn(move || live(life_number, &elsewhere));
                        life.join().unwrap();
                    }
                })
            })
            .collect();
        drop(elsewhere);
        for worker in workers {
            worker.join().unwrap();
        }
        dropper.join().unwrap();
        done.store(true, Ordering::Relaxed);
        ager.join().unwrap();
    });

    let [made, dropped] = [&MADE, &DROPPED].map(|count| count.load(Ordering::Relaxed));
    let stats = POOL.stats();
    assert_eq!(stats.gets(), (WORKERS * LIVES * ROUNDS) as u64);
    assert_eq!(stats.misses, made);
    assert_eq!(stats.drops.total(), dropped);
    assert!(
        stats.drops.oversized > 0 && stats.drops.aged > 0 && stats.hits > 0,
        "{stats:?}"
    );
    assert_eq!(POOL.retained().objects as u64, made - dropped);
    POOL.age();
    POOL.age();
    assert_eq!(POOL.retained().objects, 0);
    assert_eq!(DROPPED.load(Ordering::Relaxed), made);
}
