//! callgrind's own output: the functions' costs are the total.

#![no_main]

use benchfmt::import::callgrind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| match callgrind::parse(text) {
    Ok(profile) => {
        let costs = profile.functions.iter().map(|found| found.instructions);
        assert_eq!(costs.sum::<u64>(), profile.total);
        for function in &profile.functions {
            let lines = function.lines.iter().map(|line| line.instructions);
            assert_eq!(lines.sum::<u64>(), function.instructions);
        }
    }
    Err(error) => {
        let message = error.to_string();
        assert!(!message.contains(char::is_control), "{message:?}");
    }
});
