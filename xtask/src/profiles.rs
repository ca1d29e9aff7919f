//! What cases took, by function and line: made of what callgrind left of a run, and kept beside the results.

use std::fs;
use std::path::{Path, PathBuf};

use ::explain::{FLAGS, Profile, Profiles, Records, Roots, Symbols, Tree};
use anyhow::{Context, Result};

use crate::measure::Task;
use crate::results;
use crate::workspace::Workspace;

/// The file, in a folder of results.
const FILE: &str = "profiles.txt";

/// What callgrind is told besides, by way of iai-callgrind: whatever revision it is that runs it. No count changes.
pub(crate) fn variable() -> (&'static str, String) {
    ("IAI_CALLGRIND_CALLGRIND_ARGS", FLAGS.join(" "))
}

/// The profiles in a folder of results; none where there is no such file.
pub(crate) fn read(folder: &Path) -> Result<Profiles> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(Profiles::default());
    }
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Profiles::parse(&text).with_context(|| path.display().to_string())
}

pub(crate) fn write(folder: &Path, profiles: &Profiles) -> Result<()> {
    results::write_whole(&folder.join(FILE), profiles.to_string().as_bytes())
}

/// Puts profiles in the place of those of the same cases in a folder of results.
pub(crate) fn merge(folder: &Path, new: &Profiles) -> Result<()> {
    if new.0.is_empty() {
        return Ok(());
    }
    // A file that cannot be read is of no use to anyone.
    let mut profiles = read(folder).unwrap_or_default();
    profiles.0.extend(new.0.clone());
    write(folder, &profiles)
}

/// The profiles of the cases that a task ran, from the folder that callgrind wrote to.
pub(crate) fn collect(folder: &Path, task: &Task<'_>, workspace: &Workspace) -> Result<Profiles> {
    // Callgrind names the file that it opened.
    let executable =
        fs::canonicalize(task.executable).with_context(|| task.executable.display().to_string())?;
    // Where either side was built: revisions lie below the working tree's folder.
    let roots = Roots(vec![
        workspace.revision_folder().join("current").join("tree"),
        workspace.root().to_owned(),
    ]);
    let revisions = workspace.revisions();
    let source = |file: &str| match &task.commit {
        Some(commit) => revisions.file(commit, file).ok().flatten(),
        None => fs::read_to_string(workspace.root().join(file)).ok(),
    };
    let symbols = Symbols::open(&executable, roots, &source)?;
    let frames = |object: &str, address, name: &str| symbols.frames(object, address, name);

    let mut profiles = Profiles::default();
    for path in written(folder)? {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        // A file for each thread; those that counted nothing are empty.
        let command = text.lines().find_map(|line| line.strip_prefix("cmd:"));
        let case = command.and_then(|command| command.split_once("--measure-case "));
        let Some((_, case)) = case else { continue };
        let records = Records::parse(&text).with_context(|| path.display().to_string())?;
        if records.total > 0 {
            let profile = Profile::of(&Tree::of(&records, &frames));
            profiles.0.insert(case.trim().to_owned(), profile);
        }
    }
    Ok(profiles)
}

/// The files of callgrind's below a folder.
fn written(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(written(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "out") {
            found.push(path);
        }
    }
    Ok(found)
}
