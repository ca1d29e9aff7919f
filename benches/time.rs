//! Wall time, by criterion.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use benches::{Arguments, Mode, Results};
use benchfmt::import::Recording;
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
        // One measurement a case and process: the median over criterion's samples.
        let recordings = results.recordings()?;
        results.append(recordings.iter().map(Recording::summary), &[])
    })
}
