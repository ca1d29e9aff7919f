//! Heap profiles of dhat and valgrind's DHAT.

#![no_main]

use benchfmt::import::dhat;
use benchfmt_fuzz::properties::check_import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| check_import(dhat::parse(text)));
