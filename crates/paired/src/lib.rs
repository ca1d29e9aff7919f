//! Two builds of the same benchmarks: that of the working tree, and that of a revision.
//!
//! [`build`] makes the executables of a package's bench targets. [`Revisions`] does it for a revision of the repository, in
//! a worktree of git's, and keeps what it built. The working tree stays as it is.

#![forbid(unsafe_code)]

mod build;
pub mod procedure;
mod revision;

pub use build::{BuildError, Executables, build};
pub use revision::{Commit, RevisionError, Revisions};
