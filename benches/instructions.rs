//! Instructions, by callgrind through iai-callgrind. The measured program is this one, started with the name of a case.

use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use benches::{Arguments, CASES_VARIABLE, Mode, Results};
use benchfmt::import::unit_lines;
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
    let mut counted = Vec::new();
    for mut recording in results.recordings()? {
        // The case is the last argument of what was run.
        let command = recording.command.as_deref().unwrap_or_default();
        let name = command
            .split_once("--measure-case ")
            .map(|(_, name)| name.to_owned());
        recording.name =
            name.ok_or_else(|| format!("{}: no case in {command:?}", recording.name))?;
        counted.push(recording.summary());
    }
    let units: Vec<_> = unit_lines("instructions/op").collect();
    results.append(counted, &units)?;

    // Where they go, of the handlers at one size.
    let profiled = cases
        .iter()
        .map(Case::name)
        .filter(|name| name.starts_with("Invoice/items=10/variant="));
    for name in profiled {
        let functions = benches::functions(name, &results.folder().join(suite::folder(name)))?;
        results.beside("functions.txt").append(functions, &units)?;
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
    use std::path::{Path, PathBuf};

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
    /// Where iai-callgrind puts what callgrind wrote of a case.
    pub(super) fn folder(name: &str) -> PathBuf {
        let group =
            Path::new(env!("CARGO_PKG_NAME")).join("instructions/suite/cases_in_instructions");
        group.join(format!("case.{}", id(name)))
    }

    fn id(name: &str) -> String {
        name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    }
}
