//! All shards of a suite together.

use benchfmt::{Benchmark, Printable, UnitLine, normalize};
use hashbrown::HashMap;
use thiserror::Error;

use super::{Part, PartError, Shard, Split};

/// All parts of a comparison, each once.
#[derive(Clone, Debug)]
pub struct Union {
    /// By shard, with the place that each was found at.
    parts: Vec<(String, Part)>,
    split: Split,
}

/// Why parts are not one comparison.
#[derive(Debug, Error)]
pub enum UnionError {
    /// There is none.
    #[error("there are no parts to merge")]
    Empty,
    /// Shards are not there.
    #[error("{} of {of} shards missing: {}", missing.len(), some(missing))]
    Missing {
        /// Which.
        missing: Vec<Shard>,
        /// How many there should be.
        of: u16,
    },
    /// A shard is there more than once.
    #[error("shard {shard} is there twice: {first} and {second}")]
    Twice {
        /// Which.
        shard: Shard,
        /// Where it was found.
        first: String,
        /// Where it was found again.
        second: String,
    },
    /// Two parts are of different comparisons.
    #[error("{first} and {second} differ in {what}: they are not of one comparison{shown}")]
    Apart {
        /// In what.
        what: &'static str,
        /// Where one was found.
        first: String,
        /// Where the other was found.
        second: String,
        /// What they have there, if that is short.
        shown: String,
    },
    /// A part's rules cannot be read.
    #[error("{place}: {error}")]
    Part {
        /// Where it was found.
        place: String,
        /// Why.
        error: PartError,
    },
    /// A part lacks the results of a case that its shard was to measure.
    #[error("{place}: {file} has no result of {case}, which shard {shard} was to measure")]
    Unmeasured {
        /// Where the part was found.
        place: String,
        /// The file.
        file: String,
        /// The case.
        case: String,
        /// The shard.
        shard: Shard,
    },
    /// A part has results of a case that its shard was not to measure.
    #[error("{place}: {file} has a result of {case}, which is not of shard {shard}")]
    Foreign {
        /// Where the part was found.
        place: String,
        /// The file.
        file: String,
        /// The case.
        case: String,
        /// The shard.
        shard: Shard,
    },
    /// A result is of another compiler than its part.
    #[error(
        "{place}: {file} has a result of {case} by rustc {}, where the part is of {}",
        Printable(found),
        Printable(toolchain)
    )]
    Compiler {
        /// Where the part was found.
        place: String,
        /// The file.
        file: String,
        /// The case.
        case: String,
        /// What the result says.
        found: String,
        /// What the part says.
        toolchain: String,
    },
    /// Two shards say different things of a unit.
    #[error(
        "{}: {key}={} of unit {}, where {} says {key}={}",
        Printable(second),
        Printable(&line.value),
        Printable(&line.unit),
        Printable(first),
        Printable(have),
        key = Printable(&line.key)
    )]
    Unit {
        /// The file and line that are contradicted.
        first: String,
        /// What they say.
        have: String,
        /// The file and line that contradict them.
        second: String,
        /// What stands there.
        line: Box<UnitLine>,
    },
}

/// How many missing shards are named.
const NAMED: usize = 16;

fn some(shards: &[Shard]) -> String {
    let named: Vec<_> = shards.iter().take(NAMED).map(Shard::to_string).collect();
    let more = if shards.len() > NAMED { " …" } else { "" };
    format!("{}{more}", named.join(", "))
}

impl Union {
    /// Puts parts together, each with the place that it was found at.
    ///
    /// # Errors
    ///
    /// If there is none, if a shard is missing or there twice, or if two are not of one comparison: of other commits,
    /// another number of shards, other rules, or another list of cases.
    pub fn new(mut parts: Vec<(String, Part)>) -> Result<Self, UnionError> {
        let Some((place, part)) = parts.first().cloned() else {
            return Err(UnionError::Empty);
        };
        for (other_place, other) in &parts[1..] {
            if let Some((what, shown)) = difference(&part, other) {
                return Err(UnionError::Apart {
                    what,
                    first: place,
                    second: other_place.clone(),
                    shown,
                });
            }
        }
        parts.sort_by_key(|(_, part)| part.shard);
        for pair in parts.windows(2) {
            if let [(first, part), (second, other)] = pair
                && part.shard == other.shard
            {
                return Err(UnionError::Twice {
                    shard: part.shard,
                    first: first.clone(),
                    second: second.clone(),
                });
            }
        }
        let there = |shard: &Shard| parts.iter().any(|(_, part)| part.shard == *shard);
        let missing: Vec<Shard> = part.shard.siblings().filter(|own| !there(own)).collect();
        if !missing.is_empty() {
            let of = part.shard.of();
            return Err(UnionError::Missing { missing, of });
        }
        let split = part
            .split()
            .and_then(|split| part.rules().map(|_| split))
            .map_err(|error| UnionError::Part { place, error })?;
        Ok(Self { parts, split })
    }

