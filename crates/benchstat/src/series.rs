//! The results of a collection as they were read, put together only where nothing tells them apart.

use crate::collection::{Collection, ConfigId};

/// The results of one input that agree in name, configuration and units.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled<'c> {
    /// The full name.
    pub name: &'c str,
    /// The label of the input.
    pub label: &'c str,
    /// The configuration.
    pub config: ConfigId,
    /// The values of each unit, in base units, as they were measured; the units in the order of the line.
    pub samples: Vec<(&'c str, Vec<f64>)>,
}

impl Collection {
    /// All results, in the order in which the first of each kind was read.
    ///
    /// ```
    /// let mut collection = benchstat::Collection::default();
    /// let text = "BenchmarkA 1 2 ns/op 3 B/op\nBenchmarkB 1 5 ns/op\nBenchmarkA 1 1 ns/op 4 B/op\n";
    /// collection.read("old", "old.txt", text.as_bytes())?;
    /// let all = collection.sampled();
    /// assert_eq!([all[0].name, all[1].name], ["A", "B"]);
    /// assert_eq!(all[0].samples[1], ("B/op", vec![3.0, 4.0]));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn sampled(&self) -> Vec<Sampled<'_>> {
        let mut all = Vec::new();
        for input in &self.inputs {
            let first = all.len();
            for series in &input.results.series {
                let units = self.unit_lists.get(series.units).iter();
                all.push(Sampled {
                    name: self.names.get(series.name),
                    label: self.words.get(input.label),
                    config: ConfigId(series.config),
                    samples: units
                        .map(|&unit| (self.units.normalized(unit), Vec::new()))
                        .collect(),
                });
            }
            let mut values = input.results.values.iter();
            for series in input.results.order.series() {
                let Sampled { samples, .. } = &mut all[first + series as usize];
                for ((_, sample), value) in samples.iter_mut().zip(&mut values) {
                    sample.push(*value);
                }
            }
        }
        all
    }
}
