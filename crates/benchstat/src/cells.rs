//! The cells of the tables, found one after the other in the tables' order.

use std::ops::Range;

use benchfmt::{Assumption, Better, Metadata};
use hashbrown::HashMap;

use crate::compute::{Sample, Test};
use crate::projector::Projector;
use crate::table::{Arranged, Column};

/// Where a series belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) row: u32,
    pub(crate) column: u32,
    pub(crate) residue: u32,
    pub(crate) config: u32,
    /// How many results it has.
    pub(crate) count: u32,
}

/// A table before its columns are summarised.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) key: u32,
    pub(crate) unit: String,
    pub(crate) better: Option<Better>,
    pub(crate) assumption: Assumption,
    /// The keys of the columns, in order.
    pub(crate) columns: Vec<u32>,
    /// The keys of the rows, in order, and where the cells of each end.
    pub(crate) rows: Vec<(u32, u32)>,
    /// Its cells among all.
    pub(crate) cells: Range<usize>,
}

impl Outline {
    /// A table without rows and columns.
    pub(crate) fn new(key: u32, unit: &str, metadata: &Metadata) -> Self {
        Self {
            key,
            unit: unit.to_owned(),
            better: metadata.better(unit),
            assumption: metadata.assumption(unit),
            columns: Vec::new(),
            rows: Vec::new(),
            cells: 0..0,
        }
    }

    /// The summaries of its columns.
    pub(crate) fn summaries(&self, arranged: &Arranged<'_>) -> Vec<Column> {
        self.columns
            .iter()
            .enumerate()
            .map(|(place, &key)| Column::summarise(key, place, self, arranged))
            .collect()
    }
}

/// The cells of all tables.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) samples: Vec<Sample>,
    /// By cell, where its results differ in hidden fields: the fields.
    pub(crate) varying: HashMap<usize, Vec<String>>,
    /// By cell, where its results have several configurations: all of them, in order.
    pub(crate) configs: HashMap<usize, Vec<u32>>,
}

/// Finds cells from series that come in the order of the tables.
pub(crate) struct Cells<'r> {
    found: Found,
    outlines: Vec<Outline>,
    columns: Columns<'r>,
    /// How many series there were.
    count: u32,
    /// The first series of the cell at hand, and the table that it is in.
    first: Option<(u32, Placed)>,
    /// The hidden fields in which the results of the cell at hand differ.
    hidden: Vec<(usize, u32)>,
}

impl<'r> Cells<'r> {
    /// For columns of these ranks, and about so many cells.
    pub(crate) fn new(column_ranks: &'r [u32], cells: usize) -> Self {
        Self {
            found: Found {
                samples: Vec::with_capacity(cells),
                ..Found::default()
            },
            outlines: Vec::new(),
            columns: Columns::new(column_ranks),
            count: 0,
            first: None,
            hidden: Vec::new(),
        }
    }

    /// Adds the values of a series to the cell at hand, or to a new one; `outline` makes the
    /// table if it is new.
    pub(crate) fn add(
        &mut self,
        section: u32,
        placed: Placed,
        residue: &Projector<'_>,
        outline: impl FnOnce() -> Outline,
    ) {
        let source = self.count;
        self.count += 1;
        let same_table = self.first.filter(|(own, _)| *own == section);
        let same_row = same_table.filter(|(_, first)| first.row == placed.row);
        if let Some((_, first)) = same_row.filter(|(_, first)| first.column == placed.column) {
            return self.grow(first, placed, residue);
        }
        self.first = Some((section, placed));
        self.hidden.clear();
        if same_table.is_none() {
            self.finish_table();
            self.outlines.push(outline());
        }
        let Some(outline) = self.outlines.last_mut() else {
            return;
        };
        let samples = &mut self.found.samples;
        self.columns.add(placed.column);
        samples.push(Sample {
            source,
            count: placed.count,
            column: placed.column,
            config: placed.config,
            test: Test::None,
        });
        if same_table.is_none() {
            outline.cells.start = samples.len() - 1;
        }
        outline.cells.end = samples.len();
        match outline.rows.last_mut() {
            Some((_, end)) if same_row.is_some() => *end = samples.len() as u32,
            _ => outline.rows.push((placed.row, samples.len() as u32)),
        }
    }

    /// Adds the values of a series to the cell that `first` began.
    fn grow(&mut self, first: Placed, placed: Placed, residue: &Projector<'_>) {
        let Found {
            samples,
            varying,
            configs,
            ..
        } = &mut self.found;
        let Some(sample) = samples.last_mut() else {
            return;
        };
        sample.count += placed.count;
        let cell = samples.len() - 1;
        if first.config != placed.config {
            let configs = configs.entry(cell).or_insert_with(|| vec![first.config]);
            if configs.last() != Some(&placed.config) {
                configs.push(placed.config);
            }
        }
        if first.residue != placed.residue {
            residue.differences(first.residue, placed.residue, &mut self.hidden);
            let names = self
                .hidden
                .iter()
                .map(|&field| residue.field_name(field).to_owned());
            varying.insert(cell, names.collect());
        }
    }

    fn finish_table(&mut self) {
        if let Some(outline) = self.outlines.last_mut() {
            self.columns.finish(outline, &mut self.found.samples);
        }
    }

    /// The tables and their cells.
    pub(crate) fn finish(mut self) -> (Vec<Outline>, Found) {
        self.finish_table();
        for configs in self.found.configs.values_mut() {
            configs.sort_unstable();
            configs.dedup();
        }
        (self.outlines, self.found)
    }
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
