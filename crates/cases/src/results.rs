//! Sample results: the same for every case of a size, and like what a run of benchmarks prints.

use std::fmt::Write as _;

use crate::random::Random;

/// A result: its name, and its value in nanoseconds, which is whole and has four digits.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) nanoseconds: u32,
}

/// So many different names of benchmarks, with sizes and variants in them.
pub(crate) fn names(count: usize) -> Vec<String> {
    const BASES: [&str; 5] = ["Parse", "Encode", "Sort", "Copy", "Hash"];
    const VARIANTS: [&str; 3] = ["naive", "pooled", "arena"];
    (0..count)
        .map(|at| {
            let (base, variant) = (BASES[at % BASES.len()], VARIANTS[at % VARIANTS.len()]);
            format!("{base}/size={}/variant={variant}", 16 * (at + 1))
        })
        .collect()
}

/// So many runs of the benchmarks of these names, all of them in each run. Two seeds give two samples of the same
/// benchmarks, up to a twentieth apart.
pub(crate) fn runs(names: &[String], runs: usize, seed: u64) -> Vec<Sample> {
    let mut random = Random::new(seed);
    let mut samples = Vec::with_capacity(runs * names.len());
    for _ in 0..runs {
        for (at, name) in names.iter().enumerate() {
            let typical = 1000 + at * 7919 % 8000;
            samples.push(Sample {
                name: name.clone(),
                nanoseconds: (typical + random.below(typical / 20)) as u32,
            });
        }
    }
    samples
}

/// The results as a file in the Go benchmark format; `rest` is put behind the time of each.
pub(crate) fn text(samples: &[Sample], rest: &str) -> Vec<u8> {
    let mut text = String::from(
        "goos: linux\ngoarch: amd64\npkg: example/shop\ncpu: A processor of some kind @ 2.50GHz\n",
    );
    for Sample { name, nanoseconds } in samples {
        writeln!(
            text,
            "Benchmark{name}-8   \t  200000\t      {nanoseconds} ns/op{rest}"
        )
        .expect("a string takes any text");
    }
    text.push_str("PASS\nok  \texample/shop\t12.345s\n");
    text.into_bytes()
}
