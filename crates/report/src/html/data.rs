//! The data that a page carries.

use std::collections::{BTreeMap, HashMap};

use benchfmt::{Assumption, Better, Class, class};
use benchstat::document::{JudgementView, VerdictsView};
use benchstat::{Collection, Expressions, Query, QueryError, Row, Table};
use serde::Serialize;

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
    view: View<'a>,
    units: Vec<Unit>,
    files: Vec<String>,
    /// Each configuration once, as keys and values.
    configs: Vec<Vec<(String, String)>>,
    results: Vec<Sampled>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdicts: Option<&'a [JudgementView]>,
}

/// What a case has under one configuration: its name, the places of the file and the configuration, and for the place of each unit
/// the values.
type Sampled = (String, usize, usize, Vec<(usize, Vec<f64>)>);

#[derive(Debug, Serialize)]
struct Unit {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<&'static str>,
    exact: bool,
    binary: bool,
}

impl<'a> Data<'a> {
    pub(super) fn new(
        collection: &Collection,
        verdicts: Option<&'a VerdictsView>,
        view: View<'a>,
    ) -> Result<Self, QueryError> {
        let tables = everything(collection)?;
        let mut data = Self {
            alpha: tables.first().map_or(0.05, Table::alpha),
            confidence: tables.first().map_or(0.95, Table::confidence),
            view,
            units: Vec::new(),
            files: Vec::new(),
            configs: Vec::new(),
            results: Vec::new(),
            verdicts: verdicts.map(|verdicts| verdicts.judgements.as_slice()),
        };
        // Where a result is, by its name, file and configuration.
        let mut places: HashMap<(String, usize, usize), usize> = HashMap::new();
        for table in &tables {
            let unit = data.unit(table);
            let columns: Vec<String> = table
                .columns()
                .map(|column| column.key().to_string())
                .collect();
            for row in table.rows() {
                let name = row.key().to_string();
                for cell in row.cells() {
                    let file = place(&mut data.files, columns[cell.column()].clone());
                    let pairs = cell.configs().next().map(|config| {
                        let pairs = collection.config(config);
                        pairs.map(|(key, value)| (key.to_owned(), value.to_owned()))
                    });
                    let pairs = pairs.into_iter().flatten().collect();
                    let config = place(&mut data.configs, pairs);
                    let at = *places
                        .entry((name.clone(), file, config))
                        .or_insert_with(|| {
                            data.results.push((name.clone(), file, config, Vec::new()));
                            data.results.len() - 1
                        });
                    data.results[at].3.push((unit, cell.sample()));
                }
            }
        }
        Ok(data)
    }

    fn unit(&mut self, table: &Table<'_>) -> usize {
        let known = self.units.iter().position(|unit| unit.name == table.unit());
        known.unwrap_or_else(|| {
            self.units.push(Unit {
                name: table.unit().to_owned(),
                better: table.better().map(|better| match better {
                    Better::Higher => "higher",
                    Better::Lower => "lower",
                }),
                exact: table.assumption() == Assumption::Exact,
                binary: class(table.unit()) == Class::Binary,
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

/// All results, each configuration apart.
fn everything(collection: &Collection) -> Result<Vec<Table<'_>>, QueryError> {
    Ok(Query::new(&Expressions::default())?.tables(collection))
}

/// The place of an item in a list, to which it is added if it is new. The lists are short.
fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|own| *own == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// The keys of all configurations, each with its values.
pub(super) fn environment(collection: &Collection) -> BTreeMap<String, Vec<String>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in everything(collection).unwrap_or_default() {
        for cell in table.rows().flat_map(Row::cells) {
            for (key, value) in cell.configs().flat_map(|config| collection.config(config)) {
                place(values.entry(key.to_owned()).or_default(), value.to_owned());
            }
        }
    }
    values
}
