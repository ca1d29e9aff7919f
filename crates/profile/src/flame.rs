//! A profile as a flame graph.

use inferno::flamegraph::{self, Options};

use crate::proto::{Location, Profile};

/// The graph of one of the profile's values. Values below zero, which a difference can have, have no place in it.
pub(crate) fn graph(profile: &Profile, value: usize, title: &str) -> String {
    let lines: Vec<String> = profile
        .samples
        .iter()
        .filter_map(|sample| {
            let count = sample.values.get(value).filter(|count| **count > 0)?;
            let mut frames: Vec<String> = Vec::new();
            for id in sample.locations.iter().rev() {
                frames.extend(names(profile, location(profile, *id)?).into_iter().rev());
            }
            if frames.is_empty() {
                frames.push(String::from("(no stack)"));
            }
            Some(format!("{} {count}", frames.join(";")))
        })
        .collect();
    let unit = profile
        .sample_types
        .get(value)
        .map_or(0, |value| value.unit);
    let mut options = Options::default();
    title.clone_into(&mut options.title);
    profile.string(unit).clone_into(&mut options.count_name);
    let mut svg = Vec::new();
    match flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), &mut svg) {
        Ok(()) => String::from_utf8_lossy(&svg).into_owned(),
        // There is no graph of nothing.
        Err(_) => String::from(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"40\">\
             <text x=\"10\" y=\"25\">nothing was sampled</text></svg>\n",
        ),
    }
}

/// The location with this id. Ours are numbered from 1 in their order; others' may be not.
pub(crate) fn location(profile: &Profile, id: u64) -> Option<&Location> {
    let place = usize::try_from(id).ok()?.checked_sub(1)?;
    let there = profile
        .locations
        .get(place)
        .filter(|location| location.id == id);
    there.or_else(|| profile.locations.iter().find(|location| location.id == id))
}

/// The functions that a location stands for, the innermost first; its file's name if there is none.
pub(crate) fn names(profile: &Profile, location: &Location) -> Vec<String> {
    if location.lines.is_empty() {
        let mapping = profile
            .mappings
            .iter()
            .find(|mapping| mapping.id == location.mapping);
        let file = mapping.map_or("", |mapping| profile.string(mapping.file));
        let name = file
            .rsplit('/')
            .next()
            .unwrap_or(file)
            .trim_matches(['[', ']']);
        return vec![format!("[{name}]")];
    }
    let name = |id: u64| {
        let place = usize::try_from(id).ok()?.checked_sub(1)?;
        let there = profile
            .functions
            .get(place)
            .filter(|function| function.id == id);
        let found =
            there.or_else(|| profile.functions.iter().find(|function| function.id == id))?;
        // A semicolon separates frames.
        Some(profile.string(found.name).replace([';', '\n'], ":"))
    };
    let lines = location.lines.iter();
    lines
        .map(|line| name(line.function).unwrap_or_else(|| String::from("?")))
        .collect()
}
