//! Taking a buffer from a pool and putting it back: our pool and its peers, at one thread and at two.

use std::hint::black_box;
use std::sync::{Arc, mpsc};
use std::thread;

use crate::{Case, Operation};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for threads in [1, 2] {
        let name = |pool| format!("Pool/op=get-put/threads={threads}/pool={pool}");
        cases.push(case(name("ours"), threads, || {
            let pool = pool::Pool::<Vec<u8>>::new(Vec::new);
            move || drop(black_box(pool.get()))
        }));
        cases.push(case(name("opool"), threads, || {
            let pool = opool::Pool::new(PEER_OBJECTS, Opool);
            move || drop(black_box(pool.get()))
        }));
        cases.push(case(name("lockfree-object-pool"), threads, || {
            let pool = lockfree_object_pool::LinearObjectPool::<Vec<u8>>::new(Vec::new, Vec::clear);
            move || drop(black_box(pool.pull()))
        }));
    }
    cases
}

/// Objects that a peer with a fixed size has room for: more than are out at once.
const PEER_OBJECTS: usize = 64;

struct Opool;

impl opool::PoolAllocator<Vec<u8>> for Opool {
    fn allocate(&self) -> Vec<u8> {
        Vec::new()
    }

    fn reset(&self, object: &mut Vec<u8>) {
        object.clear();
    }
}

/// A case in which so many threads share a pool; each does the operation as often as it is told.
fn case<F>(name: String, threads: usize, make: impl Fn() -> F + Send + Sync + 'static) -> Case
where
    F: Fn() + Send + Sync + 'static,
{
    let gate = name.ends_with("threads=1/pool=ours");
    let case = Case::new(name, move |inputs_stand| {
        inputs_stand();
        let get_put = make();
        if threads == 1 {
            alone(get_put)
        } else {
            together(get_put, threads)
        }
    });
    let case = if threads == 1 {
        case
    } else {
        case.timed_only()
    };
    if gate { case.gating() } else { case }
}

fn alone(get_put: impl Fn() + 'static) -> Operation {
    Operation::new(move |times| {
        for _ in 0..times {
            get_put();
        }
    })
}

/// The threads wait between calls, and end when the operation is dropped.
fn together(get_put: impl Fn() + Send + Sync + 'static, threads: usize) -> Operation {
    let get_put = Arc::new(get_put);
    let (done, finished) = mpsc::channel();
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let (order, orders) = mpsc::channel::<u64>();
            let (get_put, done) = (Arc::clone(&get_put), done.clone());
            thread::spawn(move || {
                for times in orders {
                    for _ in 0..times {
                        get_put();
                    }
                    // Nobody waits any more when the operation was dropped half-way.
                    let _ = done.send(());
                }
            });
            order
        })
        .collect();
    Operation::new(move |times| {
        for worker in &workers {
            worker
                .send(times)
                .expect("a worker lives as long as its orders");
        }
        for _ in &workers {
            finished.recv().expect("a worker reports");
        }
    })
}
