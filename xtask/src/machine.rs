//! What the results say of the machine, the tools and the commit.

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::Result;

use crate::suite::{Kind, Suite, output};
use crate::workspace::Workspace;

/// Keys and values for the head of a file of results.
pub(crate) type Facts = Vec<(String, String)>;

/// What was measured, with what, and on what.
pub(crate) fn facts(suite: &Suite, kind: Kind, workspace: &Workspace) -> Result<Facts> {
    let environment = suite.environment(kind)?;
    let mut facts = told(&environment);
    facts.extend(fact("libc", libc()));
    if kind == Kind::Instructions {
        facts.extend(fact("valgrind", valgrind()));
    }
    facts.extend(host());
    let executable = hash(suite.executable(kind)?, workspace)?;
    facts.extend(fact("executable", Some(executable)));
    Ok(facts)
}

/// What a program says of its build, a `key: value` a line.
pub(crate) fn told(text: &str) -> Facts {
    let lines = text.lines().filter_map(|line| line.split_once(": "));
    lines
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The machine itself.
pub(crate) fn host() -> Facts {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    let cores = thread::available_parallelism().ok();
    [
        fact("cpu", cpu()),
        fact("kernel", kernel.map(|release| release.trim().to_owned())),
        fact("cores", cores.map(|cores| cores.to_string())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn fact(key: &str, value: Option<String>) -> Option<(String, String)> {
    value.map(|value| (key.to_owned(), value))
}

/// The C library and its version.
pub(crate) fn libc() -> Option<String> {
    let libc = output(Path::new("getconf"), &["GNU_LIBC_VERSION"]).ok()?;
    Some(libc.trim().to_owned())
}

/// The commit that is checked out, and whether the working tree differs from it.
pub(crate) fn working_tree(workspace: &Workspace) -> Result<Facts> {
    let commit = git(workspace, &["rev-parse", "--short=12", "HEAD"])?;
    let status = git(
        workspace,
        &["status", "--porcelain", "--untracked-files=no"],
    )?;
    Ok(tree(commit.trim(), !status.is_empty()))
}

/// A commit as results name it.
pub(crate) fn tree(commit: &str, dirty: bool) -> Facts {
    vec![
        ("commit".to_owned(), commit.to_owned()),
        ("dirty".to_owned(), dirty.to_string()),
    ]
}

/// The version of valgrind, if it is installed.
pub(crate) fn valgrind() -> Option<String> {
    let version = output(Path::new("valgrind"), &["--version"]).ok()?;
    version.trim().strip_prefix("valgrind-").map(str::to_owned)
}

/// The model of the first processor.
fn cpu() -> Option<String> {
    let cpus = fs::read_to_string("/proc/cpuinfo").ok()?;
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name"))?;
    Some(model.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

/// A hash of a file, by git: equal for executables of equal bytes.
pub(crate) fn hash(file: &Path, workspace: &Workspace) -> Result<String> {
    let hash = git(
        workspace,
        &["hash-object", "--no-filters", "--", &file.to_string_lossy()],
    )?;
    Ok(hash.trim().to_owned())
}

fn git(workspace: &Workspace, arguments: &[&str]) -> Result<String> {
    let root = workspace.root().to_string_lossy().into_owned();
    output(
        Path::new("git"),
        &[&["-C", root.as_str()], arguments].concat(),
    )
}
