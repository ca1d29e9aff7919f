//! Random operations on a few threads, one at a time, against a model of the pool in plain
//! collections. Which thread a steal takes from is left open; all else must agree after each step.
#![cfg(not(loom))]

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak, mpsc};
use std::thread;

use pool::{Guard, Pool, Retained, Reuse, Stats};
use proptest::prelude::*;
use proptest::sample::Index;

const THREADS: usize = 3;
const OVERFLOW: usize = 2;
const MAX_CAPACITY: usize = 100;

/// An object that can be told from any other, and says when it is gone.
struct Object {
    id: u64,
    bytes: usize,
    alive: Arc<()>,
}

impl Object {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            bytes: 1,
            alive: Arc::new(()),
        }
    }
}

impl Reuse for Object {
    fn reset(&mut self) {}

    fn capacity_bytes(&self) -> usize {
        self.bytes
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// On this thread.
    Get(usize),
    /// One of the objects on loan, dropped on this thread.
    Put(Index, usize),
    TakeOut(Index),
    /// One of the objects on loan becomes so many bytes large.
    Grow(Index, usize),
    Age,
}

fn step() -> impl Strategy<Value = Step> {
    let loan = any::<Index>;
    prop_oneof![
        6 => (0..THREADS).prop_map(Step::Get),
        6 => (loan(), 0..THREADS).prop_map(|(loan, thread)| Step::Put(loan, thread)),
        1 => loan().prop_map(Step::TakeOut),
        2 => (loan(), 0..=MAX_CAPACITY + 20).prop_map(|(loan, bytes)| Step::Grow(loan, bytes)),
        1 => Just(Step::Age),
    ]
}

/// Where a get finds its object.
#[derive(Debug)]
enum Source {
    Hit(u64),
    Steal(Vec<u64>),
    Miss,
}

#[derive(Default)]
struct Model {
    slots: [Option<u64>; THREADS],
    slot_victims: [Option<u64>; THREADS],
    overflow: VecDeque<u64>,
    overflow_victims: VecDeque<u64>,
    /// By object, of those the pool keeps.
    bytes: HashMap<u64, usize>,
    stats: Stats,
}

impl Model {
    fn source(&self, thread: usize) -> Source {
        let own = [&self.slots, &self.slot_victims].map(|slots| slots[thread]);
        let queues = [&self.overflow, &self.overflow_victims].map(|queue| queue.front().copied());
        if let Some(id) = own.into_iter().chain(queues).flatten().next() {
            return Source::Hit(id);
        }
        for slots in [&self.slots, &self.slot_victims] {
            let others: Vec<_> = slots.iter().flatten().copied().collect();
            if !others.is_empty() {
                return Source::Steal(others);
            }
        }
        Source::Miss
    }

    fn remove(&mut self, id: u64) {
        self.bytes.remove(&id);
        for slot in self.slots.iter_mut().chain(&mut self.slot_victims) {
            slot.take_if(|held| *held == id);
        }
        self.overflow.retain(|held| *held != id);
        self.overflow_victims.retain(|held| *held != id);
    }

    fn put(&mut self, id: u64, bytes: usize, home: usize) {
        if bytes > MAX_CAPACITY {
            self.stats.drops.oversized += 1;
            return;
        }
        self.bytes.insert(id, bytes);
        let Some(displaced) = self.slots[home].replace(id) else {
            return;
        };
        if self.overflow.len() < OVERFLOW {
            self.overflow.push_back(displaced);
        } else {
            self.bytes.remove(&displaced);
            self.stats.drops.overflow += 1;
        }
    }

    fn age(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        let overflow = std::mem::take(&mut self.overflow);
        let old = std::mem::replace(&mut self.slot_victims, slots);
        let old = old.into_iter().flatten();
        for id in old.chain(std::mem::replace(&mut self.overflow_victims, overflow)) {
            self.bytes.remove(&id);
            self.stats.drops.aged += 1;
        }
    }

    fn retained(&self) -> Retained {
        Retained {
            objects: self.bytes.len(),
            bytes: self.bytes.values().sum(),
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// A thread that does as it is told.
struct Worker(mpsc::Sender<Job>);

impl Worker {
    fn new() -> Self {
        let (jobs, to_do) = mpsc::channel::<Job>();
        thread::spawn(move || to_do.into_iter().for_each(|job| job()));
        Self(jobs)
    }

    fn run<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> R {
        let (result, done) = mpsc::channel();
        let job = move || result.send(work()).unwrap();
        self.0.send(Box::new(job)).unwrap();
        done.recv().unwrap()
    }
}

struct Loan {
    guard: Guard<Arc<Pool<Object>>>,
    home: usize,
}

fn pick(loans: &mut Vec<Loan>, which: Index) -> Option<Loan> {
    (!loans.is_empty()).then(|| loans.swap_remove(which.index(loans.len())))
}

proptest! {
    #[test]
    fn the_pool_does_what_the_model_does(steps in prop::collection::vec(step(), 0..80)) {
        let workers = [(); THREADS].map(|()| Worker::new());
        let new = Pool::new(Object::new).max_capacity(MAX_CAPACITY).overflow(OVERFLOW);
        let pool = Arc::new(new);
        let mut model = Model::default();
        let mut loans: Vec<Loan> = Vec::new();
        let mut known: HashMap<u64, Weak<()>> = HashMap::new();

        for step in steps {
            match step {
                Step::Get(home) => {
                    let theirs = Arc::clone(&pool);
                    let guard = workers[home].run(move || theirs.get_owned());
                    match model.source(home) {
                        Source::Hit(id) => {
                            prop_assert_eq!(guard.id, id);
                            model.stats.hits += 1;
                        }
                        Source::Steal(others) => {
                            prop_assert!(others.contains(&guard.id));
                            model.stats.steals += 1;
                        }
                        Source::Miss => {
                            prop_assert!(!known.contains_key(&guard.id));
                            known.insert(guard.id, Arc::downgrade(&guard.alive));
                            model.stats.misses += 1;
                        }
                    }
                    model.remove(guard.id);
                    loans.push(Loan { guard, home });
                }
                Step::Put(which, thread) => {
                    if let Some(Loan { guard, home }) = pick(&mut loans, which) {
                        model.put(guard.id, guard.bytes, home);
                        workers[thread].run(move || drop(guard));
                    }
                }
                Step::TakeOut(which) => {
                    if let Some(loan) = pick(&mut loans, which) {
                        drop(Guard::into_inner(loan.guard));
                    }
                }
                Step::Grow(which, bytes) => {
                    if let Some(mut loan) = pick(&mut loans, which) {
                        loan.guard.bytes = bytes;
                        loans.push(loan);
                    }
                }
                Step::Age => {
                    model.age();
                    pool.age();
                }
            }
            prop_assert_eq!(pool.stats(), model.stats);
            prop_assert_eq!(pool.retained(), model.retained());
            for (id, alive) in &known {
                let expected = model.bytes.contains_key(id) || loans.iter().any(|l| l.guard.id == *id);
                prop_assert_eq!(alive.strong_count() == 1, expected, "object {}", id);
            }
        }
        drop(loans);
        drop(pool);
        prop_assert!(known.values().all(|alive| alive.strong_count() == 0));
    }
}
