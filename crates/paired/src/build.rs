//! Building bench targets with cargo.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;
use thiserror::Error;

/// The executables of a package's bench targets, by the targets' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Executables(pub BTreeMap<String, PathBuf>);

impl Executables {
    /// The executable of a target.
    ///
    /// # Errors
    ///
    /// If there is no such target.
    pub fn get(&self, target: &str) -> Result<&Path, BuildError> {
        self.0
            .get(target)
            .map(PathBuf::as_path)
            .ok_or_else(|| BuildError::NoTarget {
                target: target.to_owned(),
            })
    }
}

/// Why there are no executables.
#[derive(Debug, Error)]
pub enum BuildError {
    /// Cargo could not be started.
    #[error("starting cargo in {}: {error}", tree.display())]
    Cargo {
        /// Where it was started.
        tree: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The build failed; cargo has said why on standard error.
    #[error("building the benchmarks in {} failed: {status}", tree.display())]
    Failed {
        /// What was built.
        tree: PathBuf,
        /// How cargo ended.
        status: ExitStatus,
    },
    /// The tree has no such bench target.
    #[error("there is no bench target {target:?}")]
    NoTarget {
        /// Its name.
        target: String,
    },
}

/// Builds the bench targets of `package` in `tree`, with `target` as cargo's target folder. What cargo has to say goes to
/// standard error.
///
/// # Errors
///
/// If cargo cannot be started, or the build fails.
pub fn build(tree: &Path, package: &str, target: &Path) -> Result<Executables, BuildError> {
    let mut cargo = cargo();
    cargo.current_dir(tree);
    run(cargo, tree, package, target)
}

/// As [`build`], for a tree that lies within another: cargo would put the outer one's configuration under that of the tree,
/// and lists such as `rustflags` would have everything twice. So it is started in `outside`, above both.
pub(crate) fn build_nested(
    tree: &Path,
    outside: &Path,
    package: &str,
    target: &Path,
) -> Result<Executables, BuildError> {
    let mut cargo = cargo();
    cargo.current_dir(outside);
    let configuration = tree.join(".cargo").join("config.toml");
    if configuration.exists() {
        cargo.arg("--config").arg(configuration);
    }
    cargo.arg("--manifest-path").arg(tree.join("Cargo.toml"));
    run(cargo, tree, package, target)
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg("bench");
    cargo
}

fn run(
    mut cargo: Command,
    tree: &Path,
    package: &str,
    target: &Path,
) -> Result<Executables, BuildError> {
    let output = cargo
        .args(["--quiet", "--no-run", "--package", package])
        .arg("--message-format=json-render-diagnostics")
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| BuildError::Cargo {
            tree: tree.to_owned(),
            error,
        })?;
    if !output.status.success() {
        return Err(BuildError::Failed {
            tree: tree.to_owned(),
            status: output.status,
        });
    }
    Ok(executables(&String::from_utf8_lossy(&output.stdout)))
}

/// A line of cargo's messages, as far as it says what was built.
#[derive(Deserialize)]
struct Message {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The bench executables among cargo's messages, one JSON object a line; other messages are passed over.
fn executables(messages: &str) -> Executables {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let benches = messages.filter(|message| message.target.kind.iter().any(|kind| kind == "bench"));
    Executables(
        benches
            .filter_map(|message| Some((message.target.name, message.executable?)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_bench_executables_among_other_messages() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"cases","kind":["lib"]},"executable":null}
{"reason":"build-script-executed","package_id":"x"}
{"reason":"compiler-artifact","target":{"name":"iai-callgrind-runner","kind":["bin"]},"executable":"t/runner"}
{"reason":"compiler-artifact","target":{"name":"time","kind":["bench"]},"executable":"t/time-1"}
{"reason":"build-finished","success":true}"#;
        let expected = BTreeMap::from([("time".to_owned(), PathBuf::from("t/time-1"))]);
        assert_eq!(executables(messages), Executables(expected));
        assert!(executables(messages).get("allocs").is_err());
    }
}
