//! Allocations, by dhat. Each case is measured in a process of its own, so that none sees what another left behind; the
//! results are lines of the Go benchmark format.

use std::env;
use std::fmt::Display;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use benches::{Arguments, Mode, Results};
use cases::{Case, Kind};
use dhat::{HeapStats, Profiler};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Operations a measurement, so that what happens every second time is seen.
const OPERATIONS: u64 = 8;

/// What the units are: exact counters, of which less is better.
const UNITS: &str = "\
Unit allocs/op assume=exact better=lower
Unit B/op assume=exact better=lower
Unit peak-B assume=exact better=lower
Unit retained-B assume=exact better=lower
";

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    let cases = arguments.select(Kind::Allocations);
    match arguments.mode {
        Mode::List => cases.iter().for_each(benches::print_listed),
        Mode::Environment => print!("{}", benches::environment()),
        Mode::Check => cases.iter().for_each(|case| drop(case.prepare())),
        Mode::One(name) => measure(&Arguments::one(&name)),
        Mode::Measure => {
            if let Err(error) = measure_all(&cases) {
                eprintln!("allocs: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Measures the cases one after the other, and puts their lines where results were asked for, else on standard output.
fn measure_all(cases: &[Case]) -> Result<(), String> {
    let results = Results::asked_for();
    let put = |lines: &str| {
        let Some(results) = &results else {
            print!("{lines}");
            return Ok(());
        };
        results
            .append_text(lines.as_bytes())
            .map_err(|error| error.to_string())
    };
    put(UNITS)?;
    cases.iter().try_for_each(|case| put(&lines_of(case)?))
}

/// Measures a case in a process of its own.
fn lines_of(case: &Case) -> Result<String, String> {
    let failed = |error: &dyn Display| format!("{}: {error}", case.name());
    let program = env::current_exe().map_err(|error| failed(&error))?;
    let output = Command::new(program)
        .args(["--measure-case", case.name()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&format!(
            "{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(&error))
}

fn measure(case: &Case) {
    // From before there is a handler: what it holds between operations.
    let mut profiler = None;
    let mut operation =
        case.prepare_watched(&mut || profiler = Some(Profiler::builder().testing().build()));
    let retained = HeapStats::get().curr_bytes - operation.bytes();
    drop(profiler);

    for _ in 0..2 {
        let profiler = Profiler::builder().testing().build();
        operation.run(OPERATIONS);
        let stats = HeapStats::get();
        drop(profiler);
        let an_operation = |count: u64| count as f64 / OPERATIONS as f64;
        println!(
            "Benchmark{} {OPERATIONS} {} allocs/op {} B/op {} peak-B {retained} retained-B",
            case.name(),
            an_operation(stats.total_blocks),
            an_operation(stats.total_bytes),
            retained + stats.max_bytes,
        );
    }

    // For the DHAT viewer: one operation, with the stack of each allocation.
    let folder = folder(case);
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let profiler = Profiler::builder()
        .file_name(folder.join("dhat-heap.json"))
        .build();
    operation.run(1);
    drop(profiler);
}

/// `target/dhat/` and the case's name, or below `DHAT_HOME`.
fn folder(case: &Case) -> PathBuf {
    let home = env::var_os("DHAT_HOME").map_or_else(
        || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("dhat"),
        PathBuf::from,
    );
    home.join(case.name())
}
