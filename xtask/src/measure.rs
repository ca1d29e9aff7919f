//! Starting the bench executables and collecting what they measured.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::{self, ScopedJoinHandle};
use std::{env, fs, iter};

use ::paired::Commit;
use anyhow::{Context, Result, anyhow, bail};
use benchfmt::Benchmark;
use indicatif::ProgressBar;

use crate::profiles;
use crate::progress;
use crate::results::{self, Results};
use crate::suite::Kind;
use crate::workspace::Workspace;

/// How often the exact metrics are taken: once to measure, once to show that they are exact.
pub(crate) const EXACT_RUNS: usize = 2;

/// What criterion is told in each of the processes that time: little, because a process gives one measurement, and more
/// processes say more than more samples in one.
const CRITERION: [&str; 7] = [
    "--warm-up-time=0.05",
    "--measurement-time=0.1",
    "--sample-size=10",
    "--nresamples=1001",
    "--noplot",
    "--quiet",
    "--color=never",
];

/// A file that the instructions target writes beside its results.
pub(crate) const FUNCTIONS: &str = "functions.txt";

/// One executable and the cases that it is to measure.
pub(crate) struct Task<'a> {
    pub(crate) kind: Kind,
    pub(crate) executable: &'a Path,
    /// What it was built of; the working tree otherwise.
    pub(crate) commit: Option<&'a Commit>,
    pub(crate) names: Vec<String>,
    pub(crate) runs: usize,
}

/// Measures the cases of a task in fresh processes. Exact metrics are taken in two processes at once, since what else the
/// machine does changes no count; times are taken in one after the other, the cases in a new order each time.
pub(crate) fn measure(task: &Task<'_>, workspace: &Workspace) -> Result<Results> {
    let bar = progress::bar(task.runs, task.kind.name());
    let folder = workspace.results().join("running").join(format!(
        "{}-{}",
        task.kind.name(),
        std::process::id()
    ));
    // What an interrupted run of the same process number left is not of this one.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let result = measure_in(task, &folder, workspace, &bar);
    bar.finish_and_clear();
    // What a run leaves is taken or of no use.
    let _ = fs::remove_dir_all(&folder);
    result.with_context(|| format!("measuring {}", task.kind.name()))
}

fn measure_in(
    task: &Task<'_>,
    folder: &Path,
    workspace: &Workspace,
    bar: &ProgressBar,
) -> Result<Results> {
    let run = |number: usize| {
        // The counts of a run that is profiled show that they are those of one that is not.
        let profiled = task.kind == Kind::Instructions && number + 1 == task.runs;
        let folder = folder.join(number.to_string());
        let outcome = one_run(task, &folder, profiled, workspace);
        bar.inc(1);
        outcome
    };
    let mut all = Results::default();
    if task.kind.is_exact() {
        let outcomes: Vec<_> = thread::scope(|scope| {
            let runs: Vec<_> = (0..task.runs)
                .map(|number| scope.spawn(move || run(number)))
                .collect();
            runs.into_iter().map(ScopedJoinHandle::join).collect()
        });
        for outcome in outcomes {
            all.append(outcome.map_err(|_| anyhow!("a run panicked"))??);
        }
    } else {
        for number in 0..task.runs {
            all.append(run(number)?);
        }
    }
    // Run after run in the file, case after case within a run, whatever order they were measured in.
    let place = |result: &Benchmark| task.names.iter().position(|name| *name == result.name);
    all.lines.sort_by_key(place);
    Ok(all)
}

fn one_run(
    task: &Task<'_>,
    folder: &Path,
    profiled: bool,
    workspace: &Workspace,
) -> Result<Results> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let file = folder.join("results.txt");
    let mut names = task.names.clone();
    let mut command = Command::new(task.executable);
    command.arg("--bench");
    if task.kind == Kind::Time {
        fastrand::shuffle(&mut names);
        command.args(CRITERION);
    }
    // Runs at the same time would write the same profiles: those of the first are kept.
    if task.kind == Kind::Allocs && !folder.ends_with("0") {
        command.env("DHAT_HOME", folder.join("dhat"));
    }
    if let Some(folder) = task.executable.parent() {
        command.env("PATH", before(folder)?);
    }
    if profiled {
        let (name, value) = profiles::variable();
        command.env(name, value);
    }
    let output = command
        .env("HANDLERBENCH_CASES", names.join("\n"))
        .env("HANDLERBENCH_RESULTS", &file)
        .current_dir(workspace.benches())
        .stdin(Stdio::null())
        .output()
        .with_context(|| task.executable.display().to_string())?;
    if !output.status.success() {
        bail!(
            "{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let mut measured = results::read(&file)?;
    let functions = folder.join(FUNCTIONS);
    if functions.exists() {
        measured.functions = results::read(&functions)?.lines;
    }
    if profiled {
        measured.profiles = profiles::collect(folder, task, workspace)?;
    }
    for name in &task.names {
        if !measured.lines.iter().any(|result| result.name == *name) {
            bail!("{name} was not measured");
        }
    }
    Ok(measured)
}

/// The folders where programs are sought, after one more: what a revision's executable starts lies beside it.
fn before(folder: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = iter::once(folder.to_owned()).chain(env::split_paths(&path));
    env::join_paths(folders).with_context(|| folder.display().to_string())
}
