//! What a shard measured, beside its files of results.

use std::collections::{BTreeMap, BTreeSet};

use benchfmt::{Benchmark, Printable};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Shard, Split, UnionError};
use crate::gates::{Gates, GatesError};

/// The version of the form.
pub const VERSION: u32 = 1;

/// What a shard measured, as JSON: all that the results themselves do not say, and that has to be the same in all shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The version of the form.
    pub version: u32,
    /// Which shard it is.
    pub shard: Shard,
    /// The commit of the base; nothing where the committed baselines are.
    pub base: Option<String>,
    /// The commit of the head.
    pub head: String,
    /// The compiler that built them, as it calls itself.
    pub toolchain: String,
    /// The filter that chose the cases.
    pub filter: String,
    /// The rules for verdicts, as their file has them.
    pub gates: String,
    /// Those of the base, whose accepted changes its results contain.
    pub base_gates: Option<String>,
    /// By file of results, the names of all cases that it has once all shards are together, in the order in which it has
    /// them.
    pub files: BTreeMap<String, Vec<String>>,
}

/// Why a part cannot be read.
#[derive(Debug, Error)]
pub enum PartError {
    /// It is no JSON, or of another form; with the place.
    #[error("no part of a comparison: {}", Printable(&.0.to_string()))]
    Form(serde_json::Error),
    /// It is of a version that this program does not know.
    #[error("a part of version {0}, where version {VERSION} is known")]
    Version(u32),
    /// Its rules cannot be read.
    #[error("its gates: {0}")]
    Gates(GatesError),
}

/// The message has the cause in it, which is therefore no source.
impl From<serde_json::Error> for PartError {
    fn from(error: serde_json::Error) -> Self {
        Self::Form(error)
    }
}

impl From<GatesError> for PartError {
    fn from(error: GatesError) -> Self {
        Self::Gates(error)
    }
}

impl Part {
    /// Reads a part.
    ///
    /// # Errors
    ///
    /// If it is not of the form, or of another version.
    pub fn parse(json: &[u8]) -> Result<Self, PartError> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_slice(json)?;
        if version != VERSION {
            return Err(PartError::Version(version));
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// Its JSON.
    ///
    /// # Errors
    ///
    /// Never, by what serde says of such types.
    pub fn to_json(&self) -> Result<String, PartError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The rules for verdicts, without the changes that the base accepts itself: it has them already.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub fn rules(&self) -> Result<Gates, PartError> {
        let gates = Gates::parse(&self.gates)?;
        let known = self.base_gates.as_deref().map(Gates::parse);
        // Rules of a base that cannot be read accept nothing.
        Ok(match known {
            Some(Ok(known)) => gates.since(&known),
            _ => gates,
        })
    }

    /// The compiler's version, as results name it: the toolchain without the date and flags behind it.
    fn compiler(&self) -> Option<&str> {
        let mut words = self.toolchain.split_whitespace();
        words.find(|word| *word != "rustc")
    }

    /// How the cases are divided.
    ///
    /// # Errors
    ///
    /// If its rules, which know the cases that were renamed, cannot be read.
    pub fn split(&self) -> Result<Split, PartError> {
        let gates = Gates::parse(&self.gates)?;
        let names = self.files.values().flatten().map(String::as_str);
        Ok(Split::new(names, gates.renamed()))
    }

    /// Whether results of a file are those of the shard's cases, of each of them and of no other, and of the part's compiler
    /// where they name theirs. `place` is where the part is.
    ///
    /// # Errors
    ///
    /// If they are not.
    pub fn check(
        &self,
        split: &Split,
        place: &str,
        file: &str,
        results: &[Benchmark],
    ) -> Result<(), UnionError> {
        let listed = self.files.get(file).into_iter().flatten();
        let mut left: BTreeSet<&str> = listed
            .map(String::as_str)
            .filter(|case| split.gives(self.shard, case))
            .collect();
        let own = left.clone();
        let place = || place.to_owned();
        for result in results {
            if !own.contains(&*result.name) {
                return Err(UnionError::Foreign {
                    place: place(),
                    file: file.to_owned(),
                    case: result.name.clone(),
                    shard: self.shard,
                });
            }
            left.remove(&*result.name);
            if let Some(found) = result.config.get("rustc")
                && Some(found) != self.compiler()
            {
                return Err(UnionError::Compiler {
                    place: place(),
                    file: file.to_owned(),
                    case: result.name.clone(),
                    found: found.to_owned(),
                    toolchain: self.toolchain.clone(),
                });
            }
        }
        match left.first() {
            Some(&case) => Err(UnionError::Unmeasured {
                place: place(),
                file: file.to_owned(),
                case: case.to_owned(),
                shard: self.shard,
            }),
            None => Ok(()),
        }
    }
}
