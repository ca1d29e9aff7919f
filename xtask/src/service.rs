//! The programs that are put under load, and the one that puts it there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::machine::{self, Facts};
use crate::suite::output;
use crate::workspace::Workspace;

/// The allocator that programs have unless they are built with another: the C library's.
pub(crate) const SYSTEM: &str = "glibc";

/// The variant that stands for the peer in Go.
pub(crate) const GO: &str = "go";

/// A program that serves.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    /// What results of it say of it.
    pub(crate) facts: Facts,
}

/// Builds our service with an allocator.
pub(crate) fn build_server(allocator: &str, workspace: &Workspace) -> Result<Program> {
    let mut arguments = vec!["--package", "server"];
    if allocator != SYSTEM {
        arguments.extend(["--features", allocator]);
    }
    build(&arguments, workspace)?;
    let built = workspace.target().join("release").join("server");
    // The next build with another allocator takes its place.
    let path = workspace
        .target()
        .join("load")
        .join(format!("server-{allocator}"));
    copy(&built, &path)?;
    let mut facts = machine::told(&output(&path, &["--environment"])?);
    facts.extend(machine::libc().map(|libc| ("libc".to_owned(), libc)));
    facts.extend(machine::host());
    facts.push(("executable".to_owned(), machine::hash(&path, workspace)?));
    facts.extend(machine::working_tree(workspace)?);
    Ok(Program { path, facts })
}

/// Builds the peer; nothing where `go` is not installed.
pub(crate) fn build_peer(workspace: &Workspace) -> Result<Option<Program>> {
    let Ok(version) = output(Path::new("go"), &["env", "GOOS", "GOARCH", "GOVERSION"]) else {
        return Ok(None);
    };
    let folder = workspace.benches().join("peers").join("go");
    let path = workspace.target().join("load").join("peer-go");
    let status = Command::new("go")
        .args(["build", "-o"])
        .arg(&path)
        .arg(".")
        .current_dir(&folder)
        .status()
        .with_context(|| folder.display().to_string())?;
    if !status.success() {
        bail!("{}: go build: {status}", folder.display());
    }
    let keys = ["goos", "goarch", "go"].into_iter().map(str::to_owned);
    let mut facts: Facts = keys.zip(version.lines().map(str::to_owned)).collect();
    facts.extend(machine::host());
    facts.push(("executable".to_owned(), machine::hash(&path, workspace)?));
    facts.extend(machine::working_tree(workspace)?);
    Ok(Some(Program { path, facts }))
}

/// Builds the program that puts load on a service: its path.
pub(crate) fn build_load(workspace: &Workspace) -> Result<PathBuf> {
    build(&["--package", "load"], workspace)?;
    Ok(workspace.target().join("release").join("load"))
}

/// Builds the program that watches what grows: its path.
pub(crate) fn build_soak(workspace: &Workspace) -> Result<PathBuf> {
    build(&["--package", "soak"], workspace)?;
    Ok(workspace.target().join("release").join("soak"))
}

/// Builds the rating service: its path.
pub(crate) fn build_rating(workspace: &Workspace) -> Result<PathBuf> {
    build(&["--package", "rating"], workspace)?;
    Ok(workspace.target().join("release").join("rating"))
}

/// Builds the program that says what can be said of each rung without a clock: its path.
pub(crate) fn build_rungs(workspace: &Workspace) -> Result<PathBuf> {
    build(&["--package", "store", "--example", "rungs"], workspace)?;
    Ok(workspace.target().join("release/examples/rungs"))
}

fn build(arguments: &[&str], workspace: &Workspace) -> Result<()> {
    eprintln!("building {}", arguments[1]);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release"])
        .args(arguments)
        .current_dir(workspace.root())
        .status()
        .context("cargo")?;
    if !status.success() {
        bail!("cargo build {}: {status}", arguments.join(" "));
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    // The one that is there may be running.
    let partial = to.with_extension("partial");
    fs::copy(from, &partial).with_context(|| partial.display().to_string())?;
    fs::rename(&partial, to).with_context(|| to.display().to_string())
}

/// The priority of a generator that goes first: any will do, since nothing else has one.
const FIRST: &str = "1";

/// A generator: one that goes first has the kernel's round-robin scheduling, before all that has none. The service has not: where
/// such threads leave nothing to others, the kernel takes 50 ms of each second from them.
pub(crate) fn generator(program: &Path, goes_first: bool) -> Command {
    if !goes_first {
        return Command::new(program);
    }
    let mut command = Command::new("chrt");
    command.args(["--rr", FIRST]).arg(program);
    command
}

/// A service that runs, and ends with this value.
#[derive(Debug)]
pub(crate) struct Service {
    process: Child,
    /// Open as long as it runs: it may have more to say.
    output: BufReader<ChildStdout>,
    /// Where it serves.
    pub(crate) address: String,
    /// Its admin port, if one was asked for.
    pub(crate) admin: Option<String>,
}

/// What a service is started with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Start<'a> {
    /// How the handler gets its memory.
    pub(crate) variant: &'a str,
    /// So many threads do its work, if that is said.
    pub(crate) threads: Option<u16>,
    /// Whether it has an admin port.
    pub(crate) admin: bool,
    /// What stands behind the handler, as the service's flags say it.
    pub(crate) behind: &'a [String],
}

impl Service {
    /// Starts a program and waits until it listens.
    pub(crate) fn start(program: &Program, start: Start<'_>) -> Result<Self> {
        let mut command = Command::new(&program.path);
        command.args(["--listen", "127.0.0.1:0"]);
        match (start.variant, start.threads) {
            (GO, None) => {}
            (GO, Some(threads)) => {
                command.env("GOMAXPROCS", threads.to_string());
            }
            (variant, threads) => {
                command.args(["--variant", variant]);
                command.args(threads.map(|threads| format!("--workers={threads}")));
                command.arg(if start.admin {
                    "--admin=127.0.0.1:0"
                } else {
                    "--no-admin"
                });
                command.args(start.behind);
            }
        }
        Self::spawn(command)
    }

    /// Starts the rating service.
    pub(crate) fn start_rating(program: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0"]);
        Self::spawn(command)
    }

    /// Starts a program that says where it listens, and waits until it does.
    fn spawn(mut command: Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let shown = || program.clone();
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(shown)?;
        let output = process.stdout.take().context("no pipe")?;
        let mut service = Self {
            process,
            output: BufReader::new(output),
            address: String::new(),
            admin: None,
        };
        loop {
            let mut line = String::new();
            if service.output.read_line(&mut line).with_context(shown)? == 0 {
                bail!("{} ended before it listened", shown());
            }
            if let Some(address) = line.trim().strip_prefix("admin on http://") {
                service.admin = Some(address.to_owned());
            }
            if let Some(address) = line.trim().strip_prefix("listening on http://") {
                address.clone_into(&mut service.address);
                return Ok(service);
            }
        }
    }

    /// Its process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; it is reaped either way.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
