//! What must agree before two numbers of a unit may be compared.

use std::collections::BTreeSet;
use std::fmt;

use crate::collection::{Collection, ConfigId};

/// What decides how often a program allocates, and how much.
const ALLOCATIONS: [&str; 6] = ["target", "rustc", "profile", "allocator", "goos", "goarch"];

/// What decides which instructions run, besides [`ALLOCATIONS`].
const INSTRUCTIONS: [&str; 4] = ["rustflags", "valgrind", "libc", "cpu-features"];

/// What decides how long they take, besides [`ALLOCATIONS`] and `rustflags` and `libc`.
const MACHINE: [&str; 3] = ["cpu", "kernel", "cores"];

/// What decides how long requests take under load, besides all of that: whether the generator fell behind, and whether its
/// and the service's threads went before others.
const LOAD: [&str; 2] = ["generator", "scheduling"];

/// The keys that must agree for a unit, unless a file of gates names others.
///
/// Counts of allocations, polls and wakes depend on the program and its allocator; counts of instructions also on the C library and on the
/// processor's features, by which it chooses among its routines, and on the version of the counting tool; a unit that is
/// not known to be one of these is taken for a time, which depends on the machine.
pub(crate) fn keys_of(unit: &str) -> impl Iterator<Item = &'static str> {
    let (instructions, machine, load): (&[&str], &[&str], &[&str]) = match unit {
        "allocs/op" | "B/op" | "peak-B" | "retained-B" | "polls/req" | "wakes/req" => {
            (&[], &[], &[])
        }
        "instructions/op" => (&INSTRUCTIONS, &[], &[]),
        "p50-sec" | "p90-sec" | "p99-sec" | "p99.9-sec" | "req/s" | "cpu-sec/req"
        | "peak-rss-B" => (&["rustflags", "libc"], &MACHINE, &LOAD),
        _ => (&["rustflags", "libc"], &MACHINE, &[]),
    };
    ALLOCATIONS
        .iter()
        .chain(instructions)
        .chain(machine)
        .chain(load)
        .copied()
}

/// A key of the environment in which two sides differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The key.
    pub key: String,
    /// The baseline's values; `not given` where the key is not set.
    pub baseline: Vec<String>,
    /// The other side's.
    pub head: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |values: &[String]| values.join(" and ");
        write!(
            f,
            "{}: {} against {}",
            self.key,
            side(&self.baseline),
            side(&self.head)
        )
    }
}

/// The keys in which two sets of configurations differ. A key that one side does not set differs: what is not known
/// cannot be taken as equal.
pub(crate) fn differences(
    collection: &Collection,
    keys: &[&str],
    baseline: &[ConfigId],
    head: &[ConfigId],
) -> Vec<Difference> {
    // `None` where a result does not say: it differs from any value, and from the others of its side.
    let values = |configs: &[ConfigId], key: &str| -> BTreeSet<Option<&str>> {
        configs
            .iter()
            .map(|&config| collection.config_value(config, key))
            .collect()
    };
    let named = |values: BTreeSet<Option<&str>>| -> Vec<String> {
        values
            .into_iter()
            .map(|value| value.unwrap_or("not given").to_owned())
            .collect()
    };
    let mut differences = Vec::new();
    for &key in keys {
        let (baseline, head) = (values(baseline, key), values(head, key));
        if baseline != head || baseline.len() > 1 {
            differences.push(Difference {
                key: key.to_owned(),
                baseline: named(baseline),
                head: named(head),
            });
        }
    }
    differences
}
