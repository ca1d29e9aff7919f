//! What criterion writes: `NAME/new/benchmark.json` and `NAME/new/sample.json`, and the same
//! under the name of a baseline instead of `new`.
//!
//! Read from the source of criterion 0.8 (`lib.rs`, `report.rs`, `analysis/mod.rs`). The
//! benchmark's name is `full_id`: the folder's is cut at 64 bytes, and its slashes are replaced.
//! `times` are totals for `iters`, in either sampling mode. No file says in which unit; this is
//! criterion's own clock, so nanoseconds, and a custom measurement is taken for them as well.

use serde::Deserialize;

use super::error::Defect;
use super::json::{Amount, Iterations, parse as parse_json};
use super::name::encode;
use super::recording::{Content, Recording, Sample, Tool};

/// The name of the folder that holds the last run.
pub const NEW: &str = "new";

pub(super) const BENCHMARK_FILE: &str = "benchmark.json";
pub(super) const SAMPLE_FILE: &str = "sample.json";

#[derive(Deserialize)]
#[serde(expecting = "criterion's benchmark.json")]
struct BenchmarkFile {
    full_id: String,
}

#[derive(Deserialize)]
#[serde(expecting = "criterion's sample.json")]
struct SampleFile {
    iters: Vec<Iterations>,
    times: Vec<Amount>,
}

/// A run from the content of its two files.
///
/// # Errors
///
/// If one of them is not what criterion writes, or there are no samples. A caller who wants to
/// say which of the files is wrong parses them with [`parse_name`] and [`parse_samples`].
pub fn parse(benchmark: &[u8], sample: &[u8]) -> Result<Recording, Defect> {
    Ok(recording(parse_name(benchmark)?, parse_samples(sample)?))
}

pub(super) fn recording(name: String, samples: Vec<Sample>) -> Recording {
    Recording {
        tool: Tool::Criterion,
        name,
        command: None,
        content: Content::Samples(samples),
    }
}

/// The benchmark's name, from the content of `benchmark.json`.
///
/// # Errors
///
/// If that is not what criterion writes, or the name is too long.
pub fn parse_name(benchmark: &[u8]) -> Result<String, Defect> {
    let file: BenchmarkFile = parse_json(benchmark)?;
    encode(file.full_id.as_bytes())
}

/// The samples, from the content of `sample.json`; at least one.
///
/// # Errors
///
/// If that is not what criterion writes: a time that is negative, an iteration count that is not
/// a whole number from 1 on, more of one than of the other, none at all.
pub fn parse_samples(sample: &[u8]) -> Result<Vec<Sample>, Defect> {
    let SampleFile { iters, times } = parse_json(sample)?;
    if iters.len() != times.len() {
        return Err(Defect::Lengths {
            iters: iters.len(),
            times: times.len(),
        });
    }
    if iters.is_empty() {
        return Err(Defect::NoSamples);
    }
    iters
        .iter()
        .try_fold(0_i64, |sum, iterations| sum.checked_add(iterations.0))
        .ok_or(Defect::TooManyIterations)?;
    let sample = |(iterations, time): (Iterations, Amount)| Sample {
        iterations: iterations.0,
        nanoseconds: time.0,
    };
    Ok(iters.into_iter().zip(times).map(sample).collect())
}
