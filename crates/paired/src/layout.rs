//! Layouts: links of one build, each with its sections in an order of its own.

use std::fs;
use std::path::PathBuf;

use crate::build::{BuildError, link};
use crate::link::LinkLine;
use crate::revision::{Commit, RevisionError, Revisions, at};
use crate::side::Side;

/// What is linked: one bench target of one side's commit.
#[derive(Clone, Copy, Debug)]
pub struct Linked<'a> {
    /// Whose build it is. Both sides are built under the same path, so that equal source gives equal bytes.
    pub side: Side,
    /// The commit.
    pub commit: &'a Commit,
    /// The package, which is also the name of its folder.
    pub package: &'a str,
    /// The bench target.
    pub target: &'a str,
    /// What else decides what is built, as for [`Revisions::executables`].
    pub toolchain: &'a str,
}

impl Revisions {
    /// The executables of a target, one for each seed: with the sections of code and data in an order that the seed decides,
    /// or for 0 in the linker's own. Those that were linked before are taken.
    ///
    /// # Errors
    ///
    /// If git or the build fails, the commit has no such target, or the linker cannot shuffle sections
    /// ([`RevisionError::cannot_shuffle`]).
    pub fn layouts(&self, what: Linked<'_>, seeds: &[u64]) -> Result<Vec<PathBuf>, RevisionError> {
        let _lock = self.lock()?;
        let kept = self
            .kept(what.commit, what.toolchain)
            .with_extension("layouts")
            .join(what.target);
        fs::create_dir_all(&kept).map_err(at(&kept))?;
        let paths: Vec<PathBuf> = seeds
            .iter()
            .map(|seed| kept.join(seed.to_string()))
            .collect();
        if paths.iter().all(|path| path.exists()) {
            return Ok(paths);
        }
        let workshop = self.workshop(what.side, what.commit, what.package)?;
        let failed = |error| RevisionError::Build {
            commit: what.commit.clone(),
            error,
        };
        let key = format!("{} {}", what.target, what.toolchain);
        let (plain, line) = if let Some(linked) = workshop.linked(&key) {
            linked
        } else {
            let linked = link(
                &workshop.tree(),
                self.outside(),
                what.package,
                what.target,
                &workshop.build(),
                &workshop.scratch()?,
            );
            let (plain, line) = linked.map_err(failed)?;
            workshop.remember(&key, &plain, &line)?;
            (plain, line)
        };
        let line = LinkLine::parse(&line);
        for (&seed, path) in seeds.iter().zip(&paths) {
            if path.exists() {
                continue;
            }
            // Whole or not at all.
            let partial = path.with_extension("partial");
            match (seed, &line) {
                (0, _) => {
                    fs::copy(&plain, &partial).map_err(at(&partial))?;
                }
                (_, Some(line)) => line.shuffled(seed, &partial).map_err(failed)?,
                (_, None) => {
                    let message = String::new();
                    return Err(failed(BuildError::CannotShuffle { message }));
                }
            }
            fs::rename(&partial, path).map_err(at(path))?;
        }
        Ok(paths)
    }

    /// Removes the layouts of a commit: their seeds are drawn anew for each comparison.
    ///
    /// # Errors
    ///
    /// If a file cannot be removed.
    pub fn remove_layouts(&self, commit: &Commit, toolchain: &str) -> Result<(), RevisionError> {
        let _lock = self.lock()?;
        let kept = self.kept(commit, toolchain).with_extension("layouts");
        if kept.exists() {
            fs::remove_dir_all(&kept).map_err(at(&kept))?;
        }
        Ok(())
    }
}

impl RevisionError {
    /// Whether what failed is that the linker cannot shuffle sections: there is one layout then.
    pub fn cannot_shuffle(&self) -> bool {
        matches!(
            self,
            Self::Build {
                error: BuildError::CannotShuffle { .. },
                ..
            }
        )
    }
}
