//! The data that a page carries.

use std::collections::BTreeMap;

use benchfmt::{Assumption, Better, Class, Metadata, class};
use benchstat::Collection;
use benchstat::document::JudgementView;
use benchstat::statistics::Interval;
use serde::Serialize;

use super::HtmlPage;

/// Up to this size of a sample the interval of its median is that of the binomial distribution; beyond, the script approximates it.
const EXACT: usize = 30;

/// What is shown at first.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct View<'a> {
    pub(super) filter: &'a str,
    pub(super) row: &'a str,
    pub(super) col: &'a str,
}

/// Everything, as the script reads it.
#[derive(Debug, Serialize)]
pub(super) struct Data<'a> {
    alpha: f64,
    confidence: f64,
    /// For the sizes of samples from 0: which values bound the median, counted from 1.
    intervals: Vec<(usize, usize)>,
    view: View<'a>,
    units: Vec<Unit<'a>>,
    files: Vec<&'a str>,
    /// Each configuration once, as keys and values.
    configs: Vec<Vec<(&'a str, &'a str)>>,
    results: Vec<Sample<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<&'a [JudgementView]>,
}

/// What a case has under one configuration: its name, the places of the file and the configuration, and for the place of each unit
/// the values in ascending order.
type Sample<'a> = (&'a str, usize, usize, Vec<(usize, Vec<f64>)>);

#[derive(Debug, Serialize)]
struct Unit<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<&'static str>,
    exact: bool,
    binary: bool,
}

impl<'a> Data<'a> {
    pub(super) fn new(page: &HtmlPage<'a>, view: View<'a>) -> Self {
        let collection = page.collection;
        let mut data = Self {
            alpha: page.alpha,
            confidence: page.confidence,
            intervals: (0..=EXACT)
                .map(|n| Interval::of_median(n, page.confidence))
                .map(|interval| (interval.low, interval.high))
                .collect(),
            view,
            units: Vec::new(),
            files: Vec::new(),
            configs: Vec::new(),
            results: Vec::new(),
            verdicts: page.verdicts.map(|verdicts| verdicts.judgements.as_slice()),
        };
        let mut configs = Vec::new();
        for sampled in collection.sampled() {
            let file = place(&mut data.files, sampled.label);
            let config = place(&mut configs, sampled.config);
            let samples = sampled.samples.into_iter().map(|(unit, mut values)| {
                values.sort_by(f64::total_cmp);
                (data.unit(unit, collection.metadata()), values)
            });
            let samples = samples.collect();
            data.results.push((sampled.name, file, config, samples));
        }
        let pairs = configs
            .into_iter()
            .map(|config| collection.config(config).collect());
        data.configs = pairs.collect();
        data
    }

    /// The place of a unit.
    fn unit(&mut self, name: &'a str, metadata: &Metadata) -> usize {
        let known = self.units.iter().position(|unit| unit.name == name);
        known.unwrap_or_else(|| {
            self.units.push(Unit {
                name,
                better: metadata.better(name).map(|better| match better {
                    Better::Higher => "higher",
                    Better::Lower => "lower",
                }),
                exact: metadata.assumption(name) == Assumption::Exact,
                binary: class(name) == Class::Binary,
            });
            self.units.len() - 1
        })
    }

    /// As JSON in which no tag begins: `<` stands in texts only, and there it has another spelling.
    pub(super) fn json(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        json.replace('<', "\\u003c")
    }
}

/// The place of an item in a list, to which it is added if it is new. The lists are short.
fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|own| *own == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// The keys of all configurations, each with its values.
pub(super) fn environment(collection: &Collection) -> BTreeMap<&str, Vec<&str>> {
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for sampled in collection.sampled() {
        for (key, value) in collection.config(sampled.config) {
            place(values.entry(key).or_default(), value);
        }
    }
    values
}
