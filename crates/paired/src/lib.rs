//! Two builds of the same benchmarks: that of the working tree, and that of a revision.
//!
//! [`build`] makes the executables of a package's bench targets. [`Revisions`] does it for a revision of the repository, or
//! for the working tree as a commit, and keeps what it built; the working tree stays as it is.
//!
//! [`Target`] makes a bench target of a list of cases, for any crate. [`measure_pair`] starts two builds of it on one core,
//! lets them take turns, and says how much longer the one takes than the other. [`Sampling`] does so for all cases of two
//! commits, on as many layouts as the [`procedure`] asks for.

#![forbid(unsafe_code)]

mod block;
mod build;
pub mod calibration;
mod child;
mod digest;
mod disturbance;
mod git;
mod invocation;
mod layout;
mod link;
mod pair;
mod pin;
pub mod procedure;
mod program;
mod protocol;
mod results;
mod revision;
mod row;
mod sampling;
mod serve;
mod served;
mod settings;
mod side;
mod snapshot;
mod target;
mod toolchain;
mod turns;
mod workshop;

pub use build::{BuildError, Executables, build};
pub use digest::Digest;
pub use disturbance::{Disturbance, Disturbing, UnknownDisturbance};
pub use layout::Linked;
pub use pair::{PairError, PairMeasurement, cases, measure_pair};
pub use pin::Core;
pub use procedure::Stage;
pub use results::{CPU_TIME, WALL_TIME, seconds_of, text_of};
pub use revision::{Commit, RevisionError, Revisions};
pub use row::{PairRow, Place, RowError};
pub use sampling::{Progress, Sampled, Sampling, SamplingError, limits};
pub use served::{Fault, TargetError};
pub use settings::Settings;
pub use side::{Side, Sides};
pub use target::{Prepared, Target};
pub use toolchain::toolchain;
