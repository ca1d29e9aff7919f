//! From results to tables: every value to its cell, every cell to its place.

use std::ops::Range;
use std::sync::Arc;

use benchfmt::UnitId;
use hashbrown::HashMap;

use crate::collection::{Collection, Input};
use crate::compute::{Sample, compute};
use crate::expression::{Match, Pattern};
use crate::intern::Interner;
use crate::key::{EMPTY, Origin, Projector, value};
use crate::query::Query;
use crate::sources::Sources;
use crate::table::{Arranged, Column, Table};

/// The section of values that the filter drops.
const DROPPED: u32 = u32::MAX;

/// Arranges the results of a collection by a query.
pub(crate) fn arrange<'q>(query: &'q Query, collection: &'q Collection) -> Vec<Table> {
    let mut plan = Plan::new(query);
    for input in &collection.inputs {
        plan.place(query, collection, input);
    }
    plan.finish(query, collection)
}

/// Where the values of all series go.
struct Plan<'q> {
    /// The texts of keys; the first is the empty one.
    texts: Interner,
    tables: Projector<'q>,
    rows: Projector<'q>,
    columns: Projector<'q>,
    residue: Projector<'q>,
    /// Each table to be: its key, and its unit by the place in `units`.
    sections: Vec<(u32, u32)>,
    section_ids: HashMap<(u32, u32), u32>,
    /// The base units, in the order in which they are first seen.
    units: Vec<String>,
    unit_places: HashMap<String, u32>,
    /// For each series of all inputs, one after the other.
    series: Vec<Placed>,
    /// For each unit of each series.
    deposits: Vec<Deposit>,
    sources: Sources<'q>,
    config_sets: ConfigSets,
}

/// Where a series belongs.
#[derive(Clone, Copy, Debug)]
struct Placed {
    row: u32,
    column: u32,
    residue: u32,
    config: u32,
    /// How many results it has.
    count: u32,
}

/// The values of one unit of a series: they go to one cell.
#[derive(Clone, Copy, Debug)]
struct Deposit {
    section: u32,
    series: u32,
}

/// Sets of configurations, each kept once.
#[derive(Debug, Default)]
struct ConfigSets {
    sets: Vec<Box<[u32]>>,
    ids: HashMap<Box<[u32]>, u32>,
    /// By set and added configuration: the set with it.
    added: HashMap<(u32, u32), u32>,
    /// By configuration: the set of it alone, plus 1.
    single: Vec<u32>,
}

impl ConfigSets {
    fn intern(&mut self, set: Box<[u32]>) -> u32 {
        let sets = &mut self.sets;
        *self.ids.entry(set).or_insert_with_key(|set| {
            sets.push(set.clone());
            (sets.len() - 1) as u32
        })
    }

    fn of(&mut self, config: u32) -> u32 {
        let at = config as usize;
        if at >= self.single.len() {
            self.single.resize(at + 1, 0);
        }
        if self.single[at] == 0 {
            self.single[at] = self.intern([config].into()) + 1;
        }
        self.single[at] - 1
    }

    fn with(&mut self, set: u32, config: u32) -> u32 {
        if let Some(&with) = self.added.get(&(set, config)) {
            return with;
        }
        let mut members = self.sets[set as usize].to_vec();
        if !members.contains(&config) {
            members.push(config);
        }
        let with = self.intern(members.into());
        self.added.insert((set, config), with);
        with
    }
}

impl<'q> Plan<'q> {
    fn new(query: &'q Query) -> Self {
        let mut texts = Interner::default();
        let empty = texts.intern("");
        debug_assert_eq!(empty, EMPTY);
        let projector = |fields| Projector::new(fields, &query.specific);
        Self {
            texts,
            tables: projector(&query.table),
            rows: projector(&query.row),
            columns: projector(&query.col),
            residue: projector(&query.residue),
            sections: Vec::new(),
            section_ids: HashMap::new(),
            units: Vec::new(),
            unit_places: HashMap::new(),
            series: Vec::new(),
            deposits: Vec::new(),
            sources: Sources::default(),
            config_sets: ConfigSets::default(),
        }
    }

