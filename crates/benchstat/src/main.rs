//! Computes statistical summaries and comparisons of benchmark results.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benchstat::cli::{Flags, Format, labels, print, two_dashes, with_gate_defaults};
use benchstat::{Collection, Gates, Input, Outcome, Style, Table, Verdicts, judge};
use clap::{CommandFactory, FromArgMatches, Parser};

/// Compares benchmark results in the Go benchmark format.
///
/// Prints the median of each benchmark with an interval, a row for each benchmark and a column
/// for each input, and how the later inputs compare with the first: `~` stands for a difference
/// that chance explains. Flags may have one dash or two.
#[derive(Parser)]
#[command(
    name = "benchstat",
    version,
    max_term_width = 100,
    args_override_self = true
)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,

    /// Judge the rows by these rules; the exit code is then 1 if one regressed or is missing, 4 if
    /// one is incomparable, 3 if one is undecided under --require-decision
    #[arg(long, value_name = "FILE")]
    gate: Option<PathBuf>,

    /// With --gate: fail if a gating row is undecided
    #[arg(long, requires = "gate")]
    require_decision: bool,

    /// Files to compare: a path, label=path, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<OsString>,
}

/// The exit code for bad usage and bad input.
const FAILURE: u8 = 2;

/// How much is collected before it is written.
const OUTPUT_BUFFER: usize = 1 << 16;

fn main() -> ExitCode {
    let mut command = Arguments::command();
    if std::env::args_os().any(|argument| argument.to_str().is_some_and(is_gate)) {
        command = with_gate_defaults(command);
    }
    let arguments = two_dashes(&command, std::env::args_os());
    let arguments = match command.try_get_matches_from_mut(arguments) {
        Ok(matches) => Arguments::from_arg_matches(&matches),
        Err(error) => Err(error),
    };
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    match run(&arguments) {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(message) => {
            eprintln!("benchstat: {message}");
            ExitCode::from(FAILURE)
        }
    }
}

/// Whether an argument is the flag that judges, which changes the defaults of others.
fn is_gate(argument: &str) -> bool {
    let flag = argument
        .strip_prefix('-')
        .map(|flag| flag.strip_prefix('-').unwrap_or(flag));
    flag.is_some_and(|flag| flag == "gate" || flag.starts_with("gate="))
}

fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let flags = &arguments.flags;
    let (query, format) = flags.query().map_err(|error| error.to_string())?;
    let gates = arguments.gate.as_deref().map(gates).transpose()?;
    let inputs = Input::from_arguments(&arguments.inputs);
    let mut collection = Collection::default();
    let read = collection.read_inputs(&inputs);
    for problem in collection.problems() {
        eprintln!("{problem}");
    }
    read.map_err(|error| error.to_string())?;
    let tables = query.tables(&collection);
    let verdicts = match &gates {
        None => None,
        Some(_) if !collection.problems().is_empty() => {
            return Err("bad input cannot be judged".to_owned());
        }
        Some(gates) => {
            let labels = labels(&inputs);
            if labels.len() < 2 {
                return Err("one input has nothing to be judged against".to_owned());
            }
            let verdicts = judge(&collection, gates, &flags.filter, &labels);
            let verdicts = verdicts.map_err(|error| error.to_string())?;
            if verdicts.judgements.is_empty() {
                return Err("there is nothing to judge".to_owned());
            }
            let outcome = verdicts.outcome(arguments.require_decision);
            Some((verdicts, outcome))
        }
    };
    drop(collection);
    let outcome = verdicts
        .as_ref()
        .map_or(Outcome::Passed, |(_, outcome)| *outcome);
    let verdicts = verdicts
        .as_ref()
        .map(|(verdicts, outcome)| (verdicts, *outcome));
    match write(&tables, verdicts, format) {
        // Whoever reads has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(outcome),
        Err(error) => Err(format!("write output: {error}")),
        Ok(()) => Ok(outcome),
    }
}

fn gates(path: &Path) -> Result<Gates, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Gates::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(
    tables: &[Table],
    verdicts: Option<(&Verdicts, Outcome)>,
    format: Format,
) -> io::Result<()> {
    let stdout = io::stdout();
    let color = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, stdout.lock());
    let mut notes = BufWriter::new(io::stderr().lock());
    print(
        tables,
        verdicts,
        format,
        Style { color },
        &mut output,
        &mut notes,
    )?;
    notes.flush()?;
    output.flush()
}
