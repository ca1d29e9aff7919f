//! `cargo xtask allocs`: every allocation of one operation, in order.

use allocations::{Listing, beside};
use anyhow::{Context, Result, bail};
use benchstat::Selection;
use clap::ValueEnum;

use crate::suite::{Kind, Suite, output};
use crate::workspace::Workspace;

/// List every allocation of one operation, in order: size, how long it lives, and the line that made it
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The case, such as Invoice/items=10/variant=naive
    #[arg(value_name = "CASE")]
    case: String,

    /// Lay the case beside this variant of it
    #[arg(long, value_name = "VARIANT")]
    diff: Option<String>,

    /// What is built and the first operation, and not the steady state
    #[arg(long)]
    first: bool,

    /// How it is shown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each allocation
    Text,
    /// All that is known, the whole stack of each, too: a listing for each case
    Json,
}

/// The key of a case's name that says how it gets its memory.
const VARIANT: &str = "/variant=";

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let other = arguments
        .diff
        .as_deref()
        .map(|variant| of_variant(&arguments.case, variant))
        .transpose()?;
    let suite = Suite::of_working_tree(&Workspace::current())?;
    let list = |case: &str| listing(&suite, case, arguments.first);
    let listing = list(&arguments.case)?;
    let other = other.as_deref().map(list).transpose()?;
    match (arguments.format, &other) {
        (Format::Text, None) => print!("{listing}"),
        (Format::Text, Some(other)) => print!("{}", beside(&listing, other)),
        (Format::Json, other) => {
            print!("{}", listing.json()?);
            if let Some(other) = other {
                print!("{}", other.json()?);
            }
        }
    }
    Ok(())
}

/// The name of a case's other variant.
fn of_variant(case: &str, variant: &str) -> Result<String> {
    let Some((before, after)) = case.split_once(VARIANT) else {
        bail!("{case}: the case has no variant=, so there is none to lay beside it");
    };
    let rest = after.find('/').map_or("", |end| &after[end..]);
    Ok(format!("{before}{VARIANT}{variant}{rest}"))
}

fn listing(suite: &Suite, case: &str, first: bool) -> Result<Listing> {
    let cases = suite.list(Kind::Allocs, &Selection::all())?;
    if !cases.iter().any(|listed| listed.name == case) {
        bail!("{case}: no such case; `cargo xtask bench --list` lists them");
    }
    let mut arguments = vec!["--measure-case", case];
    if first {
        arguments.push("--first");
    }
    let json = output(suite.listing()?, &arguments)?;
    Listing::parse(json.as_bytes()).with_context(|| format!("the listing of {case}"))
}
