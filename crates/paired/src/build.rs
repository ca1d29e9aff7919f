//! Building bench targets with cargo.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use serde::Deserialize;
use thiserror::Error;

/// The executables of a package's bench targets, and of the programs that they start, by the targets' names.
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
    /// The linker does not know the flag that shuffles sections, or is none that the compiler says how it calls.
    #[error("the linker cannot shuffle sections{message}")]
    CannotShuffle {
        /// What it says.
        message: String,
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
    let mut cargo = cargo("bench");
    cargo.arg("--no-run").current_dir(tree);
    let built = run(cargo, tree, package, target, Stdio::inherit())?;
    built.executables(tree)
}

/// As [`build`], for a tree that lies within another: cargo would put the outer one's configuration under that of the tree,
/// and lists such as `rustflags` would have everything twice. So it is started in `outside`, above both.
pub(crate) fn build_nested(
    tree: &Path,
    outside: &Path,
    package: &str,
    target: &Path,
    variables: &[(String, String)],
) -> Result<Executables, BuildError> {
    let mut cargo = nested("bench", tree, outside);
    cargo.arg("--no-run");
    cargo.envs(variables.iter().map(|(name, value)| (name, value)));
    let built = run(cargo, tree, package, target, Stdio::inherit())?;
    built.executables(tree)
}

/// Builds one bench target of a tree that lies within another: the executable, and the line by which it was linked, unless
/// nothing was to be done. Temporary files, which later links need, go to `scratch`.
pub(crate) fn link(
    tree: &Path,
    outside: &Path,
    package: &str,
    bench: &str,
    target: &Path,
    scratch: &Path,
) -> Result<(PathBuf, String), BuildError> {
    let mut cargo = nested("rustc", tree, outside);
    cargo.args(["--profile", "bench", "--bench", bench]);
    cargo.args(["--", "-Csave-temps", "--print=link-args"]);
    cargo.env("TMPDIR", scratch);
    let built = run(cargo, tree, package, target, Stdio::inherit())?;
    let executables = built.executables(tree).map_err(|error| {
        if has_target(tree, outside, package, bench) {
            error
        } else {
            BuildError::NoTarget {
                target: bench.to_owned(),
            }
        }
    })?;
    let output = String::from_utf8_lossy(&built.output.stdout);
    let line = output.lines().rfind(|line| !line.starts_with('{'));
    let line = line.unwrap_or_default().to_owned();
    Ok((executables.get(bench)?.to_owned(), line))
}

fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command);
    cargo
}

fn nested(command: &str, tree: &Path, outside: &Path) -> Command {
    let mut cargo = cargo(command);
    cargo.current_dir(outside);
    let configuration = tree.join(".cargo").join("config.toml");
    if configuration.exists() {
        cargo.arg("--config").arg(configuration);
    }
    cargo.arg("--manifest-path").arg(tree.join("Cargo.toml"));
    cargo
}

/// Whether a package of a tree has a bench target; also where cargo does not say.
fn has_target(tree: &Path, outside: &Path, package: &str, bench: &str) -> bool {
    let mut metadata = nested("metadata", tree, outside);
    metadata.args(["--quiet", "--no-deps", "--format-version=1"]);
    let Ok(output) = metadata.output() else {
        return true;
    };
    let Ok(workspace) = serde_json::from_slice::<Workspace>(&output.stdout) else {
        return true;
    };
    let is_bench =
        |target: &Target| target.name == bench && target.kind.iter().any(|kind| kind == "bench");
    workspace
        .packages
        .iter()
        .any(|own| own.name == package && own.targets.iter().any(is_bench))
}

/// What cargo knows of a tree.
#[derive(Deserialize)]
struct Workspace {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

/// What cargo said.
struct Built {
    output: Output,
}

impl Built {
    fn executables(&self, tree: &Path) -> Result<Executables, BuildError> {
        if !self.output.status.success() {
            return Err(BuildError::Failed {
                tree: tree.to_owned(),
                status: self.output.status,
            });
        }
        Ok(executables(&String::from_utf8_lossy(&self.output.stdout)))
    }
}

/// Starts cargo, with the flags before its `--` in front of those that it has.
fn run(
    cargo: Command,
    tree: &Path,
    package: &str,
    target: &Path,
    errors: Stdio,
) -> Result<Built, BuildError> {
    let mut started = Command::new(cargo.get_program());
    let own = [
        "--quiet",
        "--package",
        package,
        "--message-format=json-render-diagnostics",
    ];
    let mut arguments = cargo.get_args();
    started.args(arguments.next()).args(own).args(arguments);
    if let Some(folder) = cargo.get_current_dir() {
        started.current_dir(folder);
    }
    let variables = cargo.get_envs();
    started.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    let output = started
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .stderr(errors)
        .output()
        .map_err(|error| BuildError::Cargo {
            tree: tree.to_owned(),
            error,
        })?;
    Ok(Built { output })
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

/// The executables among cargo's messages, one JSON object a line; other messages are passed over. A bench target comes
/// before a program of the same name.
fn executables(messages: &str) -> Executables {
    let messages: Vec<Message> = messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let of_kind = |kind: &'static str| {
        let messages = messages
            .iter()
            .filter(move |message| message.target.kind.iter().any(|own| own == kind));
        messages
            .filter_map(|message| Some((message.target.name.clone(), message.executable.clone()?)))
    };
    if of_kind("bench").next().is_none() {
        return Executables::default();
    }
    Executables(of_kind("bin").chain(of_kind("bench")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_executables_among_other_messages() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"cases","kind":["lib"]},"executable":null}
{"reason":"build-script-executed","package_id":"x"}
{"reason":"compiler-artifact","target":{"name":"iai-callgrind-runner","kind":["bin"]},"executable":"t/runner"}
{"reason":"compiler-artifact","target":{"name":"time","kind":["bench"]},"executable":"t/time-1"}
{"reason":"compiler-artifact","target":{"name":"time","kind":["bin"]},"executable":"t/time"}
{"reason":"build-finished","success":true}"#;
        let expected = [("iai-callgrind-runner", "t/runner"), ("time", "t/time-1")];
        let expected = expected.map(|(name, path)| (name.to_owned(), PathBuf::from(path)));
        assert_eq!(executables(messages), Executables(expected.into()));
        assert!(executables(messages).get("allocs").is_err());
    }
}
