//! How a database says that it answers, rung by rung: `plan sqlite:FILE|postgres://ADDRESS`. A rung's name, then its plan, set in.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use store::{Database, Postgres, Rung, Settings, Sqlite};

#[tokio::main]
async fn main() -> Result<()> {
    let Some(place) = std::env::args().nth(1) else {
        bail!("usage: plan sqlite:FILE|postgres://ADDRESS");
    };
    for rung in Rung::ALL {
        let settings = Settings {
            rung,
            connections: 1,
            wait: Duration::from_secs(5),
            query_time: Duration::from_secs(5),
        };
        let database = match place.strip_prefix("sqlite:") {
            Some(path) => Database::Sqlite(Sqlite::open(Path::new(path), settings)?),
            None => Database::Postgres(Postgres::new(&place, settings)?),
        };
        println!("{}", rung.name());
        for line in database.plan().await?.lines() {
            println!("  {line}");
        }
    }
    Ok(())
}
