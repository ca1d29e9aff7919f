//! Tables as plain data; how they look is up to the renderers.

use std::fmt;
use std::sync::Arc;

use benchfmt::{Assumption, Better};

use crate::cells::{Found, Outline};
use crate::collection::ConfigId;
use crate::comparison::{Comparison, Summary};
use crate::compute::{Numbers, Sample, Test};
use crate::key::{Key, Keys};
use crate::note::Note;
use crate::query::Query;
use crate::sources::Sources;
use crate::statistics::{MedianIntervals, UTestError, geometric_mean};

/// What the tables of a query share.
#[derive(Debug)]
pub(crate) struct Arranged<'c> {
    pub(crate) table_keys: Keys,
    pub(crate) row_keys: Keys,
    pub(crate) column_keys: Keys,
    pub(crate) cells: Found,
    /// For each cell.
    pub(crate) numbers: Vec<Numbers>,
    pub(crate) sources: Sources<'c>,
}

/// The results of one unit and table key, in rows and columns.
///
/// A cell is missing where there is no result. Each cell is compared with the first of its row if
/// that one is in the first column, the baseline.
#[derive(Clone, Debug)]
pub struct Table<'c> {
    arranged: Arc<Arranged<'c>>,
    key: u32,
    unit: String,
    better: Option<Better>,
    assumption: Assumption,
    levels: Levels,
    columns: Vec<Column>,
    rows: Vec<(u32, u32)>,
    first_cell: usize,
}

/// The levels of a query, and the sizes of samples that they need.
#[derive(Clone, Copy, Debug)]
struct Levels {
    alpha: f64,
    confidence: f64,
    need_for_interval: Option<usize>,
    need_for_test: Option<usize>,
}

impl Levels {
    fn new(query: &Query) -> Self {
        /// The largest samples whose smallest p value is looked at.
        const MOST: usize = 9;
        // Of two samples of n values, 2 of the ways to mix them are as far apart as can be.
        let mut ways = 1.0;
        let need_for_test = (1..=MOST).find(|&n| {
            let n = n as f64;
            ways = ways * 2.0 * (2.0 * n - 1.0) / n;
            2.0 / ways <= query.alpha
        });
        Self {
            alpha: query.alpha,
            confidence: query.confidence,
            need_for_interval: MedianIntervals::fewest(query.confidence),
            need_for_test,
        }
    }
}

impl<'c> Table<'c> {
    pub(crate) fn new(
        outline: Outline,
        columns: Vec<Column>,
        arranged: &Arc<Arranged<'c>>,
        query: &Query,
    ) -> Self {
        Self {
            arranged: Arc::clone(arranged),
            key: outline.key,
            unit: outline.unit,
            better: outline.better,
            assumption: outline.assumption,
            levels: Levels::new(query),
            columns,
            rows: outline.rows,
            first_cell: outline.cells.start,
        }
    }

    /// What its results have in common besides the unit.
    pub fn key(&self) -> Key<'_> {
        self.arranged.table_keys.get(self.key)
    }

    /// The base unit of its values.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Which direction of the unit is better, if that is known.
    pub fn better(&self) -> Option<Better> {
        self.better
    }

    /// What was assumed of the values.
    pub fn assumption(&self) -> Assumption {
        self.assumption
    }

    /// The level of significance.
    pub fn alpha(&self) -> f64 {
        self.levels.alpha
    }

    /// The level of confidence.
    pub fn confidence(&self) -> f64 {
        self.levels.confidence
    }

    /// The columns in order; the first is the baseline. There is at least one.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = ColumnSummary<'_>> {
        self.columns
            .iter()
            .enumerate()
            .map(|(place, column)| ColumnSummary {
                table: self,
                column,
                place,
            })
    }

    /// The rows in order. There is at least one.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.rows.len()).map(|row| Row { table: self, row })
    }
}

