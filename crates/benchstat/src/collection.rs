//! The results of all inputs, read and kept.

use std::io::{self, Read};

use benchfmt::{Benchmark, Malformed, Metadata, SyntaxError, UnitId, UnitLine, Units};

use hashbrown::HashMap;

use crate::intern::Interner;
use crate::lists::{Lists, PairLists};
use crate::scan::{Remark, Results, Scan, Series, scan};

/// Benchmark results from any number of inputs.
///
/// It keeps every value once, in eight bytes, and every name, configuration and unit once. Any
/// number of [`Query`](crate::Query)s can arrange the same collection.
///
/// ```
/// use benchstat::Collection;
///
/// let mut collection = Collection::default();
/// collection.read("old", "old.txt", "BenchmarkA 1 10 ns/op\nBenchmarkB nonsense\n".as_bytes())?;
/// assert_eq!(
///     collection.problems()[0].to_string(),
///     "old.txt:2: parsing iteration count: invalid syntax",
/// );
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Collection {
    pub(crate) names: Interner,
    pub(crate) words: Interner,
    /// The configurations, as pairs of words.
    pub(crate) configs: PairLists,
    pub(crate) units: Units,
    pub(crate) unit_lists: Lists<UnitId>,
    pub(crate) inputs: Vec<Input>,
    metadata: Metadata,
    problems: Vec<SyntaxError>,
    contradictions: Vec<SyntaxError>,
}

/// The results of one input, and its label.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The word that is the input's `.file`.
    pub(crate) label: u32,
    pub(crate) results: Results,
    /// The series by what they are, as long as results are pushed one by one.
    known: HashMap<Series, u32>,
}

/// One of the configurations that results of a collection have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigId(pub(crate) u32);

impl Collection {
    /// Reads an input in the Go benchmark format to its end.
    ///
    /// `label` is its `.file`; `path` is used in messages. Lines that cannot be read are passed
    /// over and become [`problems`](Self::problems).
    ///
    /// # Errors
    ///
    /// Only if the input itself fails; nothing of it is kept then.
    pub fn read(&mut self, label: &str, path: &str, input: impl Read) -> io::Result<()> {
        let scan = scan(path, input, 0).map_err(|failed| failed.error)?;
        self.add(label, path, scan);
        Ok(())
    }

    /// Adds a result, as if it were the next line of the input with this label.
    pub fn push(&mut self, label: &str, result: &Benchmark) {
        let config: Vec<(u32, u32)> = result
            .config
            .iter()
            .map(|(key, value)| (self.words.intern(key), self.words.intern(value)))
            .collect();
        let list: Box<[UnitId]> = result
            .measurements
            .iter()
            .map(|measurement| self.units.intern(&measurement.unit))
            .collect();
        let values: Vec<f64> = result
            .measurements
            .iter()
            .zip(&list)
            .map(|(measurement, &unit)| measurement.value * self.units.factor(unit))
            .collect();
        let series = Series {
            name: self.names.intern(&result.name),
            config: self.configs.intern(&config),
            units: self.unit_lists.intern(&list),
        };
        let label = self.words.intern(label);
        let open = self
            .inputs
            .last()
            .is_some_and(|input| input.label == label && !input.known.is_empty());
        if !open {
            self.inputs.push(Input {
                label,
                results: Results::default(),
                known: HashMap::new(),
            });
        }
        let Some(Input { results, known, .. }) = self.inputs.last_mut() else {
            return;
        };
        let id = *known.entry(series).or_insert_with(|| {
            results.series.push(series);
            (results.series.len() - 1) as u32
        });
        results.order.push(id);
        results.values.extend(values);
    }

    /// Adds what is known of a unit.
    ///
    /// # Errors
    ///
    /// If something else is known already, which then stands, or the value means nothing.
    pub fn add_unit(&mut self, line: &UnitLine) -> Result<(), Malformed> {
        self.metadata.add(line)
    }

    /// The lines that could not be read, in the order of the inputs.
    pub fn problems(&self) -> &[SyntaxError] {
        &self.problems
    }

    /// The `Unit` lines that turn the better direction of a well-known unit around, in the order of the inputs. Tables show
    /// what such lines say; verdicts that rest on one mean nothing.
    pub fn contradictions(&self) -> &[SyntaxError] {
        &self.contradictions
    }

    /// Of how many results this is the label.
    pub fn len_of(&self, label: &str) -> usize {
        let own = |input: &&Input| self.words.get(input.label) == label;
        let own = self.inputs.iter().filter(own);
        own.map(|input| input.results.order.len()).sum()
    }

    /// What `Unit` lines say.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// How many results there are.
    pub fn len(&self) -> usize {
        self.inputs
            .iter()
            .map(|input| input.results.order.len())
            .sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys and values of a configuration, in the order of the file.
    pub fn config(&self, id: ConfigId) -> impl Iterator<Item = (&str, &str)> {
        self.configs
            .get(id.0)
            .map(|(key, value)| (self.words.get(key), self.words.get(value)))
    }

    /// The value of a key in a configuration, if it is set there.
    pub fn config_value(&self, id: ConfigId, key: &str) -> Option<&str> {
        self.config(id)
            .find_map(|(own, value)| (own == key).then_some(value))
    }

    /// Adds an input that was read on its own: its numbers become the collection's.
    pub(crate) fn add(&mut self, label: &str, path: &str, scan: Scan) {
        let words: Vec<u32> = scan
            .words
            .iter()
            .map(|word| self.words.intern(word))
            .collect();
        let configs = self.configs.extend(&scan.configs, |(key, value)| {
            (words[key as usize], words[value as usize])
        });
        let units: Vec<UnitId> = scan
            .units
            .ids()
            .map(|unit| self.units.intern(scan.units.written(unit)))
            .collect();
        let mut list: Vec<UnitId> = Vec::new();
        // Inputs mostly have the same benchmarks in the same order, and neighbours the same units.
        let mut next_name = 0;
        let mut before: Option<(&[UnitId], u32)> = None;
        self.names.reserve(scan.forms.len());
        let forms: Vec<(u32, u32)> = scan
            .forms
            .ids()
            .map(|form| {
                let name = self.names.intern_guessed(scan.forms.name(form), next_name);
                next_name = name + 1;
                let own = scan.forms.units(form);
                let known = before.filter(|&(units, _)| units == own);
                let (_, list) = *before.insert(known.unwrap_or_else(|| {
                    list.clear();
                    list.extend(own.iter().map(|unit| units[unit.index()]));
                    (own, self.unit_lists.intern(&list))
                }));
                (name, list)
            })
            .collect();
        let series = scan.series.iter().map(|&(form, config)| {
            let (name, units) = forms[form.index()];
            Series {
                name,
                config: configs[config as usize],
                units,
            }
        });
        let results = Results {
            series: series.collect(),
            order: scan.order,
            values: scan.values,
        };
        for remark in scan.remarks {
            let problem = match remark {
                Remark::Malformed(error) => error,
                Remark::Unit(line) => {
                    let error = |what| SyntaxError {
                        path: path.into(),
                        line: line.line,
                        what,
                    };
                    if let Err(what) = line.check_direction() {
                        self.contradictions.push(error(what));
                    }
                    match self.metadata.add(&line) {
                        Ok(()) => continue,
                        Err(what) => error(what),
                    }
                }
            };
            self.problems.push(problem);
        }
        let label = self.words.intern(label);
        self.inputs.push(Input {
            label,
            results,
            known: HashMap::new(),
        });
    }
}
