//! From results to tables: every value to its cell, every cell to its place.

use std::sync::Arc;

use benchfmt::UnitId;
use hashbrown::HashMap;

use crate::cells::{Cells, Outline, Placed};
use crate::collection::{Collection, Input};
use crate::compute::compute;
use crate::expression::{Match, Pattern};
use crate::key::{Origin, value};
use crate::parallel::{in_parallel, join};
use crate::projector::Projector;
use crate::query::Query;
use crate::sources::Sources;
use crate::table::{Arranged, Table};

/// The section of values that the filter drops, and the row of series without any other.
const DROPPED: u32 = u32::MAX;

/// Arranges the results of a collection by a query.
pub(crate) fn arrange<'c>(query: &Query, collection: &'c Collection) -> Vec<Table<'c>> {
    /// Fewer series than this are placed before a second thread has started.
    const WORTH_SHARING: usize = 5000;
    let mut plan = Plan::new(query, collection);
    let mut rows = Projector::new(&query.row, &query.specific);
    let row_keys = if query.filter.is_everything() {
        // The rows depend on the names, of which there are many: they take as long as all else.
        let series = collection
            .inputs
            .iter()
            .map(|input| input.results.series.len());
        let worth = series.sum::<usize>() >= WORTH_SHARING;
        let keys = || rows.keys(collection, |_| true);
        join(worth, keys, || plan.place_all(query, collection)).0
    } else {
        plan.place_all(query, collection);
        rows.keys(collection, |series| plan.series[series].row != DROPPED)
    };
    for (placed, row) in plan.series.iter_mut().zip(row_keys) {
        placed.row = row;
    }
    plan.finish(query, collection, rows)
}

/// Where the values of all series go.
struct Plan<'q, 'c> {
    tables: Projector<'q>,
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
    sources: Sources<'c>,
}

/// The values of one unit of a series: they go to one cell.
#[derive(Clone, Copy, Debug)]
struct Deposit {
    section: u32,
    series: u32,
}

impl<'q, 'c> Plan<'q, 'c> {
    fn new(query: &'q Query, collection: &'c Collection) -> Self {
        let projector = |fields| Projector::new(fields, &query.specific);
        Self {
            tables: projector(&query.table),
            columns: projector(&query.col),
            residue: projector(&query.residue),
            sections: Vec::new(),
            section_ids: HashMap::new(),
            units: Vec::new(),
            unit_places: HashMap::new(),
            series: Vec::new(),
            deposits: Vec::new(),
            sources: Sources::new(collection),
        }
    }

    /// Finds the tables and columns of all series, in the order in which the series are first seen.
    fn place_all(&mut self, query: &Query, collection: &Collection) {
        for input in 0..collection.inputs.len() {
            self.place(query, collection, input);
        }
    }

    fn place(&mut self, query: &Query, collection: &Collection, input: usize) {
        let Input { label, results, .. } = &collection.inputs[input];
        self.series.reserve(results.series.len());
        let everything = query.filter.is_everything();
        // By unit: the table and section that it was last used for.
        let mut latest = vec![(0, DROPPED); collection.units.len()];
        for (at, series) in results.series.iter().enumerate() {
            let units = collection.unit_lists.get(series.units);
            let origin = Origin {
                name: series.name,
                label: *label,
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
                row: DROPPED,
                column: 0,
                residue: 0,
                config: series.config,
                count: self.sources.add(input, at, units.len()),
            };
            if !(0..units.len()).any(|at| kept.keeps(at)) {
                self.series.push(placed);
                self.deposits.extend(units.iter().map(|_| Deposit {
                    section: DROPPED,
                    series: id,
                }));
                continue;
            }
            let table = self.tables.key(collection, origin);
            placed.row = 0;
            placed.column = self.columns.key(collection, origin);
            placed.residue = self.residue.key(collection, origin);
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
    fn finish(
        mut self,
        query: &Query,
        collection: &Collection,
        mut rows: Projector<'_>,
    ) -> Vec<Table<'c>> {
        let (table_keys, table_ranks) = self.tables.finish();
        let (row_keys, row_ranks) = rows.finish();
        let (column_keys, column_ranks) = self.columns.finish();
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
        self.sources.arrange(order);
        let numbers = compute(&outlines, &mut cells.samples, &self.sources, query);
        let arranged = Arc::new(Arranged {
            table_keys,
            row_keys,
            column_keys,
            cells,
            numbers,
            sources: self.sources,
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
    let owned: Vec<u32> = order
        .iter()
        .map(|&at| {
            let rank = rank(&deposits[at as usize]);
            places[rank as usize] += 1;
            rank
        })
        .collect();
    let mut sum = 0;
    for place in &mut places {
        sum += std::mem::replace(place, sum);
    }
    let mut sorted = vec![0; order.len()];
    for (at, rank) in order.into_iter().zip(owned) {
        let place = &mut places[rank as usize];
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