/// A column and its summary, before it belongs to a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    key: u32,
    mean: Option<f64>,
    ratio: Option<f64>,
    notes: Vec<Note>,
}

impl Column {
    pub(crate) fn summarise(
        key: u32,
        place: usize,
        outline: &Outline,
        arranged: &Arranged<'_>,
    ) -> Self {
        let mut centers = Vec::new();
        let mut ratios = Vec::new();
        let mut base_rows = 0;
        let mut from_zero = false;
        let mut start = outline.cells.start;
        for &(_, end) in &outline.rows {
            let row = &arranged.cells.samples[start..end as usize];
            let center = |at: usize| arranged.numbers[start + at][0];
            let base = row
                .first()
                .filter(|sample| sample.column == 0)
                .map(|_| center(0));
            base_rows += usize::from(base.is_some());
            let own = row.binary_search_by_key(&(place as u32), |sample| sample.column);
            let own = own.ok().map(center);
            start = end as usize;
            let Some(center) = own else {
                continue;
            };
            centers.push(center);
            if let (1.., Some(base)) = (place, base) {
                ratios.push(if center == base {
                    // Zero is to zero as one is to one.
                    1.0
                } else {
                    from_zero |= base == 0.0;
                    center / base
                });
            }
        }
        let mut notes = Vec::new();
        if place > 0 && ratios.len() != base_rows {
            notes.push(Note::RowsDiffer);
        }
        let mean = geometric_mean(centers);
        if mean.is_none() {
            notes.push(Note::ValuesNotPositive);
        }
        let mut ratio = None;
        if place > 0 && !from_zero {
            ratio = geometric_mean(ratios);
            if ratio.is_none() {
                notes.push(Note::RatiosNotPositive);
            }
        }
        Self {
            key,
            mean,
            ratio,
            notes,
        }
    }
}

/// A column of a table, and the geometric means of its cells.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSummary<'t> {
    table: &'t Table<'t>,
    column: &'t Column,
    place: usize,
}

impl<'t> ColumnSummary<'t> {
    /// What its results have in common.
    pub fn key(self) -> Key<'t> {
        self.table.arranged.column_keys.get(self.column.key)
    }

    /// Its place, counted from 0, which is the baseline.
    pub fn place(self) -> usize {
        self.place
    }

    /// The geometric mean of its centers, if all are positive.
    pub fn mean(self) -> Option<f64> {
        self.column.mean
    }

    /// The geometric mean of the ratios of its centers to those of the baseline, over the rows
    /// that have both; nothing for the baseline itself or if a ratio is not positive.
    pub fn ratio(self) -> Option<f64> {
        self.column.ratio
    }

    /// What to know before believing the means.
    pub fn notes(self) -> &'t [Note] {
        &self.column.notes
    }
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    table: &'t Table<'t>,
    row: usize,
}

impl<'t> Row<'t> {
    /// What its results have in common; displays as the row's label.
    pub fn key(self) -> Key<'t> {
        let (key, _) = self.table.rows[self.row];
        self.table.arranged.row_keys.get(key)
    }

    /// The cells that there are, by their columns.
    pub fn cells(self) -> impl ExactSizeIterator<Item = Cell<'t>> {
        let (start, end) = self.range();
        let table = self.table;
        (start..end).map(move |index| Cell {
            table,
            index,
            first: start,
        })
    }

    /// The cell in a column, counted from 0.
    pub fn cell(self, column: usize) -> Option<Cell<'t>> {
        self.cells().find(|cell| cell.column() == column)
    }

    /// The cell that the others are compared with.
    pub fn baseline(self) -> Option<Cell<'t>> {
        self.cell(0)
    }

    fn range(self) -> (usize, usize) {
        let rows = &self.table.rows;
        let start = match self.row.checked_sub(1) {
            Some(before) => rows[before].1 as usize,
            None => self.table.first_cell,
        };
        (start, rows[self.row].1 as usize)
    }
}

