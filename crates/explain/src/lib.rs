//! Where a change of instructions comes from: the function, the line, the call.
//!
//! [`Records`] is what callgrind writes when each function is kept apart by its callers (`--separate-callers`) and each
//! instruction by its address (`--dump-instr=yes`). [`Symbols`] tells which source an address is of, what was inlined
//! included. Together they make a [`Tree`] of calls in which inlined functions stand like called ones, so that it does not
//! matter what the compiler inlined. [`explain`] lays two trees side by side, and [`flame()`] draws them.

#![forbid(unsafe_code)]

mod apportion;
mod blame;
mod flame;
mod lines;
mod own;
mod records;
mod symbols;
mod text;
mod tree;

pub use blame::{Explanation, Fault, LineChange, Part, explain};
pub use flame::flame;
pub use lines::Lines;
pub use records::{Called, Cost, Edge, Malformed, Records, RecordsError};
pub use symbols::{Frame, Function, Roots, Symbols, SymbolsError};
pub use tree::{Node, Tree};
