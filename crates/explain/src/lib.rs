//! Where a change of instructions comes from: the function, the line, the call.
//!
//! [`Records`] is what callgrind writes when each function is kept apart by its callers (`--separate-callers`) and each
//! instruction by its address (`--dump-instr=yes`). [`Symbols`] tells which source an address is of, what was inlined
//! included. Together they make a [`Tree`] of calls in which inlined functions stand like called ones, so that it does not
//! matter what the compiler inlined. [`explain`] lays two trees side by side.

#![forbid(unsafe_code)]

/// What callgrind has to be told: each instruction by its address, and each function apart by its callers, deeper than any
/// case calls.
pub const FLAGS: [&str; 2] = ["--dump-instr=yes", "--separate-callers=100"];

mod apportion;
mod blame;
mod items;
mod matching;
mod profile;
mod records;
mod sources;
mod stored;
mod symbols;
mod tree;
mod view;

pub use blame::{Explanation, Fault, LineChange, Part, explain};
pub use profile::Profile;
pub use records::{Called, Cost, Edge, Malformed, Records, RecordsError};
pub use sources::{Place, Sources};
pub use stored::{Profiles, ProfilesError, Unreadable};
pub use symbols::{Frame, Function, Roots, Source, Symbols, SymbolsError};
pub use tree::{Frames, Node, Tree};
