//! Results of a shard in a folder, and those of all shards put together.
//!
//! | file | what |
//! | --- | --- |
//! | `base/*.txt`, `head/*.txt` | the results of each side, of the shard's cases |
//! | `explanations.json`, `sites.json` | where changed instructions and allocations come from, if something regressed |
//! | `part.json` | which shard of what it is; written last, so that a folder that has it is whole |

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ::paired::{Commit, Side, Sides};
use anyhow::{Context, Result, bail};
use benchstat::document::ExplanationView;
use benchstat::shard::{Part, Shard, Split, Union, VERSION};
use benchstat::{Gates, Judgement, Selection, SitesView};
use serde::de::DeserializeOwned;

use crate::compare::{self, Wanted};
use crate::explain;
use crate::paired;
use crate::results::{self, Results, write_whole};
use crate::sites;
use crate::suite::{Kind, PACKAGE, Suite};
use crate::workspace::{Workspace, file_of};

/// What makes a folder one of a shard.
const PART: &str = "part.json";

/// Where the changed instructions of the shard's cases come from.
const EXPLANATIONS: &str = "explanations.json";

/// Where the changed allocations of the shard's cases come from.
const SITES: &str = "sites.json";

/// The file of pairs of a side.
const PAIRED: &str = "paired.txt";

/// A question that is asked of one shard.
pub(crate) struct Question<'a> {
    pub(crate) shard: Shard,
    /// What the flags say.
    pub(crate) filter: &'a str,
    pub(crate) selection: Selection,
    /// The text of the rules.
    pub(crate) gates: &'a str,
}

/// What a shard measures of a question.
pub(crate) struct Share {
    part: Part,
    split: Split,
}

/// Measures a shard's cases of a revision and of the working tree.
pub(crate) fn against(
    question: &Question<'_>,
    revision: &str,
    into: &Path,
    wanted: Wanted<'_>,
    workspace: &Workspace,
) -> Result<()> {
    let revisions = workspace.revisions();
    let commit = revisions.resolve(revision)?;
    let mut part = Part {
        base: Some(commit.hash().to_owned()),
        base_gates: revisions.file(&commit, compare::GATES)?,
        ..of_head(question, workspace)?
    };
    let mut gates = part.rules()?;
    let (exact, timed) = wanted.kinds();
    if !exact.is_empty() {
        let toolchain = ::paired::toolchain()?;
        let base = Suite::of_revision(
            revisions.executables(&commit, PACKAGE, &toolchain)?,
            &commit,
        );
        let head = Suite::of_working_tree(workspace)?;
        for &kind in &exact {
            for (side, suite) in [(Side::Base, &base), (Side::Head, &head)] {
                // The base may be older than a kind of measurement.
                if !suite.has(kind) {
                    continue;
                }
                let cases = suite.list(kind, &question.selection)?;
                let names = cases.into_iter().map(|case| case.name);
                part.files.insert(place(side, &of(kind)), names.collect());
            }
        }
    }
    let mut timing = Vec::new();
    if !timed.is_empty() {
        timing = paired::cases(&revisions, &commit, &gates, &question.selection)?;
        for side in [Side::Base, Side::Head] {
            let names = timing.iter().map(|names| names.get(side).clone());
            part.files.insert(place(side, PAIRED), names.collect());
        }
    }
    let share = Share::of(part)?;
    let elsewhere = |names: &&Sides<String>| !share.split.gives(question.shard, &names.head);
    let wanted = Wanted {
        selection: share.selection(question),
        others: timing.iter().filter(elsewhere).count(),
        ..wanted
    };
    let mut sides = compare::against(revision, &wanted, &mut gates, workspace)?;
    let mut measured = BTreeMap::new();
    for (side, files) in [Side::Base, Side::Head].into_iter().zip(&mut sides) {
        if !timed.is_empty() {
            measured.extend(files.files.pop().map(|pairs| (place(side, PAIRED), pairs)));
        }
        for file in &files.files {
            let name = file.file_name().unwrap_or_default();
            measured.insert(place(side, &name.to_string_lossy()), file.clone());
        }
    }
    share.write(&measured, into)?;
    share.explain(&commit, &exact, into, &gates, workspace)?;
    share.finish(into)
}

