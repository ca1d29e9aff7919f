//! `compare --against REV --explain`: which function, line and call the changed instructions come from.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use ::explain::{FLAGS, Profile, Records, Roots, Source, Sources, Symbols, Tree, explain};
use ::paired::{Commit, Revisions, toolchain};
use anyhow::{Context, Result, bail};
use benchstat::{Verdict, Verdicts};

use crate::suite::{Kind, PACKAGE, Suite};
use crate::workspace::Workspace;

/// Explains each case whose instructions changed: text of markdown, or plain.
pub(crate) fn changes(
    verdicts: &Verdicts,
    revision: &str,
    markdown: bool,
    workspace: &Workspace,
) -> Result<String> {
    let rows = verdicts.judgements.iter().filter(|row| {
        let changed = matches!(row.verdict, Verdict::Regressed | Verdict::Improved);
        changed && &*row.unit == Kind::Instructions.units()[0]
    });
    let cases: Vec<&str> = rows.map(|row| &*row.case).collect();
    if cases.is_empty() {
        return Ok(String::new());
    }
    let revisions = workspace.revisions();
    let commit = revisions.resolve(revision)?;
    let base = Suite::of_revision(revisions.executables(&commit, PACKAGE, &toolchain()?)?);
    let head = Suite::of_working_tree(workspace)?;
    // Where either side was built: revisions lie below the working tree's folder.
    let roots = Roots(vec![
        workspace.revision_folder().join("current").join("tree"),
        workspace.root().to_owned(),
    ]);
    let was = |file: &str| revisions.file(&commit, file).ok().flatten();
    let is = |file: &str| fs::read_to_string(workspace.root().join(file)).ok();
    let base = Program::open(&base, &roots, &was)?;
    let head = Program::open(&head, &roots, &is)?;
    let sources = sources(&revisions, &commit, workspace)?;

    let mut text = String::from("\nwhere the instructions changed:\n");
    for case in cases {
        let explanation = explain(
            &base.calls(case, workspace)?,
            &head.calls(case, workspace)?,
            &sources,
        );
        text += &format!("\n{case}\n");
        text += &if markdown {
            explanation.markdown(&sources)
        } else {
            explanation.text(&sources)
        };
    }
    Ok(text)
}

/// An executable that counts instructions, and its debug information.
struct Program<'s> {
    path: String,
    symbols: Symbols<'s>,
}

impl<'s> Program<'s> {
    fn open(suite: &Suite, roots: &Roots, source: &'s Source<'s>) -> Result<Self> {
        let path = suite.executable(Kind::Instructions)?;
        // Callgrind names the file that it opened.
        let path = fs::canonicalize(path).with_context(|| path.display().to_string())?;
        let symbols = Symbols::open(&path, roots.clone(), source)?;
        let path = path
            .to_str()
            .context("the target folder's path is not UTF-8")?;
        Ok(Self {
            path: path.to_owned(),
            symbols,
        })
    }

    /// The calls of one operation of a case, counted as the benchmark counts them.
    fn calls(&self, case: &str, workspace: &Workspace) -> Result<Profile> {
        let folder = workspace.results().join("explaining");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let run = Command::new("valgrind")
            .env_clear()
            .args(["-q", "--tool=callgrind"])
            .args(FLAGS)
            .args([
                "--toggle-collect=instructions::counted",
                "--separate-threads=yes",
            ])
            .arg(format!(
                "--callgrind-out-file={}",
                folder.join("out").display()
            ))
            .args([&self.path, "--measure-case", case])
            .stdin(Stdio::null())
            .output()
            .context("valgrind")?;
        if !run.status.success() {
            bail!(
                "{case}: {}\n{}",
                run.status,
                String::from_utf8_lossy(&run.stderr)
            );
        }
        let records = counted(&folder).with_context(|| case.to_owned())?;
        // What is counted does not stay: the next case writes files of the same names.
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let frames = |object: &str, address, name: &str| self.symbols.frames(object, address, name);
        Ok(Profile::of(&Tree::of(&records, &frames)))
    }
}

/// The records of the thread that counted something: there is a file for each thread.
fn counted(folder: &Path) -> Result<Records> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        if text.is_empty() {
            continue;
        }
        let records = Records::parse(&text).with_context(|| path.display().to_string())?;
        if records.total > 0 {
            return Ok(records);
        }
    }
    bail!("nothing was counted")
}

/// The sources that differ, as they were and as they are. They are all that differs where the libraries and the compiler's
/// settings do not.
fn sources(revisions: &Revisions, commit: &Commit, workspace: &Workspace) -> Result<Sources> {
    let root = workspace.root().to_string_lossy();
    let changed = |flags: &[&str], files: &[&str]| {
        let mut arguments = vec!["-C", &root, "diff", "--find-renames"];
        arguments.extend(flags);
        arguments.extend([commit.hash(), "--"]);
        arguments.extend(files);
        crate::suite::output(Path::new("git"), &arguments)
    };
    let mut sources = Sources::default();
    for line in changed(&["--name-status"], &["*.rs"])?.lines() {
        // A letter, the name, and where the file was renamed, the new one.
        let mut fields = line.split('\t').skip(1);
        let Some(was) = fields.next() else { continue };
        let is = fields.next().unwrap_or(was);
        let base = revisions.file(commit, was)?.unwrap_or_default();
        let head = fs::read_to_string(workspace.root().join(is)).unwrap_or_default();
        sources.add(is, &base, &head);
        if was != is {
            sources.moved(was, is);
        }
    }
    let others = ["*Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain.toml"];
    if changed(&["--name-only"], &others)?.is_empty() {
        sources.complete();
    }
    Ok(sources)
}
