//! Summaries of iai-callgrind and gungraun.

#![no_main]

use benchfmt::import::iai_callgrind;
use benchfmt_fuzz::properties::check_import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| check_import(iai_callgrind::parse(text)));
