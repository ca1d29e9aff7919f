//! The database behind the handler, as the command line asks for it.

// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::env;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use store::{
    Accounts, CacheSettings, Data, Database, Log, Logged, Postgres, Rung, Settings, Sqlite,
};
use tokio::runtime::Runtime;

use crate::flags::{seconds, within};

/// Where the address of PostgreSQL is sought.
const ADDRESS_VARIABLE: &str = "DATABASE_URL";

/// Lines of the log that wait to be written: those of some seconds.
const UNWRITTEN: usize = 32;

/// The flags that say what stands behind the handler.
#[derive(Debug, Args)]
#[command(next_help_heading = "Accounts")]
pub(crate) struct DatabaseFlags {
    /// Serve accounts from this database: sqlite:FILE, a postgres:// address, or postgres for the one in DATABASE_URL.
    #[arg(long, value_name = "DATABASE", value_parser = place)]
    store: Option<Place>,

    /// Fill the database, which must have no accounts, with generated ones, and end.
    #[arg(long, requires = "store")]
    pub(crate) fill: bool,

    /// How many accounts --fill makes.
    #[arg(long, value_name = "N", requires = "fill", default_value_t = Data::default().accounts,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    accounts: u32,

    /// How many entries --fill makes.
    #[arg(long, value_name = "N", requires = "fill", default_value_t = Data::default().entries,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(i32::MAX)))]
    entries: u32,

    /// What else decides about what --fill makes.
    #[arg(long, value_name = "N", requires = "fill", default_value_t = Data::default().seed)]
    seed: u64,

    /// What is done to be fast; each does what those before it do, and one thing more.
    #[arg(long, value_name = "RUNG", requires = "store", default_value = Rung::Encoded.name(), value_parser = rungs())]
    rung: Rung,

    /// Give the entries their index on the rungs below `indexed`, too.
    #[arg(long, requires = "store")]
    index: bool,

    /// Connections to the database at a time. A query takes a core, here or there: more only wait for each other there.
    #[arg(long, value_name = "N", requires = "store", default_value_t = 8, value_parser = within(1, 10_000))]
    pool_size: usize,

    /// How long a request waits for a connection: 503 beyond it.
    #[arg(long, value_name = "SECONDS", requires = "store", default_value = "1", value_parser = seconds)]
    pool_wait: Duration,

    /// How long a connection may be at one request, connecting included: 503 beyond it, and what it does is ended.
    #[arg(long, value_name = "SECONDS", requires = "store", default_value = "5", value_parser = seconds)]
    query_time: Duration,

    /// How long an answer is kept after it was read.
    #[arg(long, value_name = "SECONDS", requires = "store", default_value = "60", value_parser = seconds)]
    cache_ttl: Duration,

    /// What kept answers may take together.
    #[arg(long, value_name = "BYTES", requires = "store", default_value_t = 64 << 20)]
    cache_bytes: u64,

    /// Tell of queries that take this long, with their plan, on the standard error, a few a second at most.
    #[arg(long, value_name = "SECONDS", requires = "store", default_value = "0.1", value_parser = seconds)]
    slow_query: Duration,
}

/// A database's place.
#[derive(Clone, Debug)]
enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

impl DatabaseFlags {
    /// Makes the accounts and entries.
    pub(crate) fn make(&self, runtime: &Runtime) -> Result<()> {
        let data = Data {
            accounts: self.accounts,
            entries: self.entries,
            seed: self.seed,
        };
        let filled = match &self.store {
            None => return Ok(()),
            Some(Place::Sqlite(path)) => Sqlite::fill(path, data),
            Some(Place::Postgres(address)) => runtime.block_on(Postgres::fill(address, data)),
        };
        filled.context("cannot fill the database")?;
        println!("{} accounts with {} entries", self.accounts, self.entries);
        Ok(())
    }

    /// The accounts that are to be served, if any.
    pub(crate) fn accounts(&self) -> Result<Option<Accounts<Database>>> {
        let Some(place) = &self.store else {
            return Ok(None);
        };
        let settings = Settings {
            rung: self.rung,
            has_index: self.index,
            connections: self.pool_size,
            wait: self.pool_wait,
            query_time: self.query_time,
        };
        let log = Log::new(self.slow_query, to_standard_error());
        let database = match place {
            Place::Sqlite(path) => {
                // SQLite would make an empty one.
                if !path.exists() {
                    bail!("no database {}: --fill makes one", path.display());
                }
                let store = Sqlite::open(path, settings);
                let store = store.with_context(|| {
                    let path = path.display();
                    format!(
                        "{path} is no database of accounts; --fill makes one where there is none"
                    )
                })?;
                Database::Sqlite(store.with_log(log))
            }
            Place::Postgres(address) => {
                let store = Postgres::new(address, settings);
                let store = store.context("the address of PostgreSQL")?;
                Database::Postgres(Box::new(store.with_log(log)))
            }
        };
        let cache = CacheSettings {
            ttl: self.cache_ttl,
            bytes: self.cache_bytes,
        };
        Ok(Some(Accounts::new(database, self.rung, cache)))
    }
}

/// Writes lines from a thread of its own: where nobody reads them, they are lost, and requests go on.
fn to_standard_error() -> impl Fn(&Logged<'_>) + Send + Sync {
    let (told, lines) = mpsc::sync_channel::<String>(UNWRITTEN);
    thread::spawn(move || {
        for line in lines {
            let _ = writeln!(std::io::stderr(), "server: {line}");
        }
    });
    move |logged| {
        let _ = told.try_send(logged.to_string());
    }
}

/// The rungs by their names.
fn rungs() -> impl TypedValueParser<Value = Rung> {
    let names = Rung::ALL.map(|rung| PossibleValue::new(rung.name()).help(rung.does()));
    PossibleValuesParser::new(names).map(|name| {
        let rung = Rung::ALL.into_iter().find(|rung| rung.name() == name);
        rung.expect("one of the names")
    })
}

fn place(text: &str) -> Result<Place, String> {
    if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        return Ok(Place::Sqlite(path.into()));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(Place::Postgres(text.to_owned()));
    }
    if text == "postgres" {
        return match env::var(ADDRESS_VARIABLE) {
            Ok(address) => Ok(Place::Postgres(address)),
            Err(error) => Err(format!("{ADDRESS_VARIABLE}: {error}")),
        };
    }
    Err("neither sqlite:FILE, nor postgres://…, nor postgres".to_owned())
}
