//! What an executable says of its own build, and of the processor that it sees.

/// `key: value` lines: the build, from the build script, and the processor's features as this process sees them, which
/// under valgrind are fewer.
pub fn environment() -> String {
    format!(
        "rustc: {}\ntarget: {}\nrustflags: {}\nprofile: {}\nallocator: system\ncpu-features: {}\n",
        env!("BUILD_RUSTC"),
        env!("BUILD_TARGET"),
        env!("BUILD_RUSTFLAGS"),
        env!("BUILD_PROFILE"),
        cpu_features().join(" ")
    )
}

/// The features by which the C library and the parsers choose among routines.
#[cfg(target_arch = "x86_64")]
fn cpu_features() -> Vec<&'static str> {
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

#[cfg(not(target_arch = "x86_64"))]
fn cpu_features() -> Vec<&'static str> {
    Vec::new()
}
