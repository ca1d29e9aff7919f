//! Computes statistical summaries and comparisons of benchmark results.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benchstat::cli::{
    Flags, Format, Message, Report, labels, print, style_of, two_dashes, with_gate_defaults,
};
use benchstat::{Collection, Gates, Input, Outcome, Replicate, judge};
use clap::{CommandFactory, FromArgMatches, Parser};

/// Compares benchmark results: of the Go benchmark format, criterion, iai-callgrind and dhat.
///
/// Prints the median of each benchmark with an interval, a row for each benchmark and a column
/// for each input, and how the later inputs compare with the first: `~` stands for a difference
/// that chance explains. Flags may have one dash or two.
#[derive(Parser)]
#[command(
    name = "benchstat",
    version,
    max_term_width = 100,
    args_override_self = true,
    after_help = EXAMPLES,
    after_long_help = format!("{KEYS}\n\n{EXAMPLES}")
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

    /// What to compare, as PATH or LABEL=PATH, the first with each of the others: a file in the Go
    /// benchmark format, - for standard input, a folder of criterion, iai-callgrind or gungraun
    /// (FOLDER@NAME for a saved baseline of criterion's), or a dhat-heap.json
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<OsString>,
}

const EXAMPLES: &str = "\
Examples:
  benchstat old.txt new.txt
  go test -bench . -count 10 | benchstat old=old.txt new=-
  benchstat -col /variant -filter '.unit:sec/op /items:(10 OR 100)' results.txt
  benchstat target/criterion@before target/criterion
  benchstat -gate gates.toml -format markdown old.txt new.txt";

const KEYS: &str = "\
Keys: .name, .fullname, .file (the input's label), .config (all keys of the configuration), /key (of
key=value in a name), or a key of the configuration; in filters also .unit. KEY@alpha, KEY@num and
KEY@(a b) order the values of KEY.

Filters: KEY:VALUE, KEY:/REGEXP/, KEY:(A OR B), and these with AND, OR, - for NOT, and parentheses.

Samples that one process took, as criterion does, are shown with their intervals. With --gate, or
where a label is given to several runs, each run counts once, by its median.

Exit codes, the first that applies: 2 bad usage or input; 1, 4 and 3 as under --gate; 0.";

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
    let arguments = command
        .try_get_matches_from_mut(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let outcome = match arguments {
        Ok(arguments) => run(&arguments),
        Err(error) if error.use_stderr() => {
            complain(format_args!("{}", error.render()));
            return ExitCode::from(FAILURE);
        }
        // Help, or the version.
        Err(error) => finish(write!(io::stdout(), "{}", error.render()), Outcome::Passed),
    };
    match outcome {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(message) => {
            complain(format_args!("benchstat: {message}\n"));
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
    let labels = labels(&inputs);
    let replicate = if gates.is_some() || labels.len() < inputs.len() {
        Replicate::Process
    } else {
        Replicate::Sample
    };
    // The process ends with its last use, and the system takes all memory back at once.
    let mut collection = ManuallyDrop::new(Collection::default());
    let read = collection.read_inputs(&inputs, replicate);
    report(collection.problems());
    let skipped = read.map_err(|error| error.to_string())?;
    report(&skipped);
    let tables = query.tables(&collection);
    let contradictions = if gates.is_some() {
        collection.contradictions()
    } else {
        &[]
    };
    report(contradictions);
    let verdicts = match &gates {
        None => None,
        Some(_)
            if !(contradictions.is_empty()
                && collection.problems().is_empty()
                && skipped.is_empty()) =>
        {
            return Err("bad input cannot be judged".to_owned());
        }
        Some(gates) => {
            if labels.len() < 2 {
                return Err("one input has nothing to be judged against".to_owned());
            }
            // A side that was lost on the way has not become better than the other.
            if let Some(label) = labels.iter().find(|label| collection.len_of(label) == 0) {
                return Err(format!("{label}: no benchmark results to judge"));
            }
            let verdicts = judge(&collection, gates, &flags.filter, &labels);
            let verdicts = verdicts.map_err(|error| error.to_string())?;
            if verdicts.judgements.is_empty() {
                return Err("there is nothing to judge".to_owned());
            }
            if let Some(nothing) = gates.nothing_gates(&verdicts) {
                report(&[format!("note: {nothing}")]);
            }
            let outcome = verdicts.outcome(arguments.require_decision);
            Some((verdicts, outcome))
        }
    };
    let caveat = collection.caveat();
    let verdicts = verdicts
        .as_ref()
        .map(|(verdicts, outcome)| (verdicts, *outcome));
    let outcome = verdicts.map_or(Outcome::Passed, |(_, outcome)| outcome);
    let report = Report {
        tables: &tables,
        verdicts,
        explanations: &[],
        caveat,
        sites: &[],
    };
    let written = write(&report, format);
    std::mem::forget(tables);
    finish(written, outcome)
}

/// What a run comes to when its output is written, or is not.
fn finish(written: io::Result<()>, outcome: Outcome) -> Result<Outcome, String> {
    match written {
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

fn write(report: &Report<'_>, format: Format) -> io::Result<()> {
    let stdout = io::stdout();
    let style = style_of(&stdout);
    let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, stdout.lock());
    let mut notes = BufWriter::new(io::stderr().lock());
    print(report, format, style, &mut output, &mut notes)?;
    output.flush()?;
    notes.flush()
}

/// Prints what is wrong with the input, a line each, as far as standard error takes it.
fn report(problems: &[impl fmt::Display]) {
    let mut output = BufWriter::new(io::stderr().lock());
    for problem in problems {
        if writeln!(output, "{problem}").is_err() {
            return;
        }
    }
    let _ = output.flush();
}

/// Prints a message, which may quote arguments and files. That nobody can be told of a failure is no other failure.
fn complain(message: fmt::Arguments<'_>) {
    let _ = write!(io::stderr(), "{}", Message(&message.to_string()));
}
