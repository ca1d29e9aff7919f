//! Putting new results in the place of old ones.

use std::collections::HashSet;

use crate::record::Benchmark;

/// Replaces, benchmark by benchmark: the results of each name that `new` has are those of `new`, in the place where `old` had
/// the first of them; the rest of `old` stays, and names that only `new` has follow at the end.
///
/// ```
/// use benchfmt::{Benchmark, Measurement, merge};
///
/// let result = |name: &str, value| Benchmark {
///     name: name.into(),
///     iterations: 1,
///     measurements: vec![Measurement { value, unit: "ns/op".into() }],
///     ..Benchmark::default()
/// };
/// let old = vec![result("A", 1.0), result("A", 2.0), result("B", 3.0)];
/// let new = vec![result("C", 4.0), result("A", 5.0)];
/// let merged = merge(old, new);
/// let names: Vec<_> = merged.iter().map(|result| (&*result.name, result.measurements[0].value)).collect();
/// assert_eq!(names, [("A", 5.0), ("B", 3.0), ("C", 4.0)]);
/// ```
pub fn merge(old: Vec<Benchmark>, new: Vec<Benchmark>) -> Vec<Benchmark> {
    let replaced: HashSet<String> = new.iter().map(|result| result.name.clone()).collect();
    let mut placed = HashSet::new();
    let mut merged = Vec::with_capacity(old.len() + new.len());
    for result in old {
        if !replaced.contains(&result.name) {
            merged.push(result);
        } else if placed.insert(result.name.clone()) {
            merged.extend(new.iter().filter(|own| own.name == result.name).cloned());
        }
    }
    merged.extend(
        new.into_iter()
            .filter(|result| !placed.contains(&result.name)),
    );
    merged
}
