//! What the fuzz targets check: no panic, no hang, and the properties that the crate's own tests try on random inputs.
//!
//! `cargo fuzz run reader`, in the folder above; on a stable toolchain with `RUSTC_BOOTSTRAP=1`.
//! `corpus/` holds what earlier runs found, one input for each path through the code.

#![forbid(unsafe_code)]

#[path = "../../tests/properties/mod.rs"]
pub mod properties;