    /// The parts by shard, with their places.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = (&str, &Part)> {
        self.parts.iter().map(|(place, part)| (&**place, part))
    }

    /// What all parts agree in.
    pub fn whole(&self) -> &Part {
        &self.parts[0].1
    }

    /// The results of a file of [`Part::files`] as one machine would have written them, from those of each part, in the order
    /// of [`parts`](Self::parts). The measurements of a case stay in their order, and cases come in that of the file.
    ///
    /// # Errors
    ///
    /// If a part lacks results of one of its cases, or has any of another, or of another compiler.
    pub fn merged(
        &self,
        file: &str,
        results: Vec<Vec<Benchmark>>,
    ) -> Result<Vec<Benchmark>, UnionError> {
        for ((place, part), own) in self.parts.iter().zip(&results) {
            part.check(&self.split, place, file, own)?;
        }
        let cases = self.whole().files.get(file).map_or(&[][..], Vec::as_slice);
        let mut merged: Vec<Benchmark> = results.into_iter().flatten().collect();
        let places: HashMap<&str, usize> = cases.iter().map(String::as_str).zip(0..).collect();
        merged.sort_by_cached_key(|result| places.get(&*result.name).copied());
        Ok(merged)
    }

    /// What the `Unit` lines of a file say, from those of each part, in the order of [`parts`](Self::parts): each once.
    ///
    /// # Errors
    ///
    /// If two say different things of a unit.
    pub fn units(
        &self,
        file: &str,
        units: Vec<Vec<UnitLine>>,
    ) -> Result<Vec<UnitLine>, UnionError> {
        let mut known: Vec<(&str, UnitLine)> = Vec::new();
        let at = |place: &str, line: &UnitLine| format!("{place}/{file}:{}", line.line);
        for ((place, _), own) in self.parts.iter().zip(units) {
            for line in own {
                let same = |(_, other): &&(&str, UnitLine)| {
                    other.key == line.key && normalize(&other.unit).0 == normalize(&line.unit).0
                };
                match known.iter().find(same) {
                    Some((_, other)) if other.value == line.value => {}
                    Some((first, other)) => {
                        return Err(UnionError::Unit {
                            first: at(first, other),
                            have: other.value.clone(),
                            second: at(place, &line),
                            line: Box::new(line),
                        });
                    }
                    None => known.push((place, line)),
                }
            }
        }
        Ok(known.into_iter().map(|(_, line)| line).collect())
    }
}

/// In what two parts differ that are to be of one comparison, and what they have there.
fn difference(first: &Part, second: &Part) -> Option<(&'static str, String)> {
    let shown = |first: &dyn std::fmt::Debug, second: &dyn std::fmt::Debug| {
        format!(" ({first:?} and {second:?})")
    };
    let (of, other_of) = (first.shard.of(), second.shard.of());
    if of != other_of {
        return Some(("the number of shards", shown(&of, &other_of)));
    }
    if first.base != second.base {
        return Some(("the base's commit", shown(&first.base, &second.base)));
    }
    if first.head != second.head {
        return Some(("the head's commit", shown(&first.head, &second.head)));
    }
    if first.toolchain != second.toolchain {
        let shown = shown(&first.toolchain, &second.toolchain);
        return Some(("the compiler", shown));
    }
    if first.filter != second.filter {
        return Some(("the filter", shown(&first.filter, &second.filter)));
    }
    if first.gates != second.gates || first.base_gates != second.base_gates {
        return Some(("the gates", String::new()));
    }
    (first.files != second.files).then(|| ("the list of cases", String::new()))
}
