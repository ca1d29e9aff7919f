//! A copy of the tree that is changed, built and counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use explain::{Explanation, FLAGS, Profile, Records, Roots, Source, Sources, Symbols, Tree};

use crate::Mutation;

pub(crate) struct Workshop {
    root: PathBuf,
    folder: PathBuf,
    /// Whether what was built the last time is taken.
    again: bool,
}

impl Workshop {
    /// A copy of the files that git tracks.
    pub(crate) fn open(again: bool) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = fs::canonicalize(root)?;
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let target = target.map_or_else(|| root.join("target"), |target| root.join(target));
        let workshop = Self {
            folder: target.join("mutations"),
            root,
            again,
        };
        if again {
            return Ok(workshop);
        }
        let listed = run(Command::new("git")
            .arg("ls-files")
            .current_dir(&workshop.root))?;
        for file in listed.lines() {
            workshop.copy(file)?;
        }
        Ok(workshop)
    }

    fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    /// Copies a file unless it is there already: cargo builds what is newer.
    fn copy(&self, file: &str) -> Result<()> {
        let (from, to) = (self.root.join(file), self.tree().join(file));
        // A file that was removed is still listed.
        let Ok(text) = fs::read(from) else {
            return Ok(());
        };
        if fs::read(&to).is_ok_and(|there| there == text) {
            return Ok(());
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&to, text).with_context(|| to.display().to_string())
    }

    /// The source with a change in it.
    pub(crate) fn mutated(&self, mutation: &Mutation) -> Result<String> {
        let source = fs::read_to_string(self.root.join(&mutation.file))?;
        let count = source.matches(&mutation.before).count();
        if count != 1 {
            bail!(
                "{}: what it changes stands in {} {count} times",
                mutation.name,
                mutation.file
            );
        }
        Ok(source.replace(&mutation.before, &mutation.after))
    }

    /// Builds the copy with a change in it, which then goes.
    pub(crate) fn build_mutated(&self, mutation: &Mutation) -> Result<PathBuf> {
        fs::write(self.tree().join(&mutation.file), self.mutated(mutation)?)?;
        let built = self.build(&mutation.name);
        self.copy(&mutation.file)?;
        built.with_context(|| mutation.name.clone())
    }

    /// Builds the copy as it is, and keeps the executable under a name.
    pub(crate) fn build(&self, name: &str) -> Result<PathBuf> {
        let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        let path = self.folder.join(name);
        if self.again {
            return Ok(path);
        }
        let build = self.folder.join("build");
        let mut cargo = Command::new("cargo");
        cargo
            .args(["bench", "--no-run", "--quiet", "--package", "benches"])
            .args(["--bench", "instructions", "--message-format=json"])
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(self.tree());
        let messages = run(&mut cargo)?;
        let executable = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|message| message["target"]["name"] == "instructions")
            .find_map(|message| Some(message["executable"].as_str()?.to_owned()))
            .context("cargo built no executable")?;
        fs::copy(executable, &path)?;
        Ok(path)
    }

    /// Explains a change, whose file is now `source`.
    pub(crate) fn explain(
        &self,
        base: &Path,
        head: &Path,
        mutation: &Mutation,
        source: &str,
    ) -> Result<(Explanation, Sources)> {
        let mut sources = Sources::default();
        let here = |file: &str| fs::read_to_string(self.root.join(file)).ok();
        let before = here(&mutation.file).unwrap_or_default();
        sources.add(&mutation.file, &before, source);
        sources.complete();
        let changed = |file: &str| {
            if file == mutation.file {
                Some(source.to_owned())
            } else {
                here(file)
            }
        };
        let base = self.profile(base, &mutation.case, &here)?;
        let head = self.profile(head, &mutation.case, &changed)?;
        Ok((explain::explain(&base, &head, &sources), sources))
    }

    /// What one operation of a case takes.
    fn profile(&self, program: &Path, case: &str, source: &Source<'_>) -> Result<Profile> {
        let symbols = Symbols::open(program, Roots(vec![self.tree()]), source)?;
        let folder = self.folder.join("counted");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let mut valgrind = Command::new("valgrind");
        valgrind
            .env_clear()
            .args(["-q", "--tool=callgrind", "--separate-threads=yes"])
            .arg("--toggle-collect=instructions::counted")
            .args(FLAGS)
            .arg(format!("--callgrind-out-file={}/out", folder.display()))
            .arg(program)
            .args(["--measure-case", case]);
        run(&mut valgrind)?;
        for entry in fs::read_dir(&folder)? {
            let text = fs::read_to_string(entry?.path())?;
            // A thread that counted nothing has an empty file.
            if !text.is_empty() {
                let records = Records::parse(&text)?;
                if records.total > 0 {
                    let frames =
                        |object: &str, address, name: &str| symbols.frames(object, address, name);
                    return Ok(Profile::of(&Tree::of(&records, &frames)));
                }
            }
        }
        bail!("{case}: nothing was counted")
    }
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}
