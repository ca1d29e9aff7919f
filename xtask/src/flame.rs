//! `compare --flamegraph`: the changed instructions of a case as a graph.

use std::path::Path;

use ::explain::{Profile, flame};
use anyhow::{Context, Result};

use crate::results::write_whole;

/// Writes the graph of a case into a folder, under the case's name.
pub(crate) fn write(folder: &Path, case: &str, base: &Profile, head: &Profile) -> Result<()> {
    let path = folder.join(format!("{}.svg", file_name(case)));
    let svg = flame(base, head, case).with_context(|| format!("the graph of {case}"))?;
    write_whole(&path, svg.as_bytes())?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

/// A case's name as a file's: a slash becomes an underscore, and what a file system or a shell may take for something else its
/// number, so that no two cases have one file.
fn file_name(case: &str) -> String {
    let mut name = String::new();
    for letter in case.chars() {
        match letter {
            '/' => name.push('_'),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '=' | '.' => name.push(letter),
            other => name += &format!("%{:x}.", u32::from(other)),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn each_case_has_a_file_of_its_own() {
        assert_eq!(file_name("A/items=1/v=x-2.5"), "A_items=1_v=x-2.5");
        assert_eq!(file_name("../a_b c"), ".._a%5f.b%20.c");
    }
}
