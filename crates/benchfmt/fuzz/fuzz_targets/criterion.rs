//! criterion's two files, with a line of `---` between them.

#![no_main]

use benchfmt::import::criterion;
use benchfmt_fuzz::properties::check_import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    const BETWEEN: &[u8] = b"\n---\n";
    let at = text
        .windows(BETWEEN.len())
        .position(|window| window == BETWEEN);
    if let Some(at) = at {
        check_import(criterion::parse(&text[..at], &text[at + BETWEEN.len()..]));
    }
});
