//! Bakes the facts of the build into the executables, so that each can say what it is.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    let version = version
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .unwrap_or_default();
    // "rustc 1.95.0 (59807616e 2026-04-14)": the version is the second word.
    let version = version.split(' ').nth(1).unwrap_or("unknown").to_owned();
    let rustflags = env::var("CARGO_ENCODED_RUSTFLAGS")
        .unwrap_or_default()
        .replace('\u{1f}', " ");
    let variable = |name| env::var(name).unwrap_or_default();
    let mut profile = format!(
        "{}, opt-level {}",
        variable("PROFILE"),
        variable("OPT_LEVEL")
    );
    // The manifest's own settings are the commit's; those of the environment are said.
    for (name, value) in env::vars().filter(|(name, _)| name.starts_with("CARGO_PROFILE_")) {
        println!("cargo:rerun-if-env-changed={name}");
        profile += &format!(", {name}={value}");
    }
    println!("cargo:rustc-env=BUILD_RUSTC={version}");
    println!("cargo:rustc-env=BUILD_TARGET={}", variable("TARGET"));
    println!("cargo:rustc-env=BUILD_RUSTFLAGS={rustflags}");
    println!("cargo:rustc-env=BUILD_PROFILE={profile}");
}