    /// Finds the places of an input's series, in the order in which the series are first seen.
    fn place(&mut self, query: &Query, collection: &'q Collection, input: &'q Input) {
        let first = self.series.len();
        self.series.reserve(input.results.series.len());
        // By unit: its place among the base units, plus 1.
        let mut unit_places = vec![0; collection.units.len()];
        for series in &input.results.series {
            let units = &collection.unit_lists.entries[series.units as usize];
            let origin = Origin {
                name: series.name,
                label: input.label,
                config: series.config,
            };
            let kept = query
                .filter
                .matches(&mut |key, pattern| leaf(collection, origin, units, key, pattern));
            let id = self.series.len() as u32;
            let mut placed = Placed {
                row: 0,
                column: 0,
                residue: 0,
                config: series.config,
                count: 0,
            };
            self.sources.add_series(units.len());
            if !(0..units.len()).any(|at| kept.keeps(at)) {
                self.series.push(placed);
                self.deposits.extend(units.iter().map(|_| Deposit {
                    section: DROPPED,
                    series: id,
                }));
                continue;
            }
            let table = self.tables.key(collection, origin, &mut self.texts);
            placed.row = self.rows.key(collection, origin, &mut self.texts);
            placed.column = self.columns.key(collection, origin, &mut self.texts);
            placed.residue = self.residue.key(collection, origin, &mut self.texts);
            self.series.push(placed);
            for (at, unit) in units.iter().enumerate() {
                let section = if kept.keeps(at) {
                    let place = &mut unit_places[unit.index()];
                    if *place == 0 {
                        *place = self.unit_place(collection.units.normalized(*unit)) + 1;
                    }
                    self.section(table, *place - 1)
                } else {
                    DROPPED
                };
                self.deposits.push(Deposit {
                    section,
                    series: id,
                });
            }
        }
        let counts = self.sources.add_results(&input.results);
        for (placed, count) in self.series[first..].iter_mut().zip(counts) {
            placed.count = count;
        }
    }

    fn unit_place(&mut self, unit: &str) -> u32 {
        *self.unit_places.entry_ref(unit).or_insert_with(|| {
            self.units.push(unit.to_owned());
            (self.units.len() - 1) as u32
        })
    }

    fn section(&mut self, table: u32, unit: u32) -> u32 {
        *self.section_ids.entry((table, unit)).or_insert_with(|| {
            self.sections.push((table, unit));
            (self.sections.len() - 1) as u32
        })
    }

    /// Brings everything to its final place and computes the statistics.
    fn finish(mut self, query: &Query, collection: &Collection) -> Vec<Table> {
        let (table_keys, table_ranks) = self.tables.finish(&self.texts);
        let (row_keys, row_ranks) = self.rows.finish(&self.texts);
        let (column_keys, column_ranks) = self.columns.finish(&self.texts);
        let (sections, series, deposits) = (&self.sections, &self.series, &self.deposits);
        let mut section_order: Vec<u32> = (0..sections.len() as u32).collect();
        section_order.sort_unstable_by_key(|&section| {
            let (table, unit) = sections[section as usize];
            (table_ranks[table as usize], unit)
        });
        let mut section_ranks = vec![0; sections.len()];
        for (rank, &section) in section_order.iter().enumerate() {
            section_ranks[section as usize] = rank as u32;
        }

        // The deposits by table, row and column; those of one cell are neighbours then.
        let mut order: Vec<u32> = Vec::with_capacity(deposits.len());
        order.extend(
            (0..deposits.len() as u32)
                .filter(|&deposit| deposits[deposit as usize].section != DROPPED),
        );
        let placed = |deposit: &Deposit| &series[deposit.series as usize];
        order = sorted(order, deposits, column_ranks.len(), |deposit| {
            column_ranks[placed(deposit).column as usize]
        });
        order = sorted(order, deposits, row_ranks.len(), |deposit| {
            row_ranks[placed(deposit).row as usize]
        });
        order = sorted(order, deposits, section_ranks.len(), |deposit| {
            section_ranks[deposit.section as usize]
        });

        let mut outlines: Vec<Outline> = Vec::with_capacity(sections.len());
        let mut samples: Vec<Sample> = Vec::with_capacity(order.len());
        let mut varying: HashMap<usize, Vec<String>> = HashMap::new();
        let mut columns = Columns::new(&column_ranks);
        let mut end = 0;
        let mut last: Option<(Deposit, Placed)> = None;
        let mut hidden = Vec::new();
        for &at in &order {
            let deposit = deposits[at as usize];
            let placed = *placed(&deposit);
            let start = end;
            end += placed.count as usize;
            let same_table = last.is_some_and(|(last, _)| last.section == deposit.section);
            let same_row = same_table && last.is_some_and(|(_, last)| last.row == placed.row);
            if same_row
                && let Some((_, first)) = last
                && first.column == placed.column
                && let Some(sample) = samples.last_mut()
            {
                sample.grow(
                    placed.count,
                    self.config_sets.with(sample.configs, placed.config),
                );
                if first.residue != placed.residue {
                    self.residue
                        .differences(first.residue, placed.residue, &mut hidden);
                    let fields = hidden
                        .iter()
                        .map(|&field| self.residue.field_name(field).to_owned());
                    varying.insert(samples.len() - 1, fields.collect());
                }
                continue;
            }
            hidden.clear();
            if !same_table {
                if let Some(outline) = outlines.last_mut() {
                    columns.finish(outline, &mut samples);
                }
                let (key, unit) = sections[deposit.section as usize];
                outlines.push(Outline::new(
                    key,
                    &self.units[unit as usize],
                    samples.len(),
                    collection,
                ));
            }
            let Some(outline) = outlines.last_mut() else {
                continue;
            };
            columns.add(placed.column);
            let configs = self.config_sets.of(placed.config);
            samples.push(Sample::new(start, placed.count, placed.column, configs));
            outline.cells.end = samples.len();
            if same_row && let Some(row) = outline.rows.last_mut() {
                row.1 = samples.len() as u32;
            } else {
                outline.rows.push((placed.row, samples.len() as u32));
            }
            last = Some((deposit, placed));
        }
        if let Some(outline) = outlines.last_mut() {
            columns.finish(outline, &mut samples);
        }
        drop((self.series, self.deposits));
        let mut values = vec![0.0; end];
        self.sources.arrange(order);
        compute(&outlines, &mut samples, &mut values, &self.sources, query);
        drop(self.sources);
        let arranged = Arc::new(Arranged {
            table_keys,
            row_keys,
            column_keys,
            texts: self.texts,
            samples,
            values,
            varying,
            config_sets: self.config_sets.sets,
        });
        outlines
            .into_iter()
            .map(|outline| outline.into_table(&arranged, query))
            .collect()
    }
}

