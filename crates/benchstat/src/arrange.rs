//! From results to tables: every value to its cell, every cell to its place.

use std::sync::Arc;

use benchfmt::UnitId;
use hashbrown::HashMap;

use crate::cells::{Cells, Outline, Placed};
use crate::collection::{Collection, Input};
use crate::compute::compute;
use crate::expression::{Match, Pattern};
use crate::intern::Interner;
use crate::key::{EMPTY, Origin, value};
use crate::parallel::in_parallel;
use crate::projector::Projector;
use crate::query::Query;
use crate::sources::Sources;
use crate::table::{Arranged, Table};

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
}

/// The values of one unit of a series: they go to one cell.
#[derive(Clone, Copy, Debug)]
struct Deposit {
    section: u32,
    series: u32,
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
        }
    }

    /// Finds the places of an input's series, in the order in which the series are first seen.
    fn place(&mut self, query: &Query, collection: &'q Collection, input: &'q Input) {
        let first = self.series.len();
        self.series.reserve(input.results.series.len());
        let everything = query.filter.is_everything();
        // By unit: the table and section that it was last used for.
        let mut latest = vec![(0, DROPPED); collection.units.len()];
        for series in &input.results.series {
            let units = &collection.unit_lists.entries[series.units as usize];
            let origin = Origin {
                name: series.name,
                label: input.label,
                config: series.config,
            };
            let kept = if everything {
                Match::Whole(true)
            } else {
                let filter = &query.filter;
                filter.matches(&mut |key, pattern| leaf(collection, origin, units, key, pattern))
            };
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
                let mut section = DROPPED;
                if kept.keeps(at) {
                    let latest = &mut latest[unit.index()];
                    if latest.0 != table || latest.1 == DROPPED {
                        let unit = collection.units.normalized(*unit);
                        *latest = (table, self.section(table, unit));
                    }
                    section = latest.1;
                }
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

    fn section(&mut self, table: u32, unit: &str) -> u32 {
        let unit = *self.unit_places.entry_ref(unit).or_insert_with(|| {
            self.units.push(unit.to_owned());
            (self.units.len() - 1) as u32
        });
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
        let order = self.order(&table_ranks, &row_ranks, &column_ranks);
        let mut cells = Cells::new(&column_ranks, order.len());
        for &at in &order {
            let Deposit { section, series } = self.deposits[at as usize];
            let placed = self.series[series as usize];
            cells.add(section, placed, &self.residue, || {
                let (key, unit) = self.sections[section as usize];
                let unit = &self.units[unit as usize];
                Outline::new(key, unit, collection.metadata())
            });
        }
        let (outlines, mut cells) = cells.finish();
        drop((self.series, self.deposits));
        let mut values = vec![0.0; cells.values];
        self.sources.arrange(order);
        compute(
            &outlines,
            &mut cells.samples,
            &mut values,
            &self.sources,
            query,
        );
        drop(self.sources);
        let arranged = Arc::new(Arranged {
            table_keys,
            row_keys,
            column_keys,
            texts: self.texts,
            cells,
            values,
        });
        let columns = in_parallel(outlines.len(), |table| outlines[table].summaries(&arranged));
        outlines
            .into_iter()
            .zip(columns)
            .map(|(outline, columns)| Table::new(outline, columns, &arranged, query))
            .collect()
    }

    /// The deposits by table, row and column; those of one cell are neighbours then, in the order
    /// in which their series were first seen.
    fn order(&self, tables: &[u32], rows: &[u32], columns: &[u32]) -> Vec<u32> {
        let mut sections: Vec<u32> = (0..self.sections.len() as u32).collect();
        sections.sort_unstable_by_key(|&section| {
            let (table, unit) = self.sections[section as usize];
            (tables[table as usize], unit)
        });
        let mut section_ranks = vec![0; sections.len()];
        for (rank, section) in sections.into_iter().enumerate() {
            section_ranks[section as usize] = rank as u32;
        }
        let deposits = &self.deposits;
        let mut order: Vec<u32> = Vec::with_capacity(deposits.len());
        order.extend(
            (0..deposits.len() as u32)
                .filter(|&deposit| deposits[deposit as usize].section != DROPPED),
        );
        let placed = |deposit: &Deposit| &self.series[deposit.series as usize];
        let column = |deposit: &Deposit| columns[placed(deposit).column as usize];
        let row = |deposit: &Deposit| rows[placed(deposit).row as usize];
        let section = |deposit: &Deposit| section_ranks[deposit.section as usize];
        order = sorted(order, deposits, columns.len(), column);
        let all_rows = rows.len() * section_ranks.len();
        if all_rows <= MOST_ROWS * deposits.len() {
            let row_count = rows.len() as u32;
            return sorted(order, deposits, all_rows, |deposit| {
                section(deposit) * row_count + row(deposit)
            });
        }
        order = sorted(order, deposits, rows.len(), row);
        sorted(order, deposits, section_ranks.len(), section)
    }
}

/// Rows of tables are sorted at once if there are no more of them than this for each deposit.
const MOST_ROWS: usize = 4;

/// The deposits of `order` by rank: a stable counting sort.
fn sorted(
    order: Vec<u32>,
    deposits: &[Deposit],
    ranks: usize,
    rank: impl Fn(&Deposit) -> u32,
) -> Vec<u32> {
    let is_sorted = order
        .windows(2)
        .all(|pair| rank(&deposits[pair[0] as usize]) <= rank(&deposits[pair[1] as usize]));
    if is_sorted {
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
