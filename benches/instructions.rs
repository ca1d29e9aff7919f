//! Instructions, by callgrind through iai-callgrind. The measured program is this one, started with the name of a case.

use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use benches::{Arguments, CASES_VARIABLE, Mode, Results};
use cases::{Case, Kind, Operation};

/// Set for the process that hands the cases to iai-callgrind.
const SUITE_VARIABLE: &str = "HANDLERBENCH_SUITE";

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    if let Mode::One(name) = arguments.mode {
        return measure(name);
    }
    // iai-callgrind starts its own targets with this argument first.
    let iai_run = env::args()
        .nth(1)
        .is_some_and(|argument| argument == "--iai-run");
    if iai_run || env::var_os(SUITE_VARIABLE).is_some() {
        suite::run();
        return ExitCode::SUCCESS;
    }
    let cases = arguments.select(Kind::Instructions);
    match arguments.mode {
        Mode::List => cases.iter().for_each(benches::print_listed),
        Mode::Environment => print!("{}", benches::environment()),
        Mode::Check => cases.iter().for_each(|case| drop(case.prepare())),
        Mode::Measure if cases.is_empty() => {}
        Mode::Measure if valgrind_is_there() => {
            if let Err(error) = measure_all(&cases) {
                eprintln!("instructions: {error}");
                return ExitCode::FAILURE;
            }
        }
        Mode::Measure | Mode::One(_) => {
            eprintln!(
                "instructions: skipped, valgrind is not installed (Debian, Ubuntu: apt-get install valgrind)"
            );
        }
    }
    ExitCode::SUCCESS
}

/// Hands the cases to iai-callgrind in a process of its own: it reads the process's arguments, and refuses criterion's.
/// Its own options are taken from its environment variables (`IAI_CALLGRIND_...`).
fn measure_all(cases: &[Case]) -> Result<(), String> {
    let results = Results::asked_for();
    let names: Vec<_> = cases.iter().map(Case::name).collect();
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let mut suite = Command::new(program);
    suite.args(["--bench", "--save-summary=json"]);
    suite
        .env(CASES_VARIABLE, names.join("\n"))
        .env(SUITE_VARIABLE, "1");
    // It takes the name of the package whose process started this one for a folder's.
    suite.env("CARGO_PKG_NAME", env!("CARGO_PKG_NAME"));
    if let Some(results) = &results {
        suite.env("IAI_CALLGRIND_HOME", results.folder());
    }
    let status = suite.status().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("iai-callgrind: {status}"));
    }
    let Some(results) = results else {
        return Ok(());
    };
    results.append("Unit instructions/op assume=exact better=lower\n")?;
    for case in cases {
        let instructions = summary::instructions(&results.folder(), &suite::id(case.name()))?;
        results.append(&format!(
            "Benchmark{} 1 {instructions} instructions/op\n",
            case.name()
        ))?;
    }
    Ok(())
}

/// Runs a case on a thread of its own. The main thread's stack and heap begin where the program's path and arguments
/// end, and routines that copy or search memory take a few instructions more or less with its alignment; a thread's
/// begin at the start of a page. So the same executable counts the same wherever it stands.
fn measure(name: String) -> ExitCode {
    let case = thread::spawn(move || counted(&mut Arguments::one(&name).prepare()));
    case.join()
        .map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

/// The function that callgrind counts in.
#[inline(never)]
fn counted(operation: &mut Operation) {
    operation.run(1);
}

fn valgrind_is_there() -> bool {
    let version = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

mod suite {
    use std::env;

    use benches::Arguments;
    use cases::Kind;
    use iai_callgrind::{
        Bench, BinaryBenchmark, BinaryBenchmarkConfig, Callgrind, Command, binary_benchmark_group,
        main,
    };

    binary_benchmark_group!(
        name = cases_in_instructions;
        benchmarks = |group: &mut BinaryBenchmarkGroup| {
            let program = env::current_exe().expect("this program has a path");
            let mut benchmark = BinaryBenchmark::new("case");
            for case in Arguments::of_process().select(Kind::Instructions) {
                let command = Command::new(&program).args(["--measure-case", case.name()]).build();
                benchmark.bench(Bench::new(id(case.name())).command(command));
            }
            group.binary_benchmark(benchmark);
        }
    );

    main!(
        config = BinaryBenchmarkConfig::default().tool(Callgrind::with_args([
            "--toggle-collect=instructions::counted",
            // Instructions are the metric; a model of a cache would only slow it down.
            "--cache-sim=no",
        ]));
        binary_benchmark_groups = cases_in_instructions
    );

    pub(super) fn run() {
        main();
    }

    /// A name as iai-callgrind takes it: letters, digits and underscores.
    pub(super) fn id(name: &str) -> String {
        name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    }
}

mod summary {
    use std::fs;
    use std::path::Path;

    use serde_json::Value;

    /// Where iai-callgrind puts the summaries of the suite's one group of cases.
    const FOLDER: &str = "benches/instructions/suite/cases_in_instructions";

    /// The instructions in a summary of schema 6.
    const INSTRUCTIONS: &str = "/profiles/0/summaries/total/summary/Callgrind/Ir/metrics/Left/Int";

    /// The instructions of a case, from the summary below the folder that iai-callgrind wrote to.
    pub(super) fn instructions(home: &Path, id: &str) -> Result<u64, String> {
        let path = home
            .join(FOLDER)
            .join(format!("case.{id}"))
            .join("summary.json");
        let read = || -> Result<Value, Box<dyn std::error::Error>> {
            Ok(serde_json::from_slice(&fs::read(&path)?)?)
        };
        let summary = read().map_err(|error| format!("{}: {error}", path.display()))?;
        let instructions = summary.pointer(INSTRUCTIONS).and_then(Value::as_u64);
        instructions.ok_or_else(|| format!("{}: no {INSTRUCTIONS}", path.display()))
    }
}
