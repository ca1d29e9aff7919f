//! What the fuzz target checks: no panic, no hang, and the property that the crate's own tests try on random inputs.
//!
//! `cargo fuzz run connection`, in the folder above; on a stable toolchain with `RUSTC_BOOTSTRAP=1`.
//! `corpus/` holds what earlier runs found, one input for each path through the code.

#![forbid(unsafe_code)]

#[path = "../../tests/properties/mod.rs"]
pub mod properties;
