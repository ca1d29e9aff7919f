//! The reader, on any text; and the writer, on what it read.

#![no_main]

use benchfmt_fuzz::{assert_reads_back, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| assert_reads_back(&read(text)));
