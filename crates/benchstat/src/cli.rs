//! The command line: the flags that describe a query, for every program that takes them.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use clap::{Args, Command};
use thiserror::Error;

use crate::bencher::write_bencher;
use crate::csv::write_csv;
use crate::document::{Document, ExplanationView};
use crate::explanation::{write_explanations, write_explanations_markdown};
use crate::input::Input;
use crate::markdown::{write_caveat_markdown, write_markdown, write_verdicts_markdown};
pub use crate::printable::Message;
use crate::query::{Expressions, Query, QueryError};
use crate::sites::{SitesView, write_sites, write_sites_markdown};
use crate::summary::write_verdicts;
use crate::table::Table;
use crate::text::{Style, write_text};
use crate::verdict::{Outcome, Verdicts};

/// What is compared, how it is arranged, and how it is printed.
#[derive(Args, Clone, Debug)]
pub struct Flags {
    /// Split results into tables by distinct values of these keys
    #[arg(long, value_name = "KEYS", default_value = ".config")]
    pub table: String,

    /// Split results into rows by distinct values of these keys
    #[arg(long, value_name = "KEYS", default_value = ".fullname")]
    pub row: String,

    /// Split results into columns by distinct values of these keys
    #[arg(long, value_name = "KEYS", default_value = ".file")]
    pub col: String,

    /// Ignore differences in these keys
    #[arg(
        long,
        value_name = "KEYS",
        default_value = "",
        hide_default_value = true
    )]
    pub ignore: String,

    /// Use only the results that match
    #[arg(long, value_name = "FILTER", default_value = "*")]
    pub filter: String,

    /// Consider a change significant if p < ALPHA
    #[arg(long, default_value_t = 0.05, value_parser = number)]
    pub alpha: f64,

    /// Confidence level of the intervals
    #[arg(long, value_name = "LEVEL", default_value_t = 0.95, value_parser = number)]
    pub confidence: f64,

    /// How to print: text, markdown, json, bencher (for Bencher), or csv with the notes on standard error
    #[arg(long, default_value = "text")]
    pub format: String,
}

/// How tables are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, with notes below the tables.
    Text,
    /// For programs, with notes on standard error.
    Csv,
    /// For pages, such as a pull request's.
    Markdown,
    /// For programs, with everything in one document.
    Json,
    /// For Bencher, which keeps the history of what the last input holds.
    Bencher,
}

/// Why the flags make no sense.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FlagError {
    /// They are no query.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// There is no such format.
    #[error("-format must be text, csv, markdown, json or bencher")]
    Format,
}

impl Flags {
    /// The query that the flags describe, and the format.
    ///
    /// # Errors
    ///
    /// If an expression has an error, a level is not from 0 to 1, or there is no such format.
    pub fn query(&self) -> Result<(Query, Format), FlagError> {
        let query = Query::new(&Expressions {
            filter: &self.filter,
            table: &self.table,
            row: &self.row,
            col: &self.col,
            ignore: &self.ignore,
        })?
        .with_alpha(self.alpha)?
        .with_confidence(self.confidence)?;
        let format = match &*self.format {
            "text" => Format::Text,
            "csv" => Format::Csv,
            "markdown" => Format::Markdown,
            "json" => Format::Json,
            "bencher" => Format::Bencher,
            _ => return Err(FlagError::Format),
        };
        Ok((query, format))
    }
}

/// A float in Go's syntax; NaN and the infinities are left to the check of the range.
fn number(text: &str) -> Result<f64, String> {
    match benchfmt::parse_float(text) {
        Ok(number) => Ok(number),
        Err(benchfmt::NumberError::NotFinite) => Ok(f64::NAN),
        Err(error) => Err(error.to_string()),
    }
}

/// The labels of the inputs in order, each once: the baseline's first.
pub fn labels(inputs: &[Input]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for input in inputs {
        if !labels.contains(&input.label) {
            labels.push(input.label.clone());
        }
    }
    labels
}

/// What a comparison gives.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The tables.
    pub tables: &'a [Table<'a>],
    /// The verdicts, and what they come to, if the rows were judged.
    pub verdicts: Option<(&'a Verdicts, Outcome)>,
    /// Where changes come from, of the cases of which that is known.
    pub explanations: &'a [ExplanationView],
    /// What to know before believing any of it: the collection's
    /// [`caveat`](crate::Collection::caveat).
    pub caveat: Option<&'a str>,
    /// Where the allocations of cases changed.
    pub sites: &'a [SitesView],
}

