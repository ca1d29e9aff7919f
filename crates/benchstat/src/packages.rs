//! Packages of Go: two of them may have benchmarks of one name.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::collection::{Collection, ConfigId};
use crate::verdict::Judgement;

/// The key of the configuration that names the package.
pub(crate) const PACKAGE: &str = "pkg";

/// Whether results are told apart by their package. They are not where there is but one, which a side may leave unsaid for
/// all of its results.
pub(crate) fn are_apart(collection: &Collection) -> bool {
    let mut sides: HashMap<u32, BTreeSet<&str>> = HashMap::new();
    for input in &collection.inputs {
        let series = input.results.series.iter();
        let configs: HashSet<u32> = series.map(|series| series.config).collect();
        let packages = configs
            .into_iter()
            .map(|config| collection.config_value(ConfigId(config), PACKAGE));
        let own = sides.entry(input.label).or_default();
        own.extend(packages.map(Option::unwrap_or_default));
    }
    let all: BTreeSet<&str> = sides.values().flatten().copied().collect();
    let named = all.iter().filter(|package| !package.is_empty()).count();
    named > 1 || sides.values().any(|packages| packages.len() > 1)
}

/// Leaves the package to rows whose name alone says too little.
pub(crate) fn keep_ambiguous(judgements: &mut [Judgement]) {
    let mut packages: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for row in judgements.iter() {
        if let Some(package) = &row.package {
            packages.entry(&row.case).or_default().insert(package);
        }
    }
    let ambiguous: HashSet<String> = packages
        .into_iter()
        .filter(|(_, packages)| packages.len() > 1)
        .map(|(case, _)| case.to_owned())
        .collect();
    for row in judgements {
        if !ambiguous.contains(&row.case) {
            row.package = None;
        }
    }
}
