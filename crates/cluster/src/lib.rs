//! A PostgreSQL cluster of one's own: in a temporary folder, on a socket in it, and gone with its value.
//!
//! ```no_run
//! let cluster = cluster::Cluster::start()?;
//! println!("{}", cluster.address());
//! # Ok::<(), cluster::NoCluster>(())
//! ```

#![forbid(unsafe_code)]
// Names of products are no code.
#![allow(clippy::doc_markdown)]

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The user that the cluster runs as where this process is root's: PostgreSQL refuses to be.
const USER: &str = "nobody";

/// Where Debian keeps PostgreSQL's programs, by version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum NoCluster {
    /// Its programs are not there.
    #[error("PostgreSQL is not installed: no initdb where pg_config says, nor below {DEBIAN}")]
    NotInstalled,
    /// Its folder can't be made.
    #[error("no folder for a cluster")]
    Folder(#[source] io::Error),
    /// One of its programs failed.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it said.
        said: String,
    },
}

/// A cluster that runs; it ends with this value.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    is_root: bool,
}

impl Cluster {
    /// Makes a cluster, and starts it.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed, or a step fails.
    pub fn start() -> Result<Self, NoCluster> {
        let programs = programs().ok_or(NoCluster::NotInstalled)?;
        let folder = tempfile::tempdir().map_err(NoCluster::Folder)?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))
            .map_err(NoCluster::Folder)?;
        let cluster = Self {
            is_root: is_root(),
            folder,
            programs,
        };
        if cluster.is_root {
            let mut command = Command::new("chown");
            command.arg(USER).arg(cluster.folder.path());
            checked("chown", &mut command)?;
        }
        let data = cluster.data();
        cluster.run(
            "initdb",
            &["-U", "test", "-A", "trust", "--no-sync", "-D", &data],
        )?;
        cluster.up()?;
        Ok(cluster)
    }

    /// Where it listens, as a `postgres://` address.
    pub fn address(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://test@{folder}/postgres")
    }

    /// Starts it again, and waits until it answers.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub fn up(&self) -> Result<(), NoCluster> {
        let folder = self.folder.path().display();
        let log = self.folder.path().join("data/log").display().to_string();
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{folder}'");
        self.run(
            "pg_ctl",
            &[
                "-D",
                &self.data(),
                "-l",
                &log,
                "-w",
                "-o",
                &options,
                "start",
            ],
        )
    }

    /// Stops it as if it had crashed.
    ///
    /// # Errors
    ///
    /// When it does not stop, or did not run.
    pub fn down(&self) -> Result<(), NoCluster> {
        self.run(
            "pg_ctl",
            &["-D", &self.data(), "-w", "-m", "immediate", "stop"],
        )
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, program: &'static str, arguments: &[&str]) -> Result<(), NoCluster> {
        let path = self.programs.join(program);
        let mut command = if self.is_root {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={USER}"))
                .arg("--clear-groups")
                .arg(path);
            command
        } else {
            Command::new(path)
        };
        checked(program, command.args(arguments).current_dir("/"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be down already.
        let _ = self.down();
    }
}

/// Runs a command to its end. What it says goes to a file: a pipe would be held open by the server that it starts.
fn checked(program: &'static str, command: &mut Command) -> Result<(), NoCluster> {
    let said = tempfile::tempfile().map_err(NoCluster::Folder)?;
    let share = || said.try_clone().map(Stdio::from);
    let (output, errors) = (share(), share());
    let status = command
        .stdin(Stdio::null())
        .stdout(output.map_err(NoCluster::Folder)?)
        .stderr(errors.map_err(NoCluster::Folder)?)
        .status();
    let failed = |said: String| NoCluster::Failed { program, said };
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let mut text = String::new();
            let read = io::Seek::rewind(&mut &said)
                .and_then(|()| io::Read::read_to_string(&mut &said, &mut text));
            match read {
                Ok(_) => Err(failed(format!("{status}\n{}", text.trim_end()))),
                Err(_) => Err(failed(status.to_string())),
            }
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

/// The folder of PostgreSQL's programs: where `pg_config` says, else Debian's newest.
fn programs() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.and_then(|output| String::from_utf8(output.stdout).ok());
    let told = told.map(|folder| PathBuf::from(folder.trim()));
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let newest = versions.into_iter().rev().map(|(_, folder)| folder);
    let has_all = |folder: &PathBuf| {
        ["initdb", "pg_ctl"]
            .iter()
            .all(|name| is_file(folder, name))
    };
    told.into_iter().chain(newest).find(has_all)
}

fn is_file(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
