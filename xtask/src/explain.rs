//! `compare --against REV --explain`: which function, line and call the changed instructions come from.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use ::explain::{Lines, Records, Roots, Symbols, Tree, explain};
use ::paired::{Commit, Revisions, toolchain};
use anyhow::{Context, Result, bail};
use benchstat::{Verdict, Verdicts};

use crate::flame;
use crate::suite::{Kind, PACKAGE, Suite};
use crate::workspace::Workspace;

/// As deep as calls are told apart: deeper than any case calls.
const CALLERS: &str = "--separate-callers=100";

/// Explains each case whose instructions changed: text of markdown, or plain. Where there is a folder for `graphs`, it draws
/// them.
pub(crate) fn changes(
    verdicts: &Verdicts,
    revision: &str,
    markdown: bool,
    graphs: Option<&Path>,
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
    let base = Program::open(&base, &roots)?;
    let head = Program::open(&head, &roots)?;
    let lines = lines(&revisions, &commit, workspace)?;

    let mut text = String::from("\nwhere the instructions changed:\n");
    for case in cases {
        let (base, head) = (base.calls(case, workspace)?, head.calls(case, workspace)?);
        if let Some(folder) = graphs {
            flame::write(folder, case, &base, &head)?;
        }
        let explanation = explain(&base, &head, &lines);
        text += &format!("\n{case}\n");
        text += &if markdown {
            explanation.markdown(&lines)
        } else {
            explanation.text(&lines)
        };
    }
    Ok(text)
}

/// An executable that counts instructions, and its debug information.
struct Program {
    path: String,
    symbols: Symbols,
}

impl Program {
    fn open(suite: &Suite, roots: &Roots) -> Result<Self> {
        let path = suite.executable(Kind::Instructions)?;
        // Callgrind names the file that it opened.
        let path = fs::canonicalize(path).with_context(|| path.display().to_string())?;
        let symbols = Symbols::open(&path, roots.clone())?;
        let path = path
            .to_str()
            .context("the target folder's path is not UTF-8")?;
        Ok(Self {
            path: path.to_owned(),
            symbols,
        })
    }

    /// The calls of one operation of a case, counted as the benchmark counts them.
    fn calls(&self, case: &str, workspace: &Workspace) -> Result<Tree> {
        let folder = workspace.results().join("explaining");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let run = Command::new("valgrind")
            .env_clear()
            .args(["-q", "--tool=callgrind", "--dump-instr=yes", CALLERS])
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
        Ok(Tree::of(&records, &|object, address, name| {
            self.symbols.frames(object, address, name)
        }))
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

/// The sources that differ, as they were and as they are.
fn lines(revisions: &Revisions, commit: &Commit, workspace: &Workspace) -> Result<Lines> {
    let root = workspace.root().to_string_lossy();
    let arguments = [
        "-C",
        &root,
        "diff",
        "--name-only",
        "--no-renames",
        commit.hash(),
        "--",
        "*.rs",
    ];
    let changed = crate::suite::output(Path::new("git"), &arguments)?;
    let mut lines = Lines::default();
    for file in changed.lines() {
        let head = fs::read_to_string(workspace.root().join(file));
        if let (Some(base), Ok(head)) = (revisions.file(commit, file)?, head) {
            lines.add(file, &base, &head);
        }
    }
    Ok(lines)
}
