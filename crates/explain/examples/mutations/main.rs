//! Whether explanations are right: each change of `set.toml`, alone, built, counted and explained.
//!
//! `cargo run --release --package explain --example mutations [NAME...]`; with names, the changes whose name contains one
//! of them, and what is said of each. It fails below the bars: of 20, the function at fault first in 18, first or second
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
    let names: Vec<String> = std::env::args().skip(1).collect();
    let set: Set = toml::from_str(include_str!("set.toml")).context("set.toml")?;
    let asked = |mutation: &Mutation| {
        names.is_empty() || names.iter().any(|name| mutation.name.contains(name))
    };
    let mutations: Vec<Mutation> = set.mutation.into_iter().filter(asked).collect();
    if mutations.is_empty() {
        bail!("no mutation has such a name");
    }
    let workshop = Workshop::open()?;
    // Before anything is built: a set that does not fit the source is of no use.
    for mutation in &mutations {
        workshop.mutated(mutation)?;
    }
    let base = workshop.build("base")?;
    let mut score = Score::default();
    for mutation in &mutations {
        let source = workshop.apply(mutation)?;
        let built = workshop.build("head");
        workshop.restore(mutation)?;
        let head = built.with_context(|| mutation.name.clone())?;
        let (explanation, sources) = workshop.explain(&base, &head, mutation, &source)?;
        println!("{}", score.judge(mutation, &explanation, &source));
        if !names.is_empty() {
            print!("{}\n{}", mutation.case, explanation.text(&sources));
        }
    }
    println!("{score}");
    Ok(if score.passes() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
