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
