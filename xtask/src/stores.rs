//! The databases that stand behind the service where the ladder is measured.

use std::env;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use benchfmt::Measurement;
use clap::builder::PossibleValuesParser;
use cluster::{Cluster, NoCluster};

use crate::machine::Facts;
use crate::service::{Program, build_rungs};
use crate::suite::output;
use crate::workspace::Workspace;

const SQLITE: &str = "sqlite";
const POSTGRES: &str = "postgres";

/// Where the address of a database to use is sought; without it there is a cluster of our own.
const ADDRESS_VARIABLE: &str = "DATABASE_URL";

/// Which databases are measured, and how many accounts and entries they have.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Databases {
    /// The databases: sqlite, and postgres: the one at `DATABASE_URL`, or a cluster that is made for this
    #[arg(long = "store", value_name = "NAME,...", value_delimiter = ',', default_values_t = [SQLITE, POSTGRES].map(str::to_owned),
        value_parser = PossibleValuesParser::new([SQLITE, POSTGRES]))]
    names: Vec<String>,

    /// How many accounts they have: at least the 100,000 that load chooses from
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100_000..))]
    accounts: u32,

    /// How many entries
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    entries: u32,
}

/// What is known of a rung without a clock.
#[derive(Clone, Debug, Default, PartialEq)]
struct Rung {
    /// As `server --rung` names it.
    name: String,
    /// Which database it is on, with its version.
    database: String,
    /// How the database answers: a plan's lines, with ` | ` between them.
    plan: String,
    /// What a request allocates.
    allocations: Vec<Measurement>,
}

/// A database that is filled.
#[derive(Debug)]
pub(crate) struct Filled {
    /// `sqlite` or `postgres`.
    pub(crate) name: &'static str,
    /// Its place, as `server --store` takes it.
    place: String,
    /// What results say of it.
    facts: Facts,
    /// What is known of its rungs, from the lowest.
    rungs: Vec<Rung>,
    _cluster: Option<Cluster>,
}

impl Filled {
    /// The flags of a service with this database. Nothing that it does is to be slow enough for a time-out, or for the log.
    pub(crate) fn flags(&self, rung: &str, pool_size: u32) -> Vec<String> {
        let size = pool_size.to_string();
        let flags = [
            "--store",
            &self.place,
            "--rung",
            rung,
            "--pool-size",
            &size,
            "--pool-wait",
            "10",
            "--query-time",
            "10",
            "--slow-query",
            "60",
        ];
        flags.map(str::to_owned).to_vec()
    }

    /// What results say of a rung.
    pub(crate) fn facts(&self, rung: &str, pool_size: u32) -> Facts {
        let mut facts = self.facts.clone();
        facts.push(("pool-size".to_owned(), pool_size.to_string()));
        if let Some(rung) = self.rung(rung) {
            facts.push(("database".to_owned(), rung.database.clone()));
            facts.push(("plan".to_owned(), rung.plan.clone()));
        }
        facts
    }

    /// What a request on a rung allocates.
    pub(crate) fn allocations(&self, rung: &str) -> Vec<Measurement> {
        let rung = self.rung(rung);
        rung.map(|rung| rung.allocations.clone())
            .unwrap_or_default()
    }

    /// The rungs' names, from the lowest.
    pub(crate) fn rungs(&self) -> impl Iterator<Item = &str> {
        self.rungs.iter().map(|rung| &*rung.name)
    }

    fn rung(&self, name: &str) -> Option<&Rung> {
        self.rungs.iter().find(|rung| rung.name == name)
    }
}

impl Databases {
    /// Fills them, or finds them filled; one that is not installed is left out.
    pub(crate) fn fill(&self, server: &Program, workspace: &Workspace) -> Result<Vec<Filled>> {
        let rungs = build_rungs(workspace)?;
        let mut all = Vec::new();
        for name in &self.names {
            let (name, place, cluster) = match name.as_str() {
                SQLITE => (SQLITE, self.sqlite(server, workspace)?, None),
                POSTGRES => match self.postgres(server)? {
                    Some((place, cluster)) => (POSTGRES, place, cluster),
                    None => continue,
                },
                _ => bail!("{name}: no such database; there are {SQLITE} and {POSTGRES}"),
            };
            let facts = [("accounts", self.accounts), ("entries", self.entries)];
            all.push(Filled {
                name,
                facts: facts
                    .map(|(key, count)| (key.to_owned(), count.to_string()))
                    .to_vec(),
                rungs: rungs_of(&output(&rungs, &[&place])?)?,
                place,
                _cluster: cluster,
            });
        }
        Ok(all)
    }

