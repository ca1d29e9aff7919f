//! Work that a short-lived child of the same program does.

/// To be called first thing in `main`, before any thread is started.
///
/// Profiles are symbolised in a child process that runs the same executable, so that the debug information that is mapped
/// and what is made of it never stay in the service. In that child this function does the work and ends the process; in
/// any other process it returns at once. A program that does not call it symbolises its profiles in the service itself.
pub fn main_hook() {}
