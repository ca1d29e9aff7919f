//! `compare --explain`: which function, line and call the changed instructions come from.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use ::explain::{Sources, explain};
use ::paired::{Commit, Revisions};
use anyhow::Result;
use benchstat::document::ExplanationView;
use benchstat::{Judgement, Verdict, Verdicts};

use crate::flame;
use crate::profiles;
use crate::results;
use crate::suite::{Kind, output};
use crate::workspace::{Workspace, file_of};

/// Explains each case whose instructions changed, from the profiles beside the results of the two sides. Where there is a
/// folder for `graphs`, it draws them.
pub(crate) fn changes(
    verdicts: &Verdicts,
    base_folder: &Path,
    head_folder: &Path,
    graphs: Option<&Path>,
    workspace: &Workspace,
) -> Result<Vec<ExplanationView>> {
    let unit = Kind::Instructions.units()[0];
    let is_changed = |row: &&Judgement| {
        matches!(row.verdict, Verdict::Regressed | Verdict::Improved) && row.unit == unit
    };
    let rows: Vec<&Judgement> = verdicts.judgements.iter().filter(is_changed).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (base, head) = (profiles::read(base_folder)?, profiles::read(head_folder)?);
    let commits = commits(base_folder)?;
    let mut known: HashMap<String, Sources> = HashMap::new();
    let mut explanations = Vec::new();
    for row in rows {
        let was = row.renamed.as_ref().unwrap_or(&row.case);
        let values = row.change.map(|change| (change.from, change.to));
        let both = base.0.get(was).zip(head.0.get(&row.case));
        // A profile that is not of what was compared explains nothing.
        let Some((base, head)) =
            both.filter(|(base, head)| values == Some((base.total() as f64, head.total() as f64)))
        else {
            eprintln!(
                "{}: not explained, there is no profile of both sides",
                row.case
            );
            continue;
        };
        let commit = commits.get(was).cloned().unwrap_or_default();
        if !known.contains_key(&commit) {
            let sources = sources(&commit, workspace)?;
            known.insert(commit.clone(), sources);
        }
        let sources = &known[&commit];
        // As the baselines' are.
        let head = if base_folder == workspace.baselines() {
            &head.compact()
        } else {
            head
        };
        if let Some(folder) = graphs {
            flame::write(folder, &row.case, base, head)?;
        }
        explanations.push(explain(base, head, sources).view(&row.case, unit, sources));
    }
    Ok(explanations)
}

/// The commit whose files each case in a folder of results was built of; none of a tree that differed from its commit.
fn commits(folder: &Path) -> Result<HashMap<String, String>> {
    let measured = results::read(&file_of(Kind::Instructions, folder))?;
    let clean = measured
        .lines
        .into_iter()
        .filter(|line| line.config.get("dirty") == Some("false"));
    let commits = clean.filter_map(|line| {
        let commit = line.config.get("commit")?.to_owned();
        Some((line.name, commit))
    });
    Ok(commits.collect())
}

/// The sources that differ from those of a commit; where it is not known, lines are compared by their numbers.
fn sources(commit: &str, workspace: &Workspace) -> Result<Sources> {
    let revisions = workspace.revisions();
    match revisions.resolve(commit) {
        Ok(commit) => differing(&revisions, &commit, workspace),
        Err(error) => {
            eprintln!(
                "the baseline's source is not known, lines are taken by their numbers: {error}"
            );
            Ok(Sources::default())
        }
    }
}

/// The sources that differ, as they were and as they are. They are all that differs where the libraries and the compiler's
/// settings do not.
fn differing(revisions: &Revisions, commit: &Commit, workspace: &Workspace) -> Result<Sources> {
    let root = workspace.root().to_string_lossy();
    let changed = |flags: &[&str], files: &[&str]| {
        let mut arguments = vec!["-C", &root, "diff", "--find-renames"];
        arguments.extend(flags);
        arguments.extend([commit.hash(), "--"]);
        arguments.extend(files);
        output(Path::new("git"), &arguments)
    };
    let mut sources = Sources::default();
    for line in changed(&["--name-status"], &["*.rs"])?.lines() {
        // A letter, the name, and where the file was renamed, the new one.
        let mut fields = line.split('\t').skip(1);
        let Some(was) = fields.next() else { continue };
        let is = fields.next().unwrap_or(was);
        let base = revisions.file(commit, was)?.unwrap_or_default();
        let head = fs::read_to_string(workspace.root().join(is)).unwrap_or_default();
        sources.add(is, &base, &head);
        if was != is {
            sources.moved(was, is);
        }
    }
    let untracked = [
        "-C",
        &root,
        "ls-files",
        "--others",
        "--exclude-standard",
        "*.rs",
    ];
    for file in output(Path::new("git"), &untracked)?.lines() {
        let head = fs::read_to_string(workspace.root().join(file)).unwrap_or_default();
        sources.add(file, "", &head);
    }
    let others = ["*Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain.toml"];
    if changed(&["--name-only"], &others)?.is_empty() {
        sources.complete();
    }
    Ok(sources)
}
