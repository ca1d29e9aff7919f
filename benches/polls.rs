//! Polls and wakes of the server's futures: what a request on an open connection takes. The results are lines of the Go benchmark
//! format.

use std::process::ExitCode;

use benches::{Arguments, Mode, Results};
use polls::Case;

/// Requests a measurement, so that what happens every second time is seen.
const REQUESTS: u64 = 8;

/// What the units are: exact counters, of which less is better.
const UNITS: &str = "\
Unit polls/req assume=exact better=lower
Unit wakes/req assume=exact better=lower
";

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    let mut cases = arguments.choose(polls::all(), Case::name);
    match &arguments.mode {
        Mode::List => cases
            .iter()
            .for_each(|case| println!("{}\tgate", case.name())),
        Mode::Environment => print!("{}", benches::environment()),
        Mode::Check => {
            for case in &cases {
                case.measure(1);
            }
        }
        Mode::One(name) => {
            cases.retain(|case| case.name() == name);
            print!("{UNITS}{}", lines(&cases));
        }
        Mode::Measure => {
            if let Err(error) = measure(&cases) {
                eprintln!("polls: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn measure(cases: &[Case]) -> Result<(), String> {
    let text = format!("{UNITS}{}", lines(cases));
    let Some(results) = Results::asked_for() else {
        print!("{text}");
        return Ok(());
    };
    results
        .append_text(text.as_bytes())
        .map_err(|error| error.to_string())
}

fn lines(cases: &[Case]) -> String {
    let a_request = |count: u64| count as f64 / REQUESTS as f64;
    let line = |case: &Case| {
        let counts = case.measure(REQUESTS);
        format!(
            "Benchmark{} {REQUESTS} {} polls/req {} wakes/req\n",
            case.name(),
            a_request(counts.polls),
            a_request(counts.wakes),
        )
    };
    cases.iter().map(line).collect()
}
