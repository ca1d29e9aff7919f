//! callgrind's own output: the parts add up to the total.

#![no_main]

use benchfmt_fuzz::properties::check_callgrind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| check_callgrind(text));