/// The part of a question about the working tree alone, before its cases are listed.
fn of_head(question: &Question<'_>, workspace: &Workspace) -> Result<Part> {
    Ok(Part {
        version: VERSION,
        shard: question.shard,
        base: None,
        head: workspace.revisions().working_tree()?.hash().to_owned(),
        toolchain: ::paired::toolchain()?,
        filter: question.filter.to_owned(),
        gates: question.gates.to_owned(),
        base_gates: None,
        files: BTreeMap::new(),
    })
}

impl Share {
    /// Of the working tree alone, to be compared with the committed baselines.
    pub(crate) fn of_suite(
        question: &Question<'_>,
        suite: &Suite,
        workspace: &Workspace,
    ) -> Result<Self> {
        let mut part = of_head(question, workspace)?;
        for kind in Kind::ALL {
            let cases = suite.list(kind, &question.selection)?;
            let names = cases.into_iter().map(|case| case.name);
            let file = place(Side::Head, &of(kind));
            part.files.insert(file, names.collect());
        }
        Self::of(part)
    }

    fn of(part: Part) -> Result<Self> {
        let split = part.split()?;
        Ok(Self { part, split })
    }

    /// The shard's cases among those of the question.
    pub(crate) fn selection(&self, question: &Question<'_>) -> Selection {
        let cases = self.split.cases(self.part.shard);
        question.selection.clone().among(cases)
    }

    /// Whether there is a case for any shard.
    pub(crate) fn has_cases(&self) -> bool {
        !self.split.is_empty()
    }

    /// Writes what was measured last of the working tree alone.
    pub(crate) fn keep(&self, into: &Path, workspace: &Workspace) -> Result<()> {
        let measured = Kind::ALL.map(|kind| {
            let file = file_of(kind, &workspace.results());
            (place(Side::Head, &of(kind)), file)
        });
        self.write(&measured.into(), into)?;
        self.finish(into)
    }

    /// Writes the results of the shard's cases; of a file that has others, too, only theirs.
    fn write(&self, measured: &BTreeMap<String, PathBuf>, into: &Path) -> Result<()> {
        for old in [PART, EXPLANATIONS, SITES].map(|file| into.join(file)) {
            if old.exists() {
                fs::remove_file(&old).with_context(|| old.display().to_string())?;
            }
        }
        let Self { part, split } = self;
        for (file, cases) in &part.files {
            let mut own = match measured.get(file) {
                Some(measured) if measured.exists() => results::read_any(measured)?,
                // The shard has no case of the kind.
                _ => Results::default(),
            };
            own.lines.retain(|result| {
                cases.contains(&result.name) && split.gives(part.shard, &result.name)
            });
            part.check(split, &into.display().to_string(), file, &own.lines)?;
            results::write(&into.join(file), &own)?;
        }
        Ok(())
    }

    /// Writes where changes come from, if something regressed. What is exact needs no other shard to say so.
    fn explain(
        &self,
        commit: &Commit,
        exact: &[Kind],
        into: &Path,
        gates: &Gates,
        workspace: &Workspace,
    ) -> Result<()> {
        let sides = [Side::Base, Side::Head].map(|side| {
            let files = exact.iter().map(|kind| into.join(place(side, &of(*kind))));
            let full = files.filter(|file| results::read(file).is_ok());
            compare::Side {
                label: side.to_string(),
                files: full.collect(),
            }
        });
        let verdicts = compare::judged(sides, &self.part.filter, gates)?;
        if verdicts.judgements.iter().any(Judgement::fails) {
            let base = compare::results_of(commit, workspace);
            let explanations =
                explain::changes(&verdicts, &base, &workspace.results(), None, workspace)?;
            let json = serde_json::to_vec_pretty(&explanations)?;
            write_whole(&into.join(EXPLANATIONS), &json)?;
            let allocations = sites::changes(&verdicts, Some(commit.hash()), workspace)?;
            let json = serde_json::to_vec_pretty(&allocations)?;
            write_whole(&into.join(SITES), &json)?;
        }
        Ok(())
    }

    /// Writes which shard of what it is.
    fn finish(&self, into: &Path) -> Result<()> {
        let Self { part, split } = self;
        write_whole(&into.join(PART), part.to_json()?.as_bytes())?;
        eprintln!(
            "shard {}: {} of {} cases, in {}",
            part.shard,
            split.cases(part.shard).count(),
            split.len(),
            into.display()
        );
        Ok(())
    }
}

