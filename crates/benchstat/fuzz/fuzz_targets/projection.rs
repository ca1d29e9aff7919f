//! The projection language, on any text: the same keys wherever a projection is put.

#![no_main]

use benchstat_fuzz::properties::check_projection;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| check_projection(text));
