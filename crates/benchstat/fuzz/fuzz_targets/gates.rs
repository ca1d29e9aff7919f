//! Files of gates, on any text: every row of two equal inputs is judged, and none fails.

#![no_main]

use benchstat_fuzz::properties::check_gates;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| check_gates(text));
