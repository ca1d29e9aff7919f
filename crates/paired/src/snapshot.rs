//! The working tree as a commit.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::git::Git;
use crate::revision::{Commit, RevisionError, at};

/// Who and when, for a commit that no branch ever has: always the same, so that equal files give the same commit.
const NOBODY: [(&str, &str); 6] = [
    ("GIT_AUTHOR_NAME", "paired"),
    ("GIT_AUTHOR_EMAIL", "paired@localhost"),
    ("GIT_AUTHOR_DATE", "1970-01-01T00:00:00Z"),
    ("GIT_COMMITTER_NAME", "paired"),
    ("GIT_COMMITTER_EMAIL", "paired@localhost"),
    ("GIT_COMMITTER_DATE", "1970-01-01T00:00:00Z"),
];

/// The commit of the working tree's files, those that git does not track and does not ignore, too. It is `HEAD` if nothing
/// differs from it; else one that no branch has, made with an index in `folder`: the repository's own stays as it is.
pub(crate) fn working_tree(git: &Git, folder: &Path) -> Result<Commit, RevisionError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let index = folder.join("snapshot.index");
    let tree = git
        .run_on(&index, &["read-tree", "HEAD"])
        .and_then(|_| git.run_on(&index, &["add", "--all"]))
        .and_then(|_| git.run_on(&index, &["write-tree"]));
    let _ = fs::remove_file(&index);
    let tree = tree?.trim().to_owned();
    let head = git.run(&["rev-parse", "HEAD", "HEAD^{tree}"])?;
    let mut head = head.lines();
    if let (Some(commit), Some(known)) = (head.next(), head.next())
        && known == tree
    {
        return Ok(Commit::new(commit));
    }
    let variables = NOBODY.map(|(name, value)| (name, OsStr::new(value)));
    let commit = git.run_with(
        &["commit-tree", &tree, "-p", "HEAD", "-m", "working tree"],
        &variables,
    )?;
    Ok(Commit::new(commit.trim()))
}
