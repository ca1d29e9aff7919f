//! The CPU's profile: each thread is interrupted each time it has used so much processor time, and its stack noted.
//!
//! - [`ring`]: the queue between the interrupted threads and the admin port's
//! - [`rules`]: how to unwind the C library, which keeps no frame pointers
//! - [`signal`]: the handler, and a timer for each thread
//! - [`session`]: one profile, from its start to its end

mod ring;
mod rules;
mod session;
mod signal;

pub(crate) use session::{CpuError, profile};
