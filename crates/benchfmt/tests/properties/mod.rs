//! What holds for any input. The tests beside it try random inputs, and `fuzz` tries those that a fuzzer finds.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test uses some of them, and a fuzz target the others"
)]

#[cfg(feature = "import")]
mod import;
mod reading;

#[cfg(feature = "import")]
pub use import::{check_callgrind, check_import};
pub use reading::{assert_reads_back, check_reader};

/// Checks that a terminal shows a message on one line and obeys nothing in it.
fn assert_printable(message: &str) {
    assert!(!message.contains(char::is_control), "{message:?}");
}