/// A cell of a table: a sample, its summary, and its comparison with the baseline.
#[derive(Clone, Copy)]
pub struct Cell<'t> {
    table: &'t Table<'t>,
    index: usize,
    /// The first cell of the row.
    first: usize,
}

impl<'t> Cell<'t> {
    fn data(self) -> &'t Sample {
        &self.table.arranged.cells.samples[self.index]
    }

    fn numbers(self) -> Numbers {
        self.table.arranged.numbers[self.index]
    }

    /// The first cell of the row.
    fn base(self) -> Self {
        Self {
            index: self.first,
            ..self
        }
    }

    /// The place of its column, counted from 0.
    pub fn column(self) -> usize {
        self.data().column as usize
    }

    /// How many values it has: at least one.
    pub fn count(self) -> usize {
        self.data().len()
    }

    /// Its values in ascending order, in the table's unit, gathered from the collection.
    pub fn sample(self) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.count());
        let source = self.data().source as usize;
        let mut cursor = self.table.arranged.sources.cursor(source);
        self.data().sort_into(&mut cursor, &mut values);
        values
    }

    /// What stands for all of its values.
    pub fn summary(self) -> Summary {
        let [center, low, high, _] = self.numbers();
        Summary { center, low, high }
    }

    /// The comparison with the first cell of the row, if that is in the baseline's column and
    /// not this cell itself.
    pub fn comparison(self) -> Option<Comparison> {
        let data = self.data();
        if data.test == Test::None {
            return None;
        }
        let [center, _, _, p] = self.numbers();
        let [base_center, ..] = self.base().numbers();
        Some(Comparison {
            p,
            alpha: match data.test {
                Test::Exact => 0.0,
                _ => self.table.levels.alpha,
            },
            sizes: (self.base().count(), self.count()),
            centers: (base_center, center),
        })
    }

    /// The configurations that its results have.
    pub fn configs(self) -> impl ExactSizeIterator<Item = ConfigId> + use<'t> {
        let several = self.table.arranged.cells.configs.get(&self.index);
        let only = std::slice::from_ref(&self.data().config);
        let ids = several.map_or(only, Vec::as_slice);
        ids.iter().map(|&id| ConfigId(id))
    }

    /// What to know before believing its summary.
    pub fn notes(self) -> impl Iterator<Item = Note> + use<'t> {
        let [_, low, high, _] = self.numbers();
        let levels = self.table.levels;
        let varying = &self.table.arranged.cells.varying;
        let varies = if varying.is_empty() {
            None
        } else {
            varying.get(&self.index)
        };
        let summary = match self.table.assumption {
            Assumption::Exact if low != high => Some(Note::Inexact { low, high }),
            Assumption::Nothing if low.is_infinite() || high.is_infinite() => {
                Some(Note::TooFewForInterval {
                    need: levels.need_for_interval,
                    confidence: levels.confidence,
                })
            }
            _ => None,
        };
        varies
            .map(|fields| Note::Varies(fields.clone()))
            .into_iter()
            .chain(summary)
    }

    /// What to know before believing its comparison.
    pub fn comparison_note(self) -> Option<Note> {
        let [.., p] = self.numbers();
        let levels = self.table.levels;
        match self.data().test {
            Test::Failed(UTestError::SamplesEqual) => Some(Note::SamplesEqual),
            Test::Failed(UTestError::SampleSize) => Some(Note::SampleEmpty),
            Test::U if p > levels.alpha => {
                let enough = levels.need_for_test.unwrap_or(10);
                let few = self.base().count() < enough && self.count() < enough;
                few.then_some(Note::TooFewForTest {
                    need: levels.need_for_test,
                    alpha: levels.alpha,
                })
            }
            _ => None,
        }
    }
}

impl fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cell")
            .field("column", &self.column())
            .field("sample", &self.sample())
            .field("summary", &self.summary())
            .field("comparison", &self.comparison())
            .finish()
    }
}