    /// A file, made anew: one that was kept may be an earlier program's.
    fn sqlite(&self, server: &Program, workspace: &Workspace) -> Result<String> {
        let folder = workspace.target().join("ladder");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let place = format!("sqlite:{}", folder.join("accounts.db").display());
        self.fill_one(server, &place)?;
        Ok(place)
    }

    /// The database at `DATABASE_URL`, which has to be empty, or a cluster of our own.
    fn postgres(&self, server: &Program) -> Result<Option<(String, Option<Cluster>)>> {
        if let Ok(address) = env::var(ADDRESS_VARIABLE) {
            self.fill_one(server, &address)
                .with_context(|| format!("the database at {ADDRESS_VARIABLE}"))?;
            return Ok(Some((address, None)));
        }
        match Cluster::start() {
            Ok(cluster) => {
                let address = cluster.address();
                self.fill_one(server, &address)?;
                Ok(Some((address, Some(cluster))))
            }
            Err(none @ NoCluster::NotInstalled) => {
                eprintln!("{POSTGRES}: skipped: {none}");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn fill_one(&self, server: &Program, place: &str) -> Result<()> {
        eprintln!("filling a database with {} entries", self.entries);
        let output = Command::new(&server.path)
            .args(["--store", place, "--fill"])
            .args(["--accounts", &self.accounts.to_string()])
            .args(["--entries", &self.entries.to_string()])
            .output()
            .with_context(|| server.path.display().to_string())?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }
}

/// Reads rungs, each with what is said of it set in below it.
fn rungs_of(text: &str) -> Result<Vec<Rung>> {
    let mut rungs: Vec<Rung> = Vec::new();
    for line in text.lines() {
        let Some(said) = line.strip_prefix("  ") else {
            rungs.push(Rung {
                name: line.to_owned(),
                ..Rung::default()
            });
            continue;
        };
        let rung = rungs.last_mut().context("what is said is of no rung")?;
        match said.split_once(' ') {
            Some(("plan", step)) => {
                if !rung.plan.is_empty() {
                    rung.plan.push_str(" | ");
                }
                rung.plan.push_str(step);
            }
            Some(("database", version)) => version.clone_into(&mut rung.database),
            Some((unit, value)) => rung.allocations.push(Measurement {
                value: value
                    .parse()
                    .with_context(|| format!("{}: {said}", rung.name))?,
                unit: unit.to_owned(),
            }),
            None => bail!("{}: {said:?} says nothing", rung.name),
        }
    }
    Ok(rungs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_of_the_rung_above_it() {
        let text = "connect\n  database SQLite 3\n  plan SCAN a\n  plan   SCAN b\n  allocs/op 12.5\nindexed\n  plan SEARCH a\n";
        let rungs = rungs_of(text).unwrap();
        let [connect, indexed] = &rungs[..] else {
            panic!("{rungs:?}")
        };
        assert_eq!(
            (&*connect.name, &*connect.plan),
            ("connect", "SCAN a |   SCAN b")
        );
        assert_eq!(connect.database, "SQLite 3");
        let [allocations] = &connect.allocations[..] else {
            panic!("{connect:?}")
        };
        assert_eq!((allocations.value, &*allocations.unit), (12.5, "allocs/op"));
        assert_eq!((&*indexed.name, &*indexed.plan), ("indexed", "SEARCH a"));
        assert!(rungs_of("  plan SCAN a\n").is_err());
        assert!(rungs_of("connect\n  nonsense\n").is_err());
        assert!(rungs_of("connect\n  allocs/op many\n").is_err());
    }
}
