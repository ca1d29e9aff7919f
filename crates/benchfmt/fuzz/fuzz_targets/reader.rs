//! The reader, on any text; and the writer, on what it read.

#![no_main]

use benchfmt_fuzz::properties::check_reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| check_reader(text));
