//! Computes statistical summaries and comparisons of benchmark results.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use benchstat::cli::{Flags, Format, two_dashes};
use benchstat::{Collection, Input, Style, Table, write_csv, write_markdown, write_text};
use clap::{CommandFactory, FromArgMatches, Parser};

/// Compares benchmark results in the Go benchmark format.
///
/// Prints the median of each benchmark with an interval, a row for each benchmark and a column
/// for each input, and how the later inputs compare with the first: `~` stands for a difference
/// that chance explains. Flags may have one dash or two.
#[derive(Parser)]
#[command(name = "benchstat", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,

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
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("benchstat: {message}");
            ExitCode::from(FAILURE)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let (query, format) = arguments.flags.query().map_err(|error| error.to_string())?;
    let mut collection = Collection::default();
    let read = collection.read_inputs(&Input::from_arguments(&arguments.inputs));
    for problem in collection.problems() {
        eprintln!("{problem}");
    }
    read.map_err(|error| error.to_string())?;
    let tables = query.tables(&collection);
    drop(collection);
    match print(&tables, format) {
        // Whoever reads has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(format!("write output: {error}")),
        Ok(()) => Ok(()),
    }
}

fn print(tables: &[Table], format: Format) -> io::Result<()> {
    let stdout = io::stdout();
    let color = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, stdout.lock());
    match format {
        Format::Text => write_text(tables, Style { color }, &mut output)?,
        Format::Markdown => write_markdown(tables, &mut output)?,
        Format::Csv => {
            let mut notes = BufWriter::new(io::stderr().lock());
            write_csv(tables, &mut output, &mut notes)?;
            notes.flush()?;
        }
    }
    output.flush()
}
