//! `cargo xtask baseline`: makes the last results the baseline.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use benchfmt::merge;
use benchstat::{Accepted, Covers, Selection, edit};
use explain::Profiles;

use crate::accept;
use crate::ladder;
use crate::load;
use crate::machine;
use crate::measure::FUNCTIONS;
use crate::pool_sweep;
use crate::profiles;
use crate::report;
use crate::results::{self, Results};
use crate::sites;
use crate::suite::{Kind, Suite};
use crate::workspace::{Workspace, file_of};

/// Merge the last results into the baselines, case by case, and write the report
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Why the baseline changes; kept beside the results
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::current();
    let suite = Suite::of_working_tree(&workspace)?;
    let all = Selection::all();
    // Everything is read and merged before anything is written.
    let mut merged = Vec::new();
    let mut measured = Vec::new();
    let mut values = HashSet::new();
    for kind in Kind::ALL {
        let (last, baseline) = (
            file_of(kind, &workspace.results()),
            file_of(kind, &workspace.baselines()),
        );
        if !last.exists() {
            continue;
        }
        let mut new = results::read(&last)?;
        let executable = machine::hash(suite.executable(kind)?, &workspace)?;
        if new
            .lines
            .iter()
            .any(|line| line.config.get("executable") != Some(executable.as_str()))
        {
            bail!(
                "{}: not measured with this build; `cargo xtask bench` measures it",
                last.display()
            );
        }
        measured.extend(new.lines.iter().map(|line| line.name.clone()));
        values.extend(new.lines.iter().flat_map(|line| {
            let units = line.measurements.iter();
            units.map(|measured| (line.name.clone(), measured.unit.clone()))
        }));
        if let Some(reason) = &arguments.reason {
            new.describe(&vec![("reason".to_owned(), reason.clone())]);
        }
        let old = if baseline.exists() {
            results::read(&baseline)?
        } else {
            Results::default()
        };
        let listed = suite.list(kind, &all)?;
        let mut lines = merge(old.lines, new.lines);
        // What the suite no longer has needs no baseline.
        lines.retain(|result| listed.iter().any(|case| case.name == result.name));
        lines.sort_by_key(|result| listed.iter().position(|case| case.name == result.name));
        merged.push((
            baseline,
            Results {
                units: new.units,
                lines,
                ..Results::default()
            },
        ));
    }
    merged.extend(merged_functions(&workspace)?);
    let profiles = merged_profiles(&suite, &workspace)?;
    for name in load::FILES
        .into_iter()
        .chain([ladder::FILE, pool_sweep::FILE])
    {
        let (last, baseline) = (
            workspace.results().join(name),
            workspace.baselines().join(name),
        );
        if last.exists() {
            let mut new = results::read(&last)?;
            if let Some(reason) = &arguments.reason {
                new.describe(&vec![("reason".to_owned(), reason.clone())]);
            }
            if baseline.exists() {
                new.lines = merge(results::read(&baseline)?.lines, new.lines);
            }
            merged.push((baseline, new));
        }
    }
    if merged.is_empty() {
        bail!("there are no results yet; `cargo xtask bench` measures them");
    }
    let sites = sites_of(&measured, &suite, &workspace)?;
    for (path, results) in merged {
        results::write(&path, &results)?;
        eprintln!("wrote {}", path.display());
    }
    if let Some(sites) = sites {
        let path = workspace.baselines().join(sites::FILE);
        results::write_whole(&path, sites.text().as_bytes())?;
        eprintln!("wrote {}", path.display());
    }
    if !profiles.0.is_empty() {
        profiles::write(&workspace.baselines(), &profiles)?;
    }
    // A value that was accepted is in the baseline now.
    let contained = |accepted: &Accepted| {
        matches!(accepted.covers, Covers::Value(_))
            && values.contains(&(accepted.case.clone(), accepted.unit.clone()))
    };
    accept::update(&workspace, |text| {
        Ok(edit::retain_accepted(text, |accepted| {
            !contained(accepted)
        })?)
    })?;
    report::run(&report::Arguments::default())
}

/// The last functions of cases, before them those of the baselines' other cases; nothing where none were counted.
fn merged_functions(workspace: &Workspace) -> Result<Option<(PathBuf, Results)>> {
    let (last, baseline) = (
        workspace.results().join(FUNCTIONS),
        workspace.baselines().join(FUNCTIONS),
    );
    if !last.exists() {
        return Ok(None);
    }
    let mut new = results::read(&last)?;
    if baseline.exists() {
        // The functions of a case go together: what inlining made of them before is of no use.
        let mut old = results::read(&baseline)?;
        old.lines.retain(|old| {
            !new.lines
                .iter()
                .any(|new| case_of(&new.name) == case_of(&old.name))
        });
        new.lines.splice(..0, old.lines);
    }
    Ok(Some((baseline, new)))
}

/// The sites of the cases whose allocations are in the baselines, if some were measured.
fn sites_of(
    measured: &[String],
    suite: &Suite,
    workspace: &Workspace,
) -> Result<Option<allocations::Profiles>> {
    if !file_of(Kind::Allocs, &workspace.results()).exists() {
        return Ok(None);
    }
    let measured = measured.iter().map(String::as_str).collect();
    let listed = suite.list(Kind::Allocs, &Selection::all())?;
    let listed: Vec<&str> = listed.iter().map(|case| case.name.as_str()).collect();
    sites::merged(&measured, &listed, workspace).map(Some)
}

/// The last profiles, and of the cases that have none, those of the baselines.
fn merged_profiles(suite: &Suite, workspace: &Workspace) -> Result<Profiles> {
    let mut profiles = profiles::read(&workspace.baselines())?;
    let last = profiles::read(&workspace.results())?.0;
    let compact = last
        .into_iter()
        .map(|(case, profile)| (case, profile.compact()));
    profiles.0.extend(compact);
    let listed = suite.list(Kind::Instructions, &Selection::all())?;
    let is_listed = |name: &str| listed.iter().any(|case| case.name == name);
    profiles.0.retain(|name, _| is_listed(name));
    Ok(profiles)
}

/// The case that a line of the functions' file is about.
fn case_of(name: &str) -> &str {
    let end = name.find("/owner=").or_else(|| name.find("/function="));
    end.map_or(name, |end| &name[..end])
}
