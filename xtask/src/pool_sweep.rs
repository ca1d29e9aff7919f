//! `cargo xtask pool-sweep`: latency against the size of the pool of connections.

use anyhow::Result;

use crate::rounds::{How, Measuring, Scenario};
use crate::service::{SYSTEM, build_load, build_server};
use crate::stop::Stop;
use crate::stores::Databases;
use crate::workspace::Workspace;

/// The file of results.
pub(crate) const FILE: &str = "pool-sweep.txt";

/// The rung on which each request asks the database, as fast as it can.
const RUNG: &str = "indexed";

/// The sizes, unless others are asked for: closer where the number of processors is.
const SIZES: [u32; 10] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/// Measure latency at a constant rate for pools of several sizes: `cargo xtask report` draws it, and says which size it recommends
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    databases: Databases,

    #[command(flatten)]
    how: How,

    /// The pool's sizes
    #[arg(long = "sizes", value_name = "N,...", value_delimiter = ',', default_values_t = SIZES,
        value_parser = clap::value_parser!(u32).range(1..))]
    sizes: Vec<u32>,

    /// Requests a second
    #[arg(long, value_name = "N", default_value_t = 2000)]
    rate: u32,

    /// The clients' connections: more than the largest pool has
    #[arg(long, value_name = "N", default_value_t = 64)]
    connections: u32,

    /// Accounts that are asked for
    #[arg(long, value_name = "N", default_value_t = 1000)]
    hot: u32,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let _lock = workspace.lock()?;
    let stop = Stop::watched()?;
    let load = build_load(&workspace)?;
    let server = build_server(SYSTEM, &workspace)?;
    let stores = arguments.databases.fill(&server, &workspace)?;
    let mut scenarios = Vec::new();
    for store in &stores {
        for &size in &arguments.sizes {
            scenarios.push(Scenario {
                name: format!(
                    "PoolSweep/store={}/rate={}/size={size}",
                    store.name, arguments.rate
                ),
                case: format!("Account/hot={}", arguments.hot),
                behind: store.flags(RUNG, size),
                facts: store.facts(RUNG, size),
                known: Vec::new(),
            });
        }
    }
    let [rate, connections] =
        [arguments.rate, arguments.connections].map(|number| number.to_string());
    let measuring = Measuring {
        server: &server,
        load: &load,
        pace: &[
            "--rate",
            &rate,
            "--connections",
            &connections,
            "--warm-up",
            "1",
        ],
        how: arguments.how,
        stop,
        file: workspace.results().join(FILE),
    };
    measuring.run(&scenarios)
}
