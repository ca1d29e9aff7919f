//! The filter language, on any text: what a filter keeps and what its negation keeps are everything.

#![no_main]

use benchstat_fuzz::properties::check_filter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| check_filter(text));
