//! Where the instructions of a case go, function by function.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use benchfmt::import::callgrind::{self, Profile, group, owner};
use benchfmt::{Benchmark, Measurement};

/// The functions that are named; the others are put together.
const NAMED: usize = 10;

/// The profile of a case, from the folder that callgrind wrote to: a result for each owner, and one for each of the most
/// expensive functions and one for the others. The names carry `owner=` or `function=`; in a function's name a space is
/// `%20` and a slash `%2F`.
///
/// # Errors
///
/// If there is no profile, or it cannot be read.
pub fn functions(case: &str, folder: &Path) -> Result<Vec<Benchmark>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let mut results = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        // A file for each thread; that of the main thread, which counts nothing, is empty.
        if path.extension().is_some_and(|extension| extension == "out") {
            let text = fs::read(&path).map_err(|error| failed(&error))?;
            let profile = callgrind::parse(&text).map_err(|error| failed(&error))?;
            if profile.total > 0 {
                results.extend(lines(case, &profile));
            }
        }
    }
    if results.is_empty() {
        Err(failed(&"no profile"))
    } else {
        Ok(results)
    }
}

fn lines(case: &str, profile: &Profile) -> Vec<Benchmark> {
    let mut owners: BTreeMap<String, u64> = BTreeMap::new();
    for function in &profile.functions {
        let owner = owner(
            &function.name,
            function.file.as_deref(),
            function.object.as_deref(),
        );
        *owners.entry(owner.to_string()).or_default() += function.instructions;
    }
    let (named, rest) = group(profile, NAMED);
    let owners = owners
        .into_iter()
        .map(|(owner, count)| (format!("owner={owner}"), count));
    let named = named.iter().map(|function| {
        let name = function
            .name
            .replace('%', "%25")
            .replace(' ', "%20")
            .replace('/', "%2F");
        (format!("function={name}"), function.instructions)
    });
    let rest = (
        format!("function=({}%20others)", rest.functions),
        rest.instructions,
    );
    let all = owners.chain(named).chain([rest]);
    all.map(|(key, count)| Benchmark {
        name: format!("{case}/{key}"),
        iterations: 1,
        measurements: vec![Measurement {
            value: count as f64,
            unit: "instructions/op".to_owned(),
        }],
        ..Benchmark::default()
    })
    .collect()
}
