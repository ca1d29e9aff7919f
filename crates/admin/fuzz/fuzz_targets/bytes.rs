//! The port, on any bytes.

#![no_main]

use admin_fuzz::properties::check_bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check_bytes(bytes));
