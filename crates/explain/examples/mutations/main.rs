//! Whether explanations are right: each change of `set.toml`, alone, built, counted and explained.
//!
//! `cargo run --package explain --example mutations [--again] [NAME...]`; with names, the changes whose name contains one
//! of them, and what is said of each. With `--again`, what was built the last time is explained anew. It fails below the bars: of 20, the function at fault first in 18, first or second
//! in 20, the line right in 17; the parts sum to the change, and at most 5 % of it is not attributed.
//!
//! The tree is copied below cargo's target folder and built there; the working tree stays as it is.

mod judge;
mod workshop;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use judge::Score;
use workshop::Workshop;

/// A change for the worse.
#[derive(Debug, Deserialize)]
struct Mutation {
    name: String,
    case: String,
    file: String,
    before: String,
    after: String,
    function: String,
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct Set {
    mutation: Vec<Mutation>,
}

fn main() -> Result<ExitCode> {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let again = names.first().is_some_and(|first| first == "--again");
    if again {
        names.remove(0);
    }
    let set: Set = toml::from_str(include_str!("set.toml")).context("set.toml")?;
    let asked = |mutation: &Mutation| {
        names.is_empty() || names.iter().any(|name| mutation.name.contains(name))
    };
    let mutations: Vec<Mutation> = set.mutation.into_iter().filter(asked).collect();
    if mutations.is_empty() {
        bail!("no mutation has such a name");
    }
    let workshop = Workshop::open(again)?;
    // Before anything is built: a set that does not fit the source is of no use.
    for mutation in &mutations {
        workshop.mutated(mutation)?;
    }
    let base = workshop.build("base")?;
    let mut score = Score::default();
    for mutation in &mutations {
        let source = workshop.mutated(mutation)?;
        let head = workshop.build_mutated(mutation)?;
        let (explanation, sources) = workshop.explain(&base, &head, mutation, &source)?;
        let (right, verdict) = score.judge(mutation, &explanation, &source);
        println!("{verdict}");
        if !names.is_empty() || !right {
            let view = explanation.view(&mutation.case, "instructions/op", &sources);
            print!("{}\n{}", mutation.case, view.text());
        }
    }
    println!("{score}");
    Ok(if score.passes() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
