//! Profiles in pprof's format: made of sampled [stacks](Stacks), given names and lines, written, read, and shown.
//!
//! The format is a protocol buffer, gzipped: <https://github.com/google/pprof/blob/main/proto/profile.proto>. What `go tool
//! pprof` reads is what [`Profile::write`] gives.

#![forbid(unsafe_code)]

mod fetch;
mod flame;
mod frames;
mod library;
mod maps;
mod named;
mod profile;
mod proto;
mod stacks;
mod strings;
mod symbols;
mod top;

pub use fetch::{FetchError, fetch};
pub use frames::Frame;
pub use maps::{Mapped, find, read as read_maps};
pub use profile::{Malformed, Profile};
pub use stacks::{Sampled, Stacks, Unit};
pub use top::{Row, Top};
