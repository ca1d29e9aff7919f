//! What decides what is built, besides the source.

use std::io;
use std::process::{Command, Stdio};

/// The compiler, and flags from the environment: builds by others are not used again.
///
/// # Errors
///
/// If the compiler does not say its version.
pub fn toolchain() -> io::Result<String> {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .arg("--version")
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "rustc --version: {}",
            output.status
        )));
    }
    let version = String::from_utf8_lossy(&output.stdout);
    let mut toolchain = version.trim().trim_start_matches("rustc ").to_owned();
    for (variable, value) in std::env::vars() {
        if variable.ends_with("RUSTFLAGS") || variable.starts_with("CARGO_PROFILE_") {
            toolchain += &format!(" {variable}={value}");
        }
    }
    Ok(toolchain)
}
