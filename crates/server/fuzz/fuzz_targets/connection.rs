//! A connection, and any bytes on it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use server_fuzz::properties::check_connection;

fuzz_target!(|bytes: &[u8]| check_connection(bytes));