/// Writes a report in a format. Notes go to `notes` where the format has no place for them.
///
/// # Errors
///
/// If an output fails.
pub fn print(
    report: &Report<'_>,
    format: Format,
    style: Style,
    output: &mut impl Write,
    notes: &mut impl Write,
) -> io::Result<()> {
    let Report {
        tables,
        verdicts,
        explanations,
        caveat,
        sites,
    } = *report;
    match format {
        Format::Json => {
            let mut document = Document::new(tables, verdicts, caveat);
            document.explanations = explanations.to_vec();
            document.sites = sites.to_vec();
            document.write(output)?;
        }
        Format::Bencher => write_bencher(tables, output, notes)?,
        Format::Text => {
            write_text(tables, style, output)?;
            if let Some((verdicts, _)) = verdicts {
                writeln!(output)?;
                write_verdicts(verdicts, style, output)?;
            }
            write_explanations(explanations, output)?;
            write_sites(sites, output)?;
        }
        Format::Csv => {
            write_csv(tables, output, notes)?;
            if let Some((verdicts, _)) = verdicts {
                write_verdicts(verdicts, Style::default(), notes)?;
            }
        }
        Format::Markdown => {
            if let Some((verdicts, outcome)) = verdicts {
                write_verdicts_markdown(verdicts, outcome, output)?;
            }
            write_explanations_markdown(explanations, output)?;
            if let Some(caveat) = caveat {
                write_caveat_markdown(caveat, output)?;
            }
            write_sites_markdown(sites, output)?;
            write_markdown(tables, output)?;
        }
    }
    match (format, caveat) {
        (Format::Text | Format::Csv | Format::Bencher, Some(caveat)) => {
            writeln!(notes, "note: {caveat}")
        }
        _ => Ok(()),
    }
}

/// How to print to an output: with colours if it is a terminal that knows them, unless the
/// environment variable `NO_COLOR` is set and not empty (no-color.org).
pub fn style_of(output: &impl IsTerminal) -> Style {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let unknown = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    Style {
        color: output.is_terminal() && !unwanted && !unknown,
    }
}

/// A command whose flags have the defaults of a gate: environments that differ make a row incomparable there, and do not
/// put it in a table apart.
#[must_use]
pub fn with_gate_defaults(command: Command) -> Command {
    command
        .mut_arg("table", |table| {
            table.default_value("").hide_default_value(true)
        })
        .mut_arg("ignore", |ignore| ignore.default_value(".config"))
}

/// Arguments with their flags in the form that `command` expects: Go's flags have one dash or
/// two, and their value is the next argument whatever it starts with.
///
/// The first argument, the program's name, stays as it is.
pub fn two_dashes(
    command: &Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Vec<OsString> {
    let takes_value = |name: &str| {
        let known = command
            .get_arguments()
            .find(|argument| argument.get_long() == Some(name));
        match known {
            Some(argument) => Some(argument.get_action().takes_values()),
            // What every command has; and what none has is named whole in the error.
            None => (name.chars().nth(1).is_some()).then_some(false),
        }
    };
    let mut arguments = arguments.into_iter();
    let mut rewritten: Vec<OsString> = arguments.next().into_iter().collect();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            rewritten.push(argument);
            rewritten.extend(arguments);
            break;
        }
        let name = argument
            .to_str()
            .and_then(|text| text.strip_prefix("--").or_else(|| text.strip_prefix('-')));
        let Some(name) = name else {
            rewritten.push(argument);
            continue;
        };
        let (bare, has_value) = match name.split_once('=') {
            Some((bare, _)) => (bare, true),
            None => (name, false),
        };
        let mut flag = OsString::from(format!("--{name}"));
        match takes_value(bare) {
            Some(true) if !has_value => {
                if let Some(value) = arguments.next() {
                    flag.push("=");
                    flag.push(value);
                }
                rewritten.push(flag);
            }
            Some(_) => rewritten.push(flag),
            None => rewritten.push(argument),
        }
    }
    rewritten
}
