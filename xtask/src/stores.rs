//! The databases that stand behind the service where the ladder is measured.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use cluster::{Cluster, NoCluster};

use crate::machine::Facts;
use crate::service::{Program, build_plan};
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
    #[arg(long = "store", value_name = "NAMES", value_delimiter = ',', default_values_t = [SQLITE, POSTGRES].map(str::to_owned))]
    names: Vec<String>,

    /// How many accounts they have
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    accounts: u32,

    /// How many entries
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    entries: u32,
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
    /// How it answers, by rung: a plan's lines, with ` | ` between them.
    plans: HashMap<String, String>,
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
        let plan = self.plans.get(rung);
        facts.extend(plan.map(|plan| ("plan".to_owned(), plan.clone())));
        facts
    }
}

impl Databases {
    /// Fills them, or finds them filled; one that is not installed is left out.
    pub(crate) fn fill(&self, server: &Program, workspace: &Workspace) -> Result<Vec<Filled>> {
        let plan = build_plan(workspace)?;
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
                plans: plans(&output(&plan, &[&place])?),
                place,
                _cluster: cluster,
            });
        }
        Ok(all)
    }

    /// A file, made once for a size.
    fn sqlite(&self, server: &Program, workspace: &Workspace) -> Result<String> {
        let folder = workspace.target().join("ladder");
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let file = folder.join(format!("accounts-{}-{}.db", self.accounts, self.entries));
        if !file.exists() {
            let partial = folder.join(format!("accounts-{}.partial", std::process::id()));
            self.fill_one(server, &format!("sqlite:{}", partial.display()))?;
            fs::rename(&partial, &file).with_context(|| file.display().to_string())?;
        }
        Ok(format!("sqlite:{}", file.display()))
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

/// Reads rungs, each with its plan set in below it.
fn plans(text: &str) -> HashMap<String, String> {
    let mut plans: HashMap<String, String> = HashMap::new();
    let mut rung = "";
    for line in text.lines() {
        match line.strip_prefix("  ") {
            None => rung = line,
            Some(step) => {
                let plan = plans.entry(rung.to_owned()).or_default();
                if !plan.is_empty() {
                    plan.push_str(" | ");
                }
                plan.push_str(step);
            }
        }
    }
    plans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_of_the_rung_above_it() {
        let plans = plans("connect\n  SCAN a\n    SCAN b\nindexed\n  SEARCH a\n");
        assert_eq!(plans["connect"], "SCAN a |   SCAN b");
        assert_eq!(plans["indexed"], "SEARCH a");
    }
}
