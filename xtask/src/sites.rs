//! `compare --explain`: which lines and call sites the changed allocations come from.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use ::paired::toolchain;
use allocations::{Changes, Counter, Library, Place, Profiles, SiteChange, Sites, Source};
use anyhow::{Context, Result, bail};
use benchstat::{AmountView, Judgement, PlaceView, SiteView, SitesView, Verdict, Verdicts};

use crate::suite::{PACKAGE, Suite, output};
use crate::workspace::Workspace;

/// The sites of the baselines' cases, beside them.
pub(crate) const FILE: &str = "sites.txt";

/// Listings at a time, as the exact metrics are taken.
const AT_ONCE: usize = 2;

/// The sites behind each case whose allocations changed, against a revision or the baselines.
pub(crate) fn changes(
    verdicts: &Verdicts,
    revision: Option<&str>,
    workspace: &Workspace,
) -> Result<Vec<SitesView>> {
    let mut cases: Vec<(&str, Vec<&Judgement>)> = Vec::new();
    for row in verdicts.judgements.iter().filter(|row| is_changed(row)) {
        match cases.iter_mut().find(|(case, _)| *case == row.case) {
            Some((_, rows)) => rows.push(row),
            None => cases.push((&row.case, vec![row])),
        }
    }
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = cases.iter().map(|(case, _)| *case).collect();
    let old = |rows: &[&Judgement]| rows.iter().find_map(|row| row.renamed.clone());
    let olds: Vec<String> = cases
        .iter()
        .map(|(case, rows)| old(rows).unwrap_or_else(|| (*case).to_owned()))
        .collect();
    let head = of_working_tree(&names, workspace)?;
    let base = match revision {
        Some(revision) => {
            let names: Vec<&str> = olds.iter().map(String::as_str).collect();
            of_revision(revision, &names, workspace)?
        }
        None => baselines(workspace)?,
    };
    let views = cases.iter().zip(&olds).map(|((case, rows), old)| {
        let none = Sites::default();
        let (base, head) = (
            base.get(old).unwrap_or(&none),
            head.get(case).unwrap_or(&none),
        );
        // Where one side is not known nothing can be laid beside the other.
        let changes = if base.operations == 0 || head.operations == 0 {
            Changes::default()
        } else {
            Changes::between(base, head)
        };
        SitesView::new(rows, changes.sites.iter().map(view).collect())
    });
    Ok(views.collect())
}

/// Whether a row is of a count of allocations, and differs.
fn is_changed(row: &Judgement) -> bool {
    let counted = Counter::ALL
        .iter()
        .any(|counter| counter.unit() == row.unit);
    let changed = row.change.is_some_and(|change| change.from != change.to);
    counted && changed && row.verdict != Verdict::Incomparable
}

/// The sites of some cases of the working tree.
pub(crate) fn of_working_tree(cases: &[&str], workspace: &Workspace) -> Result<Profiles> {
    let suite = Suite::of_working_tree(workspace)?;
    let mut profiles = list(&suite, cases)?;
    for (_, sites) in &mut profiles.0 {
        sites.quote(|file| fs::read_to_string(workspace.root().join(file)).ok());
    }
    Ok(profiles)
}

fn of_revision(revision: &str, cases: &[&str], workspace: &Workspace) -> Result<Profiles> {
    let revisions = workspace.revisions();
    let commit = revisions.resolve(revision)?;
    let suite = Suite::of_revision(
        revisions.executables(&commit, PACKAGE, &toolchain()?)?,
        &commit,
    );
    let mut profiles = match list(&suite, cases) {
        Ok(profiles) => profiles,
        Err(error) => {
            // The measuring stands without it.
            eprintln!("the allocations of {commit} are not put down to lines: {error:#}");
            return Ok(Profiles::default());
        }
    };
    for (_, sites) in &mut profiles.0 {
        sites.quote(|file| revisions.file(&commit, file).ok().flatten());
    }
    Ok(profiles)
}

/// The sites that are kept beside the baselines; none where none are kept.
pub(crate) fn baselines(workspace: &Workspace) -> Result<Profiles> {
    let path = workspace.baselines().join(FILE);
    if !path.exists() {
        return Ok(Profiles::default());
    }
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Profiles::parse(&text).with_context(|| path.display().to_string())
}

/// Each case in a process of its own, as it is counted.
fn list(suite: &Suite, cases: &[&str]) -> Result<Profiles> {
    let program = suite.listing()?;
    let left = Mutex::new(cases.iter().enumerate());
    let next = || left.lock().ok()?.next();
    let work = || -> Result<Vec<(usize, Profiles)>> {
        let mut listed = Vec::new();
        while let Some((place, case)) = next() {
            listed.push((place, one(program, case)?));
        }
        Ok(listed)
    };
    let done: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect()
    });
    let mut listed = Vec::new();
    for outcome in done {
        let Ok(outcome) = outcome else {
            bail!("listing the sites panicked");
        };
        listed.extend(outcome?);
    }
    listed.sort_by_key(|(place, _)| *place);
    let profiles = listed.into_iter().flat_map(|(_, profiles)| profiles.0);
    Ok(Profiles(profiles.collect()))
}

fn one(program: &Path, case: &str) -> Result<Profiles> {
    let text = output(program, &["--measure-case", case, "--sites"])?;
    let profiles = Profiles::parse(&text).with_context(|| format!("the sites of {case}"))?;
    if profiles.get(case).is_none() {
        bail!("{case}: its sites are not listed");
    }
    Ok(profiles)
}

/// The profiles that a new baseline keeps: of the measured cases the new ones, of others the old; of those that the suite has.
pub(crate) fn merged(
    measured: &BTreeSet<&str>,
    listed: &[&str],
    workspace: &Workspace,
) -> Result<Profiles> {
    let old = baselines(workspace)?;
    let is_new = |case: &&&str| measured.contains(**case) || old.get(case).is_none();
    let cases: Vec<&str> = listed.iter().filter(is_new).copied().collect();
    let new = of_working_tree(&cases, workspace)?;
    let profile = |case: &&str| {
        let sites = new.get(case).or_else(|| old.get(case))?;
        Some(((*case).to_owned(), sites.clone()))
    };
    Ok(Profiles(listed.iter().filter_map(profile).collect()))
}

fn view(change: &SiteChange) -> SiteView {
    let line = |(place, source): (&Place, &Source)| PlaceView {
        file: place.file.clone(),
        line: place.line,
        function: source.function.clone(),
        text: source.text.clone(),
    };
    let library = |library: &Library| PlaceView {
        file: library.file.clone(),
        line: library.line,
        function: library.function.clone(),
        text: String::new(),
    };
    let amounts = Counter::ALL.into_iter().filter_map(|counter| {
        let (baseline, value) = change.of(counter);
        (baseline != value).then(|| AmountView {
            unit: counter.unit().to_owned(),
            baseline,
            value,
        })
    });
    SiteView {
        gone: change.gone,
        lines: change
            .site
            .own
            .iter()
            .zip(&change.sources)
            .map(line)
            .collect(),
        at: change.at,
        library: change.site.library.as_ref().map(library),
        amounts: amounts.collect(),
    }
}
