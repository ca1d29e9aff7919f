//! What is known of the units that importers give.

use crate::metadata::UnitLine;
use crate::record::Measurement;

pub(super) fn count(value: f64, unit: &str) -> Measurement {
    Measurement {
        value,
        unit: unit.to_owned(),
    }
}

/// What is known of a unit of an imported recording, as the lines that say it: which direction is
/// better, and whether its values are exact. There are none for a unit that no importer gives,
/// and none for `sec/op`, which needs none.
///
/// Exact are the counts that depend on nothing but the program and its input: instructions,
/// memory accesses, branches, allocations. Misses in simulated caches and predictors, and what is
/// derived from them, depend on addresses as well, and so on the environment's size.
pub fn unit_lines(unit: &str) -> impl Iterator<Item = UnitLine> + use<> {
    let line = |key: &str, value: &str| UnitLine {
        unit: unit.to_owned(),
        key: key.to_owned(),
        value: value.to_owned(),
        line: 0,
    };
    let known = known(unit);
    let exact = known.is_some_and(|known| known.exact);
    let better = known.and_then(|known| known.better);
    [
        exact.then(|| line("assume", "exact")),
        better.map(|better| line("better", better)),
    ]
    .into_iter()
    .flatten()
}

/// A counter of valgrind's tools, and its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counter {
    /// As the summaries call it.
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) exact: bool,
    pub(super) better: Option<&'static str>,
}

const LOWER: Option<&str> = Some("lower");
const HIGHER: Option<&str> = Some("higher");

/// A count that is the same whenever the program does the same.
const fn exact(name: &'static str, unit: &'static str) -> Counter {
    Counter {
        name,
        unit,
        exact: true,
        better: LOWER,
    }
}

/// A count or rate that depends on addresses or the system as well.
const fn varying(name: &'static str, unit: &'static str, better: Option<&'static str>) -> Counter {
    Counter {
        name,
        unit,
        exact: false,
        better,
    }
}

/// The counters of callgrind and cachegrind: `EventKind` and `CachegrindMetric` of
/// iai-callgrind-runner 0.16 and gungraun-runner 0.20. Rates are percentages.
const EVENTS: [Counter; 37] = [
    exact("Ir", "instructions/op"),
    exact("Dr", "Dr/op"),
    exact("Dw", "Dw/op"),
    varying("I1mr", "I1mr/op", LOWER),
    varying("D1mr", "D1mr/op", LOWER),
    varying("D1mw", "D1mw/op", LOWER),
    varying("ILmr", "ILmr/op", LOWER),
    varying("DLmr", "DLmr/op", LOWER),
    varying("DLmw", "DLmw/op", LOWER),
    varying("I1MissRate", "I1MissRate-%", LOWER),
    varying("LLiMissRate", "LLiMissRate-%", LOWER),
    varying("D1MissRate", "D1MissRate-%", LOWER),
    varying("LLdMissRate", "LLdMissRate-%", LOWER),
    varying("LLMissRate", "LLMissRate-%", LOWER),
    varying("L1hits", "L1hits/op", None),
    varying("LLhits", "LLhits/op", None),
    varying("RamHits", "RamHits/op", LOWER),
    varying("L1HitRate", "L1HitRate-%", HIGHER),
    varying("LLHitRate", "LLHitRate-%", None),
    varying("RamHitRate", "RamHitRate-%", LOWER),
    exact("TotalRW", "TotalRW/op"),
    varying("EstimatedCycles", "EstimatedCycles/op", LOWER),
    varying("SysCount", "SysCount/op", LOWER),
    varying("SysTime", "SysTime/op", LOWER),
    varying("SysCpuTime", "SysCpuTime/op", LOWER),
    exact("Ge", "Ge/op"),
    exact("Bc", "Bc/op"),
    varying("Bcm", "Bcm/op", LOWER),
    exact("Bi", "Bi/op"),
    varying("Bim", "Bim/op", LOWER),
    varying("ILdmr", "ILdmr/op", LOWER),
    varying("DLdmr", "DLdmr/op", LOWER),
    varying("DLdmw", "DLdmw/op", LOWER),
    varying("AcCost1", "AcCost1/op", LOWER),
    varying("AcCost2", "AcCost2/op", LOWER),
    varying("SpLoss1", "SpLoss1/op", LOWER),
    varying("SpLoss2", "SpLoss2/op", LOWER),
];

/// The counters of DHAT: `DhatMetric` of the same. The lifetimes and the sums of each program
/// point's own maximum are no property of the program's and are left out.
const HEAP: [Counter; 10] = [
    exact("TotalBlocks", "allocs/op"),
    exact("TotalBytes", "B/op"),
    exact("AtTGmaxBytes", "peak-B"),
    exact("AtTGmaxBlocks", "peak-allocs"),
    exact("AtTEndBytes", "retained-B"),
    exact("AtTEndBlocks", "retained-allocs"),
    exact("ReadsBytes", "read-B/op"),
    exact("WritesBytes", "written-B/op"),
    exact("TotalUnits", "units/op"),
    exact("TotalEvents", "events/op"),
];

/// Stands before the units of cachegrind, which counts the whole process where callgrind counts
/// one function.
pub(super) const CACHEGRIND: &str = "cachegrind-";

/// The counter of callgrind and cachegrind that a summary names.
pub(super) fn event(name: &str) -> Option<Counter> {
    EVENTS.into_iter().find(|counter| counter.name == name)
}

/// The counter of DHAT that a summary names.
pub(super) fn heap(name: &str) -> Option<Counter> {
    HEAP.into_iter().find(|counter| counter.name == name)
}

fn known(unit: &str) -> Option<Counter> {
    let event = unit.strip_prefix(CACHEGRIND).unwrap_or(unit);
    let of_event = EVENTS.into_iter().find(|counter| counter.unit == event);
    of_event.or_else(|| HEAP.into_iter().find(|counter| counter.unit == unit))
}
