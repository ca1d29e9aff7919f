//! What an executable says of its own build, and of the processor that it sees.

/// `key: value` lines: the build, from the build script, and the processor's features as this process sees them, which
/// under valgrind are fewer.
pub fn environment() -> String {
    provenance::environment!("system")
}
