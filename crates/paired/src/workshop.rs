//! Where one side is built: its source and cargo's target folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::git::Git;
use crate::revision::{Commit, RevisionError, at};
use crate::side::Side;

/// The folder of a side.
///
/// | path | what |
/// | --- | --- |
/// | `tree` | the files of a commit |
/// | `commit` | which; written when they are all there |
/// | `build` | cargo's target folder |
/// | `linked`, `scratch` | how the last target was linked, and what it needs to be linked again |
///
/// While something is built the folder has another name, the same for both sides: paths get into executables, and equal
/// source is to give equal bytes.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// The name it has when nothing is built.
    home: PathBuf,
    /// The name it has now.
    current: PathBuf,
}

impl Workshop {
    /// The workshop of a side in `folder`, with the files of a commit. What an interrupted call left is put back first.
    pub(crate) fn open(
        folder: &Path,
        side: Side,
        commit: &Commit,
        git: &Git,
    ) -> Result<Self, RevisionError> {
        let current = folder.join("current");
        let owner = current.join("side");
        if current.exists() {
            let home = fs::read_to_string(&owner)
                .ok()
                .map(|name| folder.join(name.trim()))
                .filter(|home| !home.exists());
            match home {
                Some(home) => fs::rename(&current, &home).map_err(at(&current))?,
                None => fs::remove_dir_all(&current).map_err(at(&current))?,
            }
        }
        let home = folder.join(side.to_string());
        fs::create_dir_all(&home).map_err(at(&home))?;
        fs::write(home.join("side"), side.to_string()).map_err(at(&home))?;
        fs::rename(&home, &current).map_err(at(&home))?;
        let workshop = Self { home, current };
        workshop.check_out(commit, git)?;
        Ok(workshop)
    }

    /// The files of the commit.
    pub(crate) fn tree(&self) -> PathBuf {
        self.current.join("tree")
    }

    /// Cargo's target folder.
    pub(crate) fn build(&self) -> PathBuf {
        self.current.join("build")
    }

    /// A folder for the temporary files of a link.
    pub(crate) fn scratch(&self) -> Result<PathBuf, RevisionError> {
        let scratch = self.current.join("scratch");
        fs::create_dir_all(&scratch).map_err(at(&scratch))?;
        Ok(scratch)
    }

    /// What was linked of these files under a key: the executable, and the line.
    pub(crate) fn linked(&self, key: &str) -> Option<(PathBuf, String)> {
        let text = fs::read_to_string(self.current.join("linked")).ok()?;
        let mut lines = text.lines();
        let known = lines.next()? == key;
        let plain = PathBuf::from(lines.next()?);
        let line = lines.next()?.to_owned();
        (known && plain.exists()).then_some((plain, line))
    }

    /// Keeps what [`linked`](Self::linked) gives.
    pub(crate) fn remember(
        &self,
        key: &str,
        plain: &Path,
        line: &str,
    ) -> Result<(), RevisionError> {
        let path = self.current.join("linked");
        let text = format!("{key}\n{}\n{line}\n", plain.display());
        fs::write(&path, text).map_err(at(&path))
    }

    fn check_out(&self, commit: &Commit, git: &Git) -> Result<(), RevisionError> {
        let (tree, marker) = (self.tree(), self.current.join("commit"));
        let (linked, scratch) = (self.current.join("linked"), self.current.join("scratch"));
        if fs::read_to_string(&marker).is_ok_and(|known| known == commit.hash()) {
            return Ok(());
        }
        for path in [&marker, &tree, &linked, &scratch] {
            remove(path)?;
        }
        fs::create_dir_all(&tree).map_err(at(&tree))?;
        let index = self.current.join("index");
        remove(&index)?;
        git.run_on(&index, &["read-tree", commit.hash()])?;
        let prefix = format!("--prefix={}/", tree.to_string_lossy());
        git.run_on(&index, &["checkout-index", "--all", "--force", &prefix])?;
        remove(&index)?;
        fs::write(&marker, commit.hash()).map_err(at(&marker))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // Where that fails the next call finds it, and puts it back.
        let _ = fs::rename(&self.current, &self.home);
    }
}

/// Removes a file or folder, if it is there.
fn remove(path: &Path) -> Result<(), RevisionError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => return Ok(()),
    };
    removed.map_err(at(path))
}
