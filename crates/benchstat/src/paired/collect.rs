//! Finding pairs among the results of a collection.

use hashbrown::{HashMap, HashSet};

use super::keys::is_paired;
use super::pairs::Pairs;
use super::problem::{PairProblem, Side};
use crate::collection::{Collection, ConfigId};

/// An input's label, a name and a unit.
type Place<'c> = (&'c str, &'c str, &'c str);

/// Results of pairs, by their input's label, their name and their unit.
#[derive(Debug)]
pub struct PairedResults<'c> {
    collection: &'c Collection,
    paired: HashSet<ConfigId>,
    results: HashMap<Place<'c>, Vec<(ConfigId, f64)>>,
}

impl<'c> PairedResults<'c> {
    /// Those of a collection.
    pub fn of(collection: &'c Collection) -> Self {
        let configs = 0..collection.configs.len() as u32;
        let paired: HashSet<ConfigId> = configs
            .map(ConfigId)
            .filter(|&config| is_paired(collection, config))
            .collect();
        let mut all = Self {
            collection,
            paired,
            results: HashMap::new(),
        };
        if !all.paired.is_empty() {
            all.index();
        }
        all
    }

    fn index(&mut self) {
        let collection = self.collection;
        for input in &collection.inputs {
            let label = collection.words.get(input.label);
            let results = &input.results;
            let mut values = results.values.iter();
            for series in results
                .order
                .series()
                .filter_map(|id| results.series.get(id as usize))
            {
                let config = ConfigId(series.config);
                let name = collection.names.get(series.name);
                let units = collection.unit_lists.get(series.units);
                for (&unit, &value) in units.iter().zip(&mut values) {
                    if self.paired.contains(&config) {
                        let unit = collection.units.normalized(unit);
                        let row = self.results.entry((label, name, unit)).or_default();
                        row.push((config, value));
                    }
                }
            }
        }
    }

    /// Whether any of these configurations is of a pair.
    pub(crate) fn concern(&self, configs: &[ConfigId]) -> bool {
        !self.paired.is_empty() && configs.iter().any(|config| self.paired.contains(config))
    }

    /// The names and units of the baseline that are in pairs, in no order.
    pub fn rows(&self, label: &str) -> impl Iterator<Item = (&'c str, &'c str)> {
        let keys = self.results.keys();
        keys.filter(move |&&(own, ..)| own == label)
            .map(|&(_, name, unit)| (name, unit))
    }

    /// The pairs of a row, whose name may differ between the sides.
    ///
    /// # Errors
    ///
    /// If they are none that can be compared.
    pub fn pairs(
        &self,
        (base, base_name): (&str, &str),
        (head, head_name): (&str, &str),
        unit: &str,
    ) -> Result<Pairs, PairProblem> {
        let (base, head) = (
            self.of_row(base, base_name, unit),
            self.of_row(head, head_name, unit),
        );
        Pairs::new(self.collection, &base, &head)
    }

    /// The pairs of a row, of those results that have these configurations.
    pub(crate) fn selected(
        &self,
        (base, base_name, base_configs): (&str, &str, &[ConfigId]),
        (head, head_name, head_configs): (&str, &str, &[ConfigId]),
        unit: &str,
    ) -> Result<Pairs, PairProblem> {
        let side = |label: &str, name: &str, configs: &[ConfigId], side: Side| {
            if configs.iter().any(|config| !self.paired.contains(config)) {
                return Err(PairProblem::Unpaired(side));
            }
            let kept: HashSet<ConfigId> = configs.iter().copied().collect();
            let mut results = self.of_row(label, name, unit);
            results.retain(|(config, _)| kept.contains(config));
            Ok(results)
        };
        let base = side(base, base_name, base_configs, Side::Base)?;
        let head = side(head, head_name, head_configs, Side::Head)?;
        Pairs::new(self.collection, &base, &head)
    }

    fn of_row(&self, label: &str, name: &str, unit: &str) -> Vec<(ConfigId, f64)> {
        let results = self.results.get(&(label, name, unit));
        results.cloned().unwrap_or_default()
    }
}
