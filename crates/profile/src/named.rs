//! Profiles of what has no addresses: what is sampled is known by name.

use std::collections::HashMap;

use crate::Profile;
use crate::proto::{self, Function, Line, Location, Sample, ValueType};
use crate::stacks::Unit;
use crate::strings::Strings;

impl Profile {
    /// A profile whose stacks are of names, the innermost first, each with a value for each unit. The last unit is shown
    /// first. `now` is in nanoseconds since 1970.
    pub fn of_names(units: &[Unit], samples: &[(Vec<&str>, Vec<i64>)], now: i64) -> Self {
        let mut strings = Strings::with(Vec::new());
        let mut functions = Vec::new();
        let mut locations = Vec::new();
        let mut ids: HashMap<&str, u64> = HashMap::new();
        let sample_types = units.iter().map(|(kind, unit)| ValueType {
            kind: strings.place(kind),
            unit: strings.place(unit),
        });
        let sample_types: Vec<ValueType> = sample_types.collect();
        let samples = samples.iter().map(|(names, values)| {
            let names = names.iter().map(|name| {
                *ids.entry(name).or_insert_with(|| {
                    let id = functions.len() as u64 + 1;
                    let name = strings.place(name);
                    functions.push(Function {
                        id,
                        name,
                        system_name: name,
                        ..Function::default()
                    });
                    locations.push(Location {
                        id,
                        lines: vec![Line {
                            function: id,
                            line: 0,
                        }],
                        ..Location::default()
                    });
                    id
                })
            });
            Sample {
                locations: names.collect(),
                values: values.clone(),
                labels: Vec::new(),
            }
        });
        let samples = samples.collect();
        Self::new(proto::Profile {
            period_type: sample_types.first().copied(),
            period: 1,
            default_sample_type: sample_types.last().map_or(0, |value| value.kind),
            sample_types,
            samples,
            locations,
            functions,
            time_nanos: now,
            strings: strings.into_list(),
            ..proto::Profile::default()
        })
    }
}
