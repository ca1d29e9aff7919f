//! Names of criterion's as names of benchmarks: two names that differ stay apart.

#![no_main]

use benchfmt::import::{Defect, Recording, criterion};
use benchfmt_fuzz::properties::check_import;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|names: (&str, &str)| {
    if let (Ok(a), Ok(b)) = (recording(names.0), recording(names.1)) {
        assert_eq!(names.0 == names.1, a.name == b.name);
        check_import(Ok(a));
        check_import(Ok(b));
    }
});

fn recording(name: &str) -> Result<Recording, Defect> {
    let mut benchmark = String::from("{\"full_id\":\"");
    for unit in name.encode_utf16() {
        benchmark.push_str(&format!("\\u{unit:04x}"));
    }
    benchmark.push_str("\"}");
    let sample = br#"{"iters":[1],"times":[1]}"#;
    criterion::parse(benchmark.as_bytes(), sample)
}
