//! A service that leaks: each request leaves 16 bytes in a pooled object, which is put back as it is.
//!
//! It prints where it listens, and ends with its standard input.

use std::alloc::System;
use std::io::{self, Read};
use std::net::SocketAddr;

use admin::{Admin, Readiness, Sampling};
use handler::{Handler, Rejection, Rows};
use naive::Naive;
use pool::{Pool, Reuse};
use server::{Limits, Served, Server};

#[global_allocator]
static ALLOCATOR: Sampling<System> = Sampling::new(System);

/// What one request leaves: 16 bytes.
struct Left {
    _before: Option<Box<Left>>,
    _number: u64,
}

/// What a request borrows from the pool, and gives back with everything that requests left in it.
#[derive(Default)]
struct Scratch {
    left: Option<Box<Left>>,
    count: u64,
}

impl Reuse for Scratch {
    fn reset(&mut self) {
        // Nothing is let go: this is the leak.
    }

    fn capacity_bytes(&self) -> usize {
        0
    }
}

struct Leaking {
    pool: Pool<Scratch>,
}

impl Leaking {
    #[inline(never)]
    fn leave_a_reference(&self) {
        let mut scratch = self.pool.get();
        scratch.count += 1;
        scratch.left = Some(Box::new(Left {
            _before: scratch.left.take(),
            _number: scratch.count,
        }));
    }
}

impl Handler for Leaking {
    type Body<'h> = String;

    fn data(&self) -> String {
        self.leave_a_reference();
        Naive.data()
    }

    fn invoice(&self, body: &[u8]) -> Result<String, Rejection> {
        Naive.invoice(body)
    }

    fn rows(&self, rows: Rows<'_>) -> String {
        Naive.rows(rows)
    }

    fn reject(&self, rejection: &Rejection) -> String {
        Naive.reject(rejection)
    }
}

impl Served for Leaking {}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    admin::main_hook();
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let readiness = Readiness::default();
    let serving = Admin::bind(anywhere, None)?
        .readiness(readiness.clone())
        .runtime("service", runtime.handle())
        .serve()?;
    let leaking = Leaking {
        pool: Pool::new(Scratch::default),
    };
    runtime.block_on(async {
        let server = Server::bind(anywhere, leaking, Limits::default())?;
        println!("admin on http://{}", serving.local_addr());
        println!("listening on http://{}", server.address());
        readiness.ready();
        tokio::spawn(server.run(std::future::pending()));
        Ok::<_, server::ListenError>(())
    })?;
    io::stdin().read_to_end(&mut Vec::new())?;
    // What was left is one long chain; nothing waits for it to be taken apart.
    std::process::exit(0)
}
