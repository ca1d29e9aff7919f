//! `cargo xtask ladder`: what each technique behind the handler buys, one at a time.

use anyhow::Result;

use crate::rounds::{How, Measuring, Scenario};
use crate::service::{SYSTEM, Service, build_load, build_rating, build_server};
use crate::stop::Stop;
use crate::stores::{Databases, Filled};
use crate::workspace::Workspace;

/// The file of results.
pub(crate) const FILE: &str = "ladder.txt";

/// The warm-up, in seconds: the upper rungs read all that is asked for within some milliseconds.
const WARM_UP: &str = "0.5";

/// The rungs below the index that are measured with it, too: there, what they buy is not lost in a search of the whole table.
const WITH_INDEX: [&str; 2] = ["connect", "pooled"];

/// How the rating service's clients keep connections, as `server --rating-connections` names it.
const CONNECTIONS: [&str; 2] = ["new", "kept"];

/// Measure the ladder of techniques behind the handler, on each database: from a connection for each request to encoded answers
/// that are kept; and the two clients of the rating service
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    databases: Databases,

    #[command(flatten)]
    how: How,

    /// Accounts that are asked for; the upper rungs keep them all
    #[arg(long, value_name = "N", default_value_t = 64)]
    hot: u32,

    /// Connections to the database
    #[arg(long, value_name = "N", default_value_t = 8)]
    pool_size: u32,

    /// Leave out the rating service
    #[arg(long)]
    no_rating: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let _lock = workspace.lock()?;
    let stop = Stop::watched()?;
    let load = build_load(&workspace)?;
    let server = build_server(SYSTEM, &workspace)?;
    let stores = arguments.databases.fill(&server, &workspace)?;
    let rating = if arguments.no_rating {
        None
    } else {
        Some(Service::start_rating(&build_rating(&workspace)?)?)
    };
    let mut scenarios: Vec<Scenario> = Vec::new();
    for store in &stores {
        scenarios.extend(store.rungs().map(|rung| of_rung(store, rung, arguments)));
        scenarios.extend(WITH_INDEX.map(|rung| with_index(store, rung, arguments)));
    }
    if let Some(rating) = &rating {
        scenarios.extend(CONNECTIONS.map(|kept| of_rating(&rating.address, kept, arguments.hot)));
    }
    let measuring = Measuring {
        server: &server,
        load: &load,
        // A client on its own: nobody waits for another.
        pace: &["--saturate", "--connections", "1", "--warm-up", WARM_UP],
        how: arguments.how,
        stop,
        file: workspace.results().join(FILE),
    };
    measuring.run(&scenarios)
}

/// A rung on a database.
fn of_rung(store: &Filled, rung: &str, arguments: &Arguments) -> Scenario {
    Scenario {
        name: format!("Ladder/store={}/rung={rung}", store.name),
        case: format!("Account/hot={}", arguments.hot),
        behind: store.flags(rung, arguments.pool_size),
        facts: store.facts(rung, arguments.pool_size),
        known: store.allocations(rung),
    }
}

/// A lower rung on a database whose entries have their index.
fn with_index(store: &Filled, rung: &str, arguments: &Arguments) -> Scenario {
    let mut behind = store.flags(rung, arguments.pool_size);
    behind.push("--index".to_owned());
    Scenario {
        name: format!("Ladder/store={}/index=yes/rung={rung}", store.name),
        behind,
        // The index decides about the plan.
        facts: store.facts("indexed", arguments.pool_size),
        ..of_rung(store, rung, arguments)
    }
}

/// A client of the rating service at an address.
fn of_rating(address: &str, connections: &str, hot: u32) -> Scenario {
    let address = format!("http://{address}");
    let behind = ["--rating", &address, "--rating-connections", connections];
    Scenario {
        name: format!("Rating/connections={connections}"),
        case: format!("Rating/hot={hot}"),
        behind: behind.map(str::to_owned).to_vec(),
        facts: Vec::new(),
        known: Vec::new(),
    }
}