fn of(kind: Kind) -> String {
    format!("{}.txt", kind.name())
}

/// A file of a side, from the folder of its shard.
fn place(side: Side, file: &str) -> String {
    format!("{side}/{file}")
}

/// The parts in some folders, which have to be all of one comparison.
pub(crate) fn open(folders: &[PathBuf]) -> Result<Union> {
    let parts = folders.iter().map(|folder| {
        let path = folder.join(PART);
        let json = fs::read(&path).with_context(|| {
            format!("{}: what a shard wrote has this file last", path.display())
        })?;
        let part = Part::parse(&json).with_context(|| path.display().to_string())?;
        Ok((folder.display().to_string(), part))
    });
    Ok(Union::new(parts.collect::<Result<_>>()?)?)
}

/// Writes the results of all shards as one machine would have: the sides to compare.
pub(crate) fn merge(union: &Union, workspace: &Workspace) -> Result<[compare::Side; 2]> {
    let whole = union.whole();
    // The committed baselines, and what they accept, are those of a commit.
    if whole.base.is_none() && whole.head != workspace.revisions().working_tree()?.hash() {
        bail!(
            "the parts are of {}, which is not what is checked out: its baselines are not these",
            whole.head
        );
    }
    let folder = workspace.results().join("merged");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let mut sides = [Side::Base, Side::Head].map(|side| compare::Side {
        label: match (side, &whole.base) {
            (Side::Head, _) => "here".to_owned(),
            (Side::Base, None) => "baseline".to_owned(),
            (Side::Base, Some(commit)) => commit.get(..12).unwrap_or(commit).to_owned(),
        },
        files: Vec::new(),
    });
    let kinds = Kind::ALL.map(|kind| (Some(kind), of(kind)));
    let known = kinds.into_iter().chain([(None, PAIRED.to_owned())]);
    let mut found = 0;
    for (kind, name) in known {
        for (at, side) in [Side::Base, Side::Head].into_iter().enumerate() {
            let file = place(side, &name);
            if whole.files.contains_key(&file) {
                found += 1;
                sides[at].files.extend(merge_file(union, &file, &folder)?);
            } else if let (Side::Base, None, Some(kind)) = (side, &whole.base, kind)
                && whole.files.contains_key(&place(Side::Head, &name))
            {
                sides[at].files.push(file_of(kind, &workspace.baselines()));
            }
        }
    }
    if found < whole.files.len() {
        bail!(
            "the parts have files that are not known here: {:?}",
            whole.files.keys()
        );
    }
    Ok(sides)
}

/// A file of all shards; none where no case has results in it.
fn merge_file(union: &Union, file: &str, folder: &Path) -> Result<Option<PathBuf>> {
    let mut all = Results::default();
    let (mut lines, mut units) = (Vec::new(), Vec::new());
    for (place, _) in union.parts() {
        let mut own = results::read_any(&Path::new(place).join(file))?;
        lines.push(std::mem::take(&mut own.lines));
        units.push(std::mem::take(&mut own.units));
        all.append(own);
    }
    all.units = union.units(file, units)?;
    all.lines = union.merged(file, lines)?;
    let path = folder.join(file);
    results::write(&path, &all)?;
    Ok((!all.lines.is_empty()).then_some(path))
}

/// What the shards say of where changed instructions come from.
pub(crate) fn explanations(union: &Union) -> Result<Vec<ExplanationView>> {
    of_all(union, EXPLANATIONS)
}

/// What the shards say of where changed allocations come from.
pub(crate) fn sites(union: &Union) -> Result<Vec<SitesView>> {
    of_all(union, SITES)
}

/// A list of which each shard may have a part.
fn of_all<T: DeserializeOwned>(union: &Union, file: &str) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for (place, _) in union.parts() {
        let path = Path::new(place).join(file);
        if path.exists() {
            let json = fs::read(&path).with_context(|| path.display().to_string())?;
            let own: Vec<T> =
                serde_json::from_slice(&json).with_context(|| path.display().to_string())?;
            all.extend(own);
        }
    }
    Ok(all)
}
