//! The sites of cases as text: small, sorted, and on one line what belongs together, so that two versions differ in the lines
//! of the sites that changed.
//!
//! ```text
//! Data/variant=naive→8
//! →8→800→100→0→crates/naive/src/lib.rs:19 crates/handler/src/contract.rs:84→to_vec alloc/src/slice.rs:418
//!
//! crates/naive/src/lib.rs:19→data→DATA.to_vec()
//! ```
//!
//! Under a case's name and the number of its operations a line for each site: allocations and bytes of all operations, bytes at
//! the peak, bytes retained, the own lines, the innermost first, the library's. Own lines
//! of one file that follow each other are divided by commas. After all cases the own lines: their functions
//! and texts. Fields are divided by tabs, here shown as arrows.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::site::{Library, Place, Site};
use crate::sites::{Amounts, Sites, Source};

/// The profiles of cases, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles(pub Vec<(String, Sites)>);

/// A line that is none of a profile's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct ProfileError {
    /// Which, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// What stands at the head of a file of profiles.
const HEAD: &str = "\
# Which lines allocate, for each case: allocations and bytes of all its operations, bytes live at the peak, bytes retained
# between operations, the line and those that it is called from, what it calls of a library. Below, what stands on the lines.
";

impl Profiles {
    /// The profile of a case.
    pub fn get(&self, case: &str) -> Option<&Sites> {
        let found = self.0.iter().find(|(name, _)| name == case);
        found.map(|(_, sites)| sites)
    }

    /// The profiles as text. Where two of them say different things of a line, the last is written.
    pub fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        let mut sources = BTreeMap::new();
        for (case, sites) in &self.0 {
            text += &format!("\n{case}\t{}\n", sites.operations);
            for (site, amounts) in &sites.sites {
                let Amounts {
                    allocations,
                    bytes,
                    peak,
                    retained,
                } = amounts;
                let own = shown(&site.own);
                let library = site.library.as_ref().map(Library::to_string);
                let line = format!(
                    "\t{allocations}\t{bytes}\t{peak}\t{retained}\t{own}\t{}",
                    library.unwrap_or_default()
                );
                text += line.trim_end();
                text.push('\n');
            }
            sources.extend(&sites.sources);
        }
        if !sources.is_empty() {
            text.push('\n');
        }
        for (
            place,
            Source {
                function,
                text: quoted,
            },
        ) in sources
        {
            let quoted = quoted.replace(char::is_whitespace, " ");
            let line = format!("{place}\t{function}\t{quoted}");
            text += line.trim_end();
            text.push('\n');
        }
        text
    }

    /// Reads profiles.
    ///
    /// # Errors
    ///
    /// If a line is none of a profile's, with its number.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let mut profiles = Self::default();
        let mut sources = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let failed = |problem| ProfileError {
                line: number,
                problem,
            };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(fields) = line.strip_prefix('\t') {
                let (site, amounts) = parse_site(fields).map_err(failed)?;
                let (_, sites) = profiles
                    .0
                    .last_mut()
                    .ok_or(failed("a site without a case"))?;
                sites.sites.insert(site, amounts);
                continue;
            }
            let (name, rest) = line
                .split_once('\t')
                .ok_or(failed("neither a case, a site nor a line of code"))?;
            if let Ok(operations) = rest.parse() {
                let sites = Sites {
                    operations,
                    ..Sites::default()
                };
                profiles.0.push((name.to_owned(), sites));
            } else {
                let place = parse_place(name).map_err(failed)?;
                let (function, text) = rest.split_once('\t').unwrap_or((rest, ""));
                let source = Source {
                    function: function.to_owned(),
                    text: text.to_owned(),
                };
                sources.insert(place, source);
            }
        }
        for (_, sites) in &mut profiles.0 {
            for place in sites.sites.keys().flat_map(|site| &site.own) {
                if let Some(source) = sources.get(place) {
                    sites.sources.insert(place.clone(), source.clone());
                }
            }
        }
        Ok(profiles)
    }
}

/// Own lines: those of one file that follow each other as `file:line,line`.
fn shown(own: &[Place]) -> String {
    let mut text = String::new();
    let mut last = "";
    for place in own {
        if last == place.file {
            text += &format!(",{}", place.line);
        } else {
            let blank = if text.is_empty() { "" } else { " " };
            text += &format!("{blank}{place}");
        }
        last = &place.file;
    }
    text
}

fn parse_shown(text: &str) -> Result<Vec<Place>, &'static str> {
    let mut own = Vec::new();
    for part in text.split_whitespace() {
        let mut lines = part.split(',');
        let first = parse_place(lines.next().unwrap_or_default())?;
        let file = first.file.clone();
        own.push(first);
        for line in lines {
            own.push(Place {
                file: file.clone(),
                line: line.parse().map_err(|_| PLACE)?,
            });
        }
    }
    Ok(own)
}

/// What is wrong with a line of code that is none.
const PLACE: &str = "a line of code is FILE:NUMBER";

fn parse_site(fields: &str) -> Result<(Site, Amounts), &'static str> {
    let mut fields = fields.split('\t');
    let mut number = || {
        let field = fields.next().and_then(|field| field.parse().ok());
        field.ok_or("four numbers are before a site's lines")
    };
    let amounts = Amounts {
        allocations: number()?,
        bytes: number()?,
        peak: number()?,
        retained: number()?,
    };
    let own = parse_shown(fields.next().unwrap_or_default())?;
    let library = fields.next().filter(|library| !library.is_empty());
    let library = library.map(|library| {
        let (function, place) = library
            .split_once(' ')
            .ok_or("a library's function has a file")?;
        let Place { file, line } = parse_place(place)?;
        Ok(Library {
            function: function.to_owned(),
            file,
            line,
        })
    });
    let library = library.transpose()?;
    Ok((Site { own, library }, amounts))
}

fn parse_place(text: &str) -> Result<Place, &'static str> {
    let place = text
        .rsplit_once(':')
        .and_then(|(file, line)| Some((file, line.parse().ok()?)));
    let (file, line) = place.ok_or(PLACE)?;
    Ok(Place {
        file: file.to_owned(),
        line,
    })
}
