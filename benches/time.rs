//! Wall time, by criterion.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use benches::{Arguments, Mode, Results};
use cases::Kind;
use criterion::Criterion;

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    match arguments.mode {
        Mode::List => arguments
            .select(Kind::Time)
            .iter()
            .for_each(benches::print_listed),
        Mode::Environment => print!("{}", benches::environment()),
        Mode::Check | Mode::Measure | Mode::One(_) => {
            if let Err(error) = measure(&arguments) {
                eprintln!("time: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn measure(arguments: &Arguments) -> Result<(), String> {
    // Short: samples within a process are not independent, so more of them buy little. `cargo xtask bench` starts more
    // processes instead.
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    let results = Results::asked_for();
    if let Some(results) = &results {
        criterion = criterion.output_directory(&results.folder());
    }
    for case in arguments.select(Kind::Time) {
        criterion.bench_function(case.name(), |bencher| {
            let mut operation = case.prepare();
            bencher.iter_custom(|times| {
                let start = Instant::now();
                operation.run(times);
                start.elapsed()
            });
        });
    }
    criterion.final_summary();
    results.map_or(Ok(()), |results| {
        results.append(&samples::lines(&results.folder())?)
    })
}

mod samples {
    use std::fs;
    use std::path::Path;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    #[derive(Deserialize)]
    struct Benchmark {
        full_id: String,
    }

    #[derive(Deserialize)]
    struct Sample {
        iters: Vec<f64>,
        times: Vec<f64>,
    }

    /// A line for each benchmark in criterion's folder: the median of the times that an operation took, since a few
    /// samples of a process are always disturbed.
    pub(super) fn lines(home: &Path) -> Result<String, String> {
        let mut lines = String::new();
        let mut folders = vec![home.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries =
                fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            folders.extend(
                entries
                    .flatten()
                    .map(|entry| entry.path())
                    .filter(|path| path.is_dir()),
            );
            if folder.ends_with("new") {
                let benchmark: Benchmark = read(&folder.join("benchmark.json"))?;
                let sample: Sample = read(&folder.join("sample.json"))?;
                let mut times: Vec<f64> = sample
                    .times
                    .iter()
                    .zip(&sample.iters)
                    .map(|(time, n)| time / n)
                    .collect();
                times.sort_by(f64::total_cmp);
                let iterations: f64 = sample.iters.iter().sum();
                lines += &format!(
                    "Benchmark{} {iterations} {} ns/op\n",
                    benchmark.full_id,
                    times[times.len() / 2]
                );
            }
        }
        Ok(lines)
    }

    fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
        let read = || -> Result<T, Box<dyn std::error::Error>> {
            Ok(serde_json::from_slice(&fs::read(path)?)?)
        };
        read().map_err(|error| format!("{}: {error}", path.display()))
    }
}
