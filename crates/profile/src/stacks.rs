//! Sampled stacks, and the profile without names that they make.

use std::collections::HashMap;

use crate::Profile;
use crate::maps::{self, Mapped};
use crate::proto::{self, Label, Location, Mapping, Sample, ValueType};
use crate::strings::Strings;

/// What a number of a sample counts, and its unit, in pprof's words.
pub type Unit = (&'static str, &'static str);

/// Samples of stacks of addresses.
#[derive(Debug)]
pub struct Stacks {
    /// What each sample's values are.
    pub units: Vec<Unit>,
    /// The one that a reader shows first.
    pub shown: Unit,
    /// What there is one sample for, and how many of them.
    pub period: (Unit, i64),
    /// The samples.
    pub samples: Vec<Sampled>,
    /// When sampling began, in nanoseconds since 1970.
    pub began: i64,
    /// For how long, in nanoseconds; 0 if it is a state and no interval.
    pub lasted: i64,
    /// What a reader of the profile should know.
    pub comments: Vec<String>,
}

/// One stack and its values.
#[derive(Debug)]
pub struct Sampled {
    /// Addresses within the instructions that were run, the innermost first: a caller's is in its call, not behind it.
    pub addresses: Vec<u64>,
    /// One for each of [`Stacks::units`].
    pub values: Vec<i64>,
    /// Keys and texts.
    pub labels: Vec<(&'static str, String)>,
}

impl Stacks {
    /// The profile, whose locations have addresses and no lines yet.
    ///
    /// A stack ends at the first address that no file is mapped at: what is behind it is not known to be a stack.
    pub fn into_profile(self, mappings: &[Mapped]) -> Profile {
        let mut strings = Strings::with(Vec::new());
        let value_type = |strings: &mut Strings, (kind, unit): Unit| ValueType {
            kind: strings.place(kind),
            unit: strings.place(unit),
        };
        let sample_types = self
            .units
            .iter()
            .map(|unit| value_type(&mut strings, *unit));
        let sample_types = sample_types.collect();
        let period_type = Some(value_type(&mut strings, self.period.0));
        let mut locations: Vec<Location> = Vec::new();
        let mut ids: HashMap<u64, u64> = HashMap::new();
        let mut samples = Vec::with_capacity(self.samples.len());
        for sampled in self.samples {
            let mut sample = Sample {
                locations: Vec::with_capacity(sampled.addresses.len()),
                values: sampled.values,
                labels: Vec::new(),
            };
            for address in sampled.addresses {
                let Some(place) = maps::find(mappings, address) else {
                    break;
                };
                let id = *ids.entry(address).or_insert_with(|| {
                    let id = locations.len() as u64 + 1;
                    locations.push(Location {
                        id,
                        mapping: place as u64 + 1,
                        address,
                        lines: Vec::new(),
                    });
                    id
                });
                sample.locations.push(id);
            }
            for (key, text) in sampled.labels {
                sample.labels.push(Label {
                    key: strings.place(key),
                    text: strings.place(&text),
                });
            }
            samples.push(sample);
        }
        let mappings = mappings.iter().zip(1..).map(|(mapped, id)| Mapping {
            id,
            start: mapped.start,
            limit: mapped.end,
            offset: mapped.offset,
            file: strings.place(&mapped.path),
            ..Mapping::default()
        });
        Profile::new(proto::Profile {
            sample_types,
            samples,
            mappings: mappings.collect(),
            locations,
            functions: Vec::new(),
            time_nanos: self.began,
            duration_nanos: self.lasted,
            period_type,
            period: self.period.1,
            comments: self
                .comments
                .iter()
                .map(|text| strings.place(text))
                .collect(),
            default_sample_type: strings.place(self.shown.0),
            strings: strings.into_list(),
        })
    }
}
