//! Names of criterion's as names of benchmarks: two names that differ stay apart.

#![no_main]

use benchfmt::import::{Recording, criterion};
use benchfmt_fuzz::check_import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|names: (&str, &str)| {
    let [a, b] = [names.0, names.1].map(recording);
    assert_eq!(names.0 == names.1, a.name == b.name);
    check_import(Ok(a));
    check_import(Ok(b));
});

fn recording(name: &str) -> Recording {
    let mut benchmark = String::from("{\"full_id\":\"");
    for unit in name.encode_utf16() {
        benchmark.push_str(&format!("\\u{unit:04x}"));
    }
    benchmark.push_str("\"}");
    let sample = br#"{"iters":[1],"times":[1]}"#;
    criterion::parse(benchmark.as_bytes(), sample).expect("the name is JSON, and not too long")
}
