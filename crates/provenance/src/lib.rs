//! What an executable says of its own build, and of the processor that it sees: what must agree before its results may be
//! compared with another's.
//!
//! A package's build script calls [`emit`], and the package's code [`environment!`](crate::environment).

#![forbid(unsafe_code)]

use std::env;
use std::process::Command;

/// Bakes the facts of the build into the package whose build script this is.
pub fn emit() {
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

/// `key: value` lines, as a `String`: the build, from the build script, the allocator that is named, and the processor's
/// features as this process sees them, which under valgrind are fewer.
#[macro_export]
macro_rules! environment {
    ($allocator:expr) => {
        format!(
            "rustc: {}\ntarget: {}\nrustflags: {}\nprofile: {}\nallocator: {}\ncpu-features: {}\n",
            env!("BUILD_RUSTC"),
            env!("BUILD_TARGET"),
            env!("BUILD_RUSTFLAGS"),
            env!("BUILD_PROFILE"),
            $allocator,
            $crate::cpu_features().join(" ")
        )
    };
}

/// The features by which the C library and the parsers choose among routines.
#[cfg(target_arch = "x86_64")]
pub fn cpu_features() -> Vec<&'static str> {
    let features = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("popcnt", is_x86_feature_detected!("popcnt")),
        ("pclmulqdq", is_x86_feature_detected!("pclmulqdq")),
        ("avx", is_x86_feature_detected!("avx")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("bmi2", is_x86_feature_detected!("bmi2")),
        ("lzcnt", is_x86_feature_detected!("lzcnt")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
    ];
    features
        .into_iter()
        .filter_map(|(name, seen)| seen.then_some(name))
        .collect()
}

/// The features by which the C library and the parsers choose among routines.
#[cfg(not(target_arch = "x86_64"))]
pub fn cpu_features() -> Vec<&'static str> {
    Vec::new()
}
