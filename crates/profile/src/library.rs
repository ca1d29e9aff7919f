//! Rust's own library in a profile: it allocates, compares and adds on behalf of others.

use std::collections::HashMap;

use crate::proto::{Location, Profile};

/// The crates that work on their callers' behalf.
const LIBRARY: [&str; 4] = ["alloc", "core", "std", "hashbrown"];

/// The functions between an allocation and the allocator.
const ALLOCATOR: [&str; 6] = [
    "__rust_",
    "__rg_",
    "__rdl_",
    "__rustc",
    "admin::heap::",
    "<admin::heap::",
];

/// Takes away the innermost frames that are the library's, down to the code that called it. A stack that is the library's
/// alone stays as it is.
pub(crate) fn trim(profile: &mut Profile) {
    let of_library: HashMap<u64, bool> = profile
        .functions
        .iter()
        .map(|function| (function.id, is_library(profile.string(function.name))))
        .collect();
    let is_library = |function: u64| of_library.get(&function).copied().unwrap_or(false);
    // Of each location, how many of its innermost lines are the library's, and how many there are.
    let depths: HashMap<u64, (usize, usize)> = profile
        .locations
        .iter()
        .map(|location| {
            let lines = &location.lines;
            let inner = lines.iter().take_while(|line| is_library(line.function));
            (location.id, (inner.count(), lines.len()))
        })
        .collect();
    let depth = |id: u64| depths.get(&id).copied().unwrap_or((0, 1));
    let mut next = profile
        .locations
        .iter()
        .map(|location| location.id)
        .max()
        .unwrap_or(0);
    let mut trimmed: HashMap<u64, u64> = HashMap::new();
    let mut made: Vec<Location> = Vec::new();
    for sample in &mut profile.samples {
        let whole = |id: &&u64| {
            let (inner, lines) = depth(**id);
            inner == lines && lines > 0
        };
        let skipped = sample.locations.iter().take_while(whole).count();
        let Some(first) = sample.locations.get(skipped).copied() else {
            continue;
        };
        sample.locations.drain(..skipped);
        let (inner, _) = depth(first);
        if inner == 0 {
            continue;
        }
        let id = *trimmed.entry(first).or_insert_with(|| {
            next += 1;
            let found = profile
                .locations
                .iter()
                .find(|location| location.id == first);
            let mut location = found.cloned().unwrap_or_default();
            location.id = next;
            location.lines.drain(..inner.min(location.lines.len()));
            made.push(location);
            next
        });
        if let Some(place) = sample.locations.first_mut() {
            *place = id;
        }
    }
    profile.locations.extend(made);
}

/// Whether a function is of Rust's library: `alloc::vec::Vec<T>::push`, or a trait of the library's on one of its types. A
/// trait on a type parameter is the trait's.
fn is_library(name: &str) -> bool {
    if ALLOCATOR.iter().any(|prefix| name.starts_with(prefix)) {
        return true;
    }
    let Some(inside) = name.strip_prefix('<') else {
        return is_crate(name);
    };
    match inside.split_once(" as ") {
        Some((of, implemented)) => is_crate(implemented) && (is_crate(of) || !of.contains("::")),
        // `<u32>::rotate_left`: what a type without a path has of its own is the library's.
        None => match inside.split_once('>') {
            Some((of, _)) => is_crate(of) || !of.contains("::"),
            None => false,
        },
    }
}

fn is_crate(path: &str) -> bool {
    let path = path.trim_start_matches(['&', '[', '*']);
    let path = path.strip_prefix("mut ").unwrap_or(path);
    path.split_once("::")
        .is_some_and(|(first, _)| LIBRARY.contains(&first))
}
