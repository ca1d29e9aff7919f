//! Measures the procedure's error rates, its power and its cost on simulated suites.
//!
//! ```text
//! cargo run --release -p paired --example simulate -- \
//!     [--suites N] [--cases N] [--shards N] [--seed N] [--one-layout] [--layouts SHARE] [--pairs SHARE] \
//!     [--pairs-each N] [--screen N,N] [--select SHARE] [--confirm N,N] [BASE HEAD]
//! ```
//!
//! With two files of recorded pairs of builds that do not differ, the noise is theirs; otherwise it is that of the model,
//! in which `--layouts` and `--pairs` set the standard deviation between layout comparisons and between pairs. The others
//! are those of the plan. The default is 10,000 suites of 40 cases.

use std::env;
use std::error::Error;
use std::fs::File;
use std::num::ParseIntError;

use benchstat::Collection;
use benchstat::paired::{Layouts, PairedResults};
use paired::procedure::simulate::{Cost, Model, Noise, Recorded, Report, Settings, simulate};

/// How long a pair takes, in seconds: the suite's cases take 0.02 s, those of 1,000 items three times as long.
const PAIR: f64 = 0.03;
/// How long two links take.
const LINKS: f64 = 0.22;

fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::default();
    let mut model = Model::default();
    let mut paths = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--suites" => settings.suites = value()?.parse()?,
            "--cases" => settings.cases = value()?.parse()?,
            "--shards" => settings.shards = value()?.parse()?,
            "--seed" => settings.seed = value()?.parse()?,
            "--layouts" => model.layouts = value()?.parse()?,
            "--pairs" => model.pairs = value()?.parse()?,
            "--screen" => settings.plan.screen = numbers(&value()?)?,
            "--pairs-each" => settings.plan.pairs = value()?.parse()?,
            "--select" => settings.plan.select = value()?.parse()?,
            "--confirm" => settings.plan.confirm = numbers(&value()?)?,
            "--one-layout" => settings.layouts = Layouts::One,
            flag if flag.starts_with("--") => return Err(format!("{flag} is unknown").into()),
            _ => paths.push(argument),
        }
    }
    println!("{:?}\n", settings.plan);
    match paths.as_slice() {
        [] => show(&settings, &model),
        [base, head] => show(&settings, &recorded(base, head)?),
        _ => return Err("two files are needed, the base's and the head's".into()),
    }
    Ok(())
}

/// Numbers with commas between them.
fn numbers(text: &str) -> Result<Vec<u32>, ParseIntError> {
    text.split(',').map(str::parse).collect()
}

/// The pairs of two files of results.
fn recorded(base: &str, head: &str) -> Result<Recorded, Box<dyn Error>> {
    let mut collection = Collection::default();
    collection.read("base", base, File::open(base)?)?;
    collection.read("head", head, File::open(head)?)?;
    if let Some(problem) = collection.problems().first() {
        return Err(problem.to_string().into());
    }
    let results = PairedResults::of(&collection);
    let mut names: Vec<&str> = results
        .rows("base")
        .filter(|(_, unit)| *unit == "sec/op")
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    let mut cases = Vec::new();
    for name in names {
        let pairs = results.pairs(("base", name), ("head", name), "sec/op");
        cases.push(pairs.map_err(|problem| format!("{name}: {problem}"))?);
    }
    let cases: Vec<_> = cases.iter().map(|pairs| vec![pairs]).collect();
    Recorded::of(&cases).ok_or_else(|| format!("{base}: no pairs in sec/op").into())
}

fn show(settings: &Settings, noise: &impl Noise) {
    println!(
        "{:26} {:>10} {:>8} {:>10} {:>9} {:>11} {:>10} {:>16} {:>16}",
        "changes",
        "false call",
        "called",
        "unchanged",
        "nulls:",
        "unchanged",
        "selected",
        "screening, s",
        "confirming 1-3, s"
    );
    for changes in [
        vec![],
        vec![0.01],
        vec![0.02],
        vec![0.05],
        vec![0.01; 3],
        vec![-0.02; 3],
        vec![0.02; settings.cases],
    ] {
        let settings = Settings {
            changes: changes.clone(),
            ..settings.clone()
        };
        let report = simulate(&settings, noise);
        show_row(&changes, &report);
        if changes.is_empty()
            && let Some(uniformity) = report.uniformity
        {
            println!(
                "    p values of {} cases without a change: distance {:.4} from the exact distribution, critical at 1 %: {:.4}",
                uniformity.count, uniformity.distance, uniformity.critical
            );
        }
    }
}

fn show_row(changes: &[f64], report: &Report) {
    let name = match changes {
        [] => "none".to_owned(),
        [change, ..] => format!("{:+} % in {}", 100.0 * change, changes.len()),
    };
    let found = report.found.len().max(1) as f64 * f64::from(report.suites);
    let share = |of: fn(&paired::procedure::simulate::Found) -> u32| {
        let count: u32 = report.found.iter().map(of).sum();
        if changes.is_empty() {
            "-".to_owned()
        } else {
            percent(f64::from(count) / found)
        }
    };
    let screening =
        |cost: &Cost| PAIR * f64::from(cost.screen_pairs) + LINKS * f64::from(cost.screen_layouts);
    let confirming = |cost: &Cost| {
        PAIR * f64::from(cost.confirm_pairs) + LINKS * f64::from(cost.confirm_layouts)
    };
    let seconds = |cost: Option<(f64, f64)>| {
        cost.map_or_else(
            || "-".to_owned(),
            |(mean, most)| format!("{mean:.0}, at most {most:.0}"),
        )
    };
    println!(
        "{name:26} {:>10} {:>8} {:>10} {:>9} {:>11} {:>10} {:>16} {:>16}",
        percent(report.false_call_rate()),
        share(|found| found.called),
        share(|found| found.unchanged),
        "",
        percent(report.unchanged_rate()),
        percent(report.selection_rate()),
        seconds(report.cost(|_| true, screening)),
        seconds(report.cost(|cost| (1..=3).contains(&cost.suspects), confirming)),
    );
}

fn percent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}
