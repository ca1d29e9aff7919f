//! What the fuzz target checks: any bytes on the port are answered, or the connection is closed.
//!
//! `cargo fuzz run bytes`, in the folder above; on a stable toolchain with `RUSTC_BOOTSTRAP=1`.

#![forbid(unsafe_code)]

#[path = "../../tests/properties/mod.rs"]
pub mod properties;
