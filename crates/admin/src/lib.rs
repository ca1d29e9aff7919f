//! An admin port for a service on tokio: what Go gives with `import _ "net/http/pprof"`, and metrics and health beside it.
//!
//! The port has a thread and a runtime of its own, so it answers while the service is saturated.
//!
//! | path | what |
//! | --- | --- |
//! | `/debug/pprof/` | an index page |
//! | `/debug/pprof/profile?seconds=&frequency=` | CPU profile, gzipped pprof protobuf; 1 to 60 s, up to 1000 Hz |
//! | `/debug/pprof/heap`, `/debug/pprof/allocs` | live bytes and objects; everything allocated since the start; `?seconds=` for a difference |
//! | `/debug/pprof/tasks`, `/debug/pprof/goroutine` | the connections and tasks now in flight, what each waits for and for how long |
//! | `/debug/pprof/trace?seconds=` | a timeline of requests, tasks and waits that <https://ui.perfetto.dev> opens |
//! | `/debug/pprof/cmdline` | the command line, its arguments separated by NUL |
//! | `/metrics` | OpenMetrics text |
//! | `/healthz`, `/readyz` | alive; accepting |
//!
//! A service tells what it does through [`Activity`], and starts the port with [`Admin`]:
//!
//! ```
//! use admin::{Activity, Admin, Names, Readiness, Route, State};
//!
//! const DATA: Route = Route::nth(0);
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let activity = Activity::new(Names { routes: &["GET /data"], waits: &[] });
//! let readiness = Readiness::default();
//! let admin = Admin::bind("127.0.0.1:0".parse()?, None)?
//!     .activity(activity.clone())
//!     .readiness(readiness.clone())
//!     .serve()?;
//! readiness.ready();
//!
//! // For each connection, and on it for each request:
//! let connection = activity.connection("127.0.0.1:50000".parse()?);
//! connection.enter(State::ReadingHead);
//! let mut request = connection.request(DATA);
//! request.enter(State::WritingAnswer);
//! request.answered(200);
//! drop(request);
//! # drop(admin);
//! # Ok(())
//! # }
//! ```

//! # Profiles
//!
//! They are pprof's: `go tool pprof http://127.0.0.1:6060/debug/pprof/profile` needs no flag. `?format=flamegraph` gives an SVG,
//! `?format=top` a table. One profile is taken at a time in a process: a second request is answered with 409 and who holds it.
//! A profile whose client leaves ends.
//!
//! - **CPU**: each thread has a timer on its own processor time, whose signal has a handler note the stack. Frame pointers lead
//!   through it, so build with `-C force-frame-pointers=yes`; the C library keeps none and is unwound by its own tables. The
//!   handler allocates nothing and takes no lock, and has the kernel read what a pointer points to. The kernel looks at
//!   such timers at its ticks; at a frequency above theirs, samples weigh more instead. On x86-64 Linux alone.
//! - **Heap**: [`Sampling`] wraps the program's allocator, whichever it is.
//! - **Tasks, trace**: what the service told its [`Activity`].
//!
//! Names and lines come from the program's debug information: `debug = "limited"` in the profile that it is built with, since
//! with `"line-tables-only"` inlined functions lose their paths. They are sought in a short-lived child of the same executable,
//! so [`main_hook`] comes first in `main`.
//!
//! # What it costs
//!
//! With no profile being taken: what [`Activity`] adds to a request, and what [`Sampling`] adds to an allocation. After `cargo
//! build --package admin --release --examples`, `cargo test --package admin --release --test cost -- --nocapture` counts the
//! latter with callgrind and printed, on x86-64 Linux with the C library's allocator,
//!
//! ```text
//! 64 bytes allocated and freed: 146.00 instructions, sampled 163.34: 17.34 more
//! ```
//!
//! [`Sampling`] keeps what it has sampled for as long as the process lives: up to 65,536 different stacks, at about 1 KB
//! each, and an entry for each sample that is alive. It resizes an allocation that becomes a sampled one, or ceases to be
//! one, by allocating, copying and freeing; one that is sampled before and after, as nearly all of some megabytes are, is
//! resized by the wrapped allocator.
//!
//! The first CPU profile leaves a ring of 128 samples a core, at 1 KB each, and the C library's unwinding tables, at 8 bytes a
//! row; what the child does leaves nothing. `PROFILES=200 cargo test --package admin --release --test soak -- --nocapture`,
//! which takes CPU and heap profiles in turns of a program that has two cores busy and keeps 13 MB, printed
//!
//! ```text
//! resident: 17.7 MB before, 19.0 MB after the first of each kind, 19.4 MB after 200 more, of which 2 are empty
//! ```

mod access;
mod activity;
mod body;
mod cpu;
mod endpoint;
mod events;
mod heap;
mod holder;
mod hook;
mod index;
mod metrics;
mod openmetrics;
mod process;
mod query;
mod readiness;
mod runtime;
mod serve;
mod slot;
mod socket;
mod stack;
mod tasks;
mod trace;
mod traffic;

pub use access::{BindError, Token, TokenError};
pub use activity::{Activity, Connection, Names, Request, Task};
pub use heap::Sampling;
pub use hook::main_hook;
pub use metrics::Collector;
pub use openmetrics::{Families, Family, Kind, Number};
pub use readiness::Readiness;
pub use serve::{Admin, Serving};
pub use slot::{Route, State, Wait};
