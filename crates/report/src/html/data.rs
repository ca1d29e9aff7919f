//! The data that a page carries.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use benchfmt::{Assumption, Better, Class, Metadata, class};
use benchstat::Collection;
use benchstat::statistics::Interval;
use serde::Serialize;

use super::HtmlPage;
use super::judged::Judged;

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
    /// Each name once.
    names: Vec<&'a str>,
    results: Vec<Sample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<Vec<Judged<'a>>>,
}

/// What a case has under one configuration: the places of its name, the file and the configuration, and for the place of each unit the
/// values in ascending order.
type Sample = (usize, usize, usize, Vec<(usize, Values)>);

/// The values of a sample: as they are, or to the last bit as BASE64 of their bytes, the lowest first, which takes half of the room.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Values {
    Whole(Vec<f64>),
    Coded(String),
}

impl Values {
    /// Those of a sample, in any order.
    fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        if values.iter().all(|value| value.fract() == 0.0) {
            return Self::Whole(values);
        }
        let bytes: Vec<u8> = values.into_iter().flat_map(f64::to_le_bytes).collect();
        Self::Coded(BASE64_STANDARD.encode(bytes))
    }
}

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
            names: Vec::new(),
            results: Vec::new(),
            verdicts: None,
        };
        let mut names = Names::default();
        let mut configs = Vec::new();
        for sampled in collection.sampled() {
            let file = place(&mut data.files, sampled.label);
            let config = place(&mut configs, sampled.config);
            let samples = sampled.samples.into_iter().map(|(unit, values)| {
                let unit = data.unit(unit, collection.metadata());
                (unit, Values::new(values))
            });
            let samples = samples.collect();
            let name = names.place(sampled.name);
            data.results.push((name, file, config, samples));
        }
        data.verdicts = page.verdicts.map(|verdicts| {
            let rows = verdicts.judgements.iter();
            rows.map(|row| Judged::new(names.place(&row.case), row))
                .collect()
        });
        data.names = names.list;
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

/// Names, each once; there may be thousands.
#[derive(Debug, Default)]
struct Names<'a> {
    list: Vec<&'a str>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn place(&mut self, name: &'a str) -> usize {
        *self.places.entry(name).or_insert_with(|| {
            self.list.push(name);
            self.list.len() - 1
        })
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
