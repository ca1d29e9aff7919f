//! `server`: one of the handlers on a port.

#![forbid(unsafe_code)]

mod allocator;
mod database;
mod flags;
mod pools;
mod queries;
mod ratings;

use std::future::poll_fn;
use std::io;
use std::process::{self, ExitCode};
use std::task::Poll;

use admin::{Admin, BindError, Serving};
use anyhow::{Context, Result, anyhow};
use arena::Arena;
use clap::Parser;
use naive::Naive;
use pooled::Pooled;
use preallocated::{Exact, Preallocated, SerdeJson, SimdJson};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use server::cpus::Workers;
use server::{Behind, Limits, PREALLOCATED_ANSWERS, Served, Server, Service};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use flags::{Flags, Variant};

/// Descriptors that are no client's: the admin port's 64 connections, the standard streams, the listeners, the event queues, and
/// some to spare.
const OWN_DESCRIPTORS: u64 = 128;

/// Socket events that a worker takes from the kernel at a time. A request takes microseconds, less than to wake another worker for
/// it: a worker takes one, answers it, and leaves the next in the kernel for whoever is free, so that none waits behind a worker
/// that has lost its CPU. Under `wrk -t1 -c32` on 2 CPUs, in two series of five rounds in turns with the runtime's own 1024 and the
/// peer in Go, the 99th percentile was 0.28 and 0.32 of the peer's against 0.46 and 0.48, and the rate 2.27 and 2.01 against 2.02 and
/// 1.86. It costs those who share the service with clients that pipeline by the dozen: they got half as much.
const EVENTS_AT_A_TIME: usize = 1;

fn main() -> ExitCode {
    admin::main_hook();
    match run(&Flags::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: &Flags) -> Result<()> {
    if flags.environment {
        print!("{}", provenance::environment!(allocator::NAME));
        return Ok(());
    }
    let workers = flags
        .workers
        .map_or_else(Workers::of_this_process, Workers::asked);
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers.count.get())
        .thread_name("worker")
        .max_io_events_per_tick(EVENTS_AT_A_TIME)
        .enable_all()
        .build()
        .context("no runtime")?;
    if flags.database.fill {
        return flags.database.make(&runtime);
    }
    let behind = Behind {
        accounts: flags.database.accounts()?,
        ratings: flags.ratings.client()?,
    };
    println!("{workers}");
    let mut limits = flags.limits();
    if let Some(room) = descriptors().filter(|room| *room < limits.connections) {
        println!("{room} connections at a time: the limit on open files allows no more");
        limits.connections = room;
    }
    match flags.variant {
        Variant::Naive => serve(&runtime, flags, behind, Naive, limits),
        Variant::Pooled => serve(&runtime, flags, behind, Pooled::default(), limits),
        Variant::Arena => serve(&runtime, flags, behind, Arena::default(), limits),
        Variant::Preallocated => {
            let handler = Preallocated::<SerdeJson, Exact>::new(PREALLOCATED_ANSWERS);
            serve(&runtime, flags, behind, handler, limits)
        }
        Variant::PreallocatedSimd => {
            let handler = Preallocated::<SimdJson, Exact>::new(PREALLOCATED_ANSWERS);
            serve(&runtime, flags, behind, handler, limits)
        }
    }
}

fn serve<H: Served>(
    runtime: &Runtime,
    flags: &Flags,
    behind: Behind,
    handler: H,
    limits: Limits,
) -> Result<()> {
    let (running, admin) = runtime.block_on(async {
        let server = Server::of(Service::before(behind, handler, limits), flags.listen)?;
        let stop = asked_to_stop().context("cannot listen for signals")?;
        let admin = admin(flags, server.service(), runtime)?;
        if let Some(admin) = &admin {
            println!("admin on http://{}", admin.local_addr());
        }
        println!("listening on http://{}", server.address());
        // On a worker: what waits here would have to be woken across threads.
        Ok::<_, anyhow::Error>((tokio::spawn(server.run(stop)), admin))
    })?;
    let stopped = runtime.block_on(running).context("the service broke")?;
    drop(admin);
    if stopped.cut > 0 {
        eprintln!(
            "server: {} connections were cut in the middle of a request",
            stopped.cut
        );
    }
    Ok(())
}

/// The admin port, if there is to be one: on a thread of its own, until it is dropped.
fn admin<H: Served>(
    flags: &Flags,
    service: &Service<H>,
    runtime: &Runtime,
) -> Result<Option<Serving>> {
    let Some(address) = flags.admin() else {
        return Ok(None);
    };
    let bound = Admin::bind(address, flags.token()?);
    let admin = bound
        .map_err(|error| match error {
            BindError::NeedsToken(_) => {
                anyhow!("{error}, by --admin-token-file or --admin-token-env")
            }
            error @ BindError::Listen { .. } => error.into(),
        })
        .context("no admin port")?
        .activity(service.activity().clone())
        .readiness(service.readiness().clone())
        .runtime("service", runtime.handle())
        .collector(pools::collector(service.clone()))
        .collector(queries::collector(service.clone()))
        .collector(ratings::collector(service.clone()))
        .serve()
        .context("no thread for the admin port")?;
    Ok(Some(admin))
}

/// Returns at the first SIGTERM or SIGINT; the second ends the process at once.
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut signals = Signals {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    };
    Ok(async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            eprintln!("server: asked twice");
            process::exit(1);
        });
    })
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) {
        poll_fn(|cx| {
            // Both are asked, so that both wake this task.
            let terminate = self.terminate.poll_recv(cx);
            let interrupt = self.interrupt.poll_recv(cx);
            if terminate.is_ready() || interrupt.is_ready() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

/// Takes all the descriptors that the process may have, and says how many connections they are enough for.
fn descriptors() -> Option<usize> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() {
        limit.maximum
    } else {
        limit.current
    };
    current.map(|files| {
        usize::try_from(files.saturating_sub(OWN_DESCRIPTORS))
            .unwrap_or(usize::MAX)
            .max(1)
    })
}