/// The deposits of `order` by rank: a stable counting sort.
fn sorted(
    order: Vec<u32>,
    deposits: &[Deposit],
    ranks: usize,
    rank: impl Fn(&Deposit) -> u32,
) -> Vec<u32> {
    if ranks < 2 {
        return order;
    }
    // For each rank: how many have it; then, where they start.
    let mut places = vec![0_u32; ranks];
    for &at in &order {
        places[rank(&deposits[at as usize]) as usize] += 1;
    }
    let mut sum = 0;
    for place in &mut places {
        sum += std::mem::replace(place, sum);
    }
    let mut sorted = vec![0; order.len()];
    for at in order {
        let place = &mut places[rank(&deposits[at as usize]) as usize];
        sorted[*place as usize] = at;
        *place += 1;
    }
    sorted
}

/// What a leaf of a filter says of the measurements of a result.
fn leaf(
    collection: &Collection,
    origin: Origin,
    units: &[UnitId],
    key: &str,
    pattern: &Pattern,
) -> Match {
    if key != ".unit" {
        return Match::Whole(pattern.matches(value(collection, origin, key)));
    }
    let known = &collection.units;
    Match::Each(
        units
            .iter()
            .map(|&unit| {
                pattern.matches(known.normalized(unit)) || pattern.matches(known.written(unit))
            })
            .collect(),
    )
}

/// A table before its columns are summarised.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) key: u32,
    pub(crate) unit: String,
    pub(crate) better: Option<benchfmt::Better>,
    pub(crate) assumption: benchfmt::Assumption,
    /// The keys of the columns, in order.
    pub(crate) columns: Vec<u32>,
    /// The keys of the rows, in order, and where the cells of each end.
    pub(crate) rows: Vec<(u32, u32)>,
    /// Its cells among all.
    pub(crate) cells: Range<usize>,
}

/// The columns of a table, found while its cells are.
struct Columns<'r> {
    ranks: &'r [u32],
    found: Vec<u32>,
    is_found: Vec<bool>,
}

impl<'r> Columns<'r> {
    fn new(ranks: &'r [u32]) -> Self {
        Self {
            ranks,
            found: Vec::new(),
            is_found: vec![false; ranks.len()],
        }
    }

    fn add(&mut self, column: u32) {
        if !std::mem::replace(&mut self.is_found[column as usize], true) {
            self.found.push(column);
        }
    }

    /// Gives a table its columns, and its cells the places of theirs; then starts afresh.
    fn finish(&mut self, outline: &mut Outline, samples: &mut [Sample]) {
        self.found
            .sort_unstable_by_key(|&column| self.ranks[column as usize]);
        let places: HashMap<u32, u32> = self.found.iter().copied().zip(0..).collect();
        for sample in &mut samples[outline.cells.clone()] {
            sample.column = places.get(&sample.column).copied().unwrap_or(0);
        }
        for &column in &self.found {
            self.is_found[column as usize] = false;
        }
        outline.columns = std::mem::take(&mut self.found);
    }
}

impl Outline {
    fn new(key: u32, unit: &str, first_cell: usize, collection: &Collection) -> Self {
        let metadata = collection.metadata();
        Self {
            key,
            unit: unit.to_owned(),
            better: metadata.better(unit),
            assumption: metadata.assumption(unit),
            columns: Vec::new(),
            rows: Vec::new(),
            cells: first_cell..first_cell,
        }
    }

    fn into_table(self, arranged: &Arc<Arranged>, query: &Query) -> Table {
        let columns = self
            .columns
            .iter()
            .enumerate()
            .map(|(place, &key)| Column::summarise(key, place, &self, arranged))
            .collect();
        Table::new(self, columns, arranged, query)
    }
}
