//! Where the values of cells come from: from results that are scattered over the inputs.

use crate::collection::Collection;
use crate::parallel::in_parallel;
use crate::scan::Results;

/// Finds the values of each cell among those of the inputs.
///
/// The values of one unit of a series, a deposit, all go to one cell. Deposits are numbered series
/// by series, and units in the order of the line.
#[derive(Debug)]
pub(crate) struct Sources<'c> {
    /// For each input: its values, and which of them belong to each series.
    inputs: Vec<(&'c [f64], Places)>,
    /// For each series: which input has it, and its number there.
    series: Vec<(u32, u32)>,
    /// For each series: its first deposit.
    deposits: Vec<u32>,
    /// The series of each deposit.
    owners: Vec<u32>,
    /// The deposits, cell by cell.
    order: Vec<u32>,
}

/// For each result of an input, series by series: where its values start.
#[derive(Debug)]
struct Places {
    places: Vec<u32>,
    /// For each series: where its places end.
    ends: Vec<u32>,
}

impl Places {
    fn new(collection: &Collection, results: &Results) -> Self {
        let mut ends = vec![0; results.series.len()];
        for &series in &results.order {
            ends[series as usize] += 1;
        }
        let mut next = 0;
        // What every series has taken of its part, and how many values a result of it has.
        let mut taken: Vec<(u32, u32)> = Vec::with_capacity(ends.len());
        for (end, series) in ends.iter_mut().zip(&results.series) {
            let units = collection.unit_lists.get(series.units);
            taken.push((next, units.len() as u32));
            next += *end;
            *end = next;
        }
        let mut places = vec![0; results.order.len()];
        let mut place = 0;
        for &series in &results.order {
            let (slot, units) = &mut taken[series as usize];
            places[*slot as usize] = place;
            *slot += 1;
            place += *units;
        }
        Self { places, ends }
    }

    fn of(&self, series: u32) -> &[u32] {
        let series = series as usize;
        let start = series.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.places[start as usize..self.ends[series] as usize]
    }
}

impl<'c> Sources<'c> {
    /// The values of a collection; their series are still to be added.
    pub(crate) fn new(collection: &'c Collection) -> Self {
        /// Fewer results than this are placed before a second thread has started.
        const WORTH_SHARING: usize = 20_000;
        let inputs = &collection.inputs;
        let of_input = |input: usize| Places::new(collection, &inputs[input].results);
        let places = if collection.len() < WORTH_SHARING {
            (0..inputs.len()).map(of_input).collect()
        } else {
            in_parallel(inputs.len(), of_input)
        };
        let values = inputs.iter().map(|input| &*input.results.values);
        Self {
            inputs: values.zip(places).collect(),
            series: Vec::new(),
            deposits: Vec::new(),
            owners: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Adds the next series, with so many units: how many results it has.
    pub(crate) fn add(&mut self, input: usize, series: usize, units: usize) -> u32 {
        let id = self.series.len() as u32;
        self.deposits.push(self.owners.len() as u32);
        self.owners.extend(std::iter::repeat_n(id, units));
        self.series.push((input as u32, series as u32));
        self.inputs[input].1.of(series as u32).len() as u32
    }

    /// Sets the deposits in the order of their cells.
    pub(crate) fn arrange(&mut self, order: Vec<u32>) {
        self.order = order;
    }

    /// Goes through the deposits, from one of them on.
    pub(crate) fn cursor(&self, start: usize) -> Cursor<'_> {
        Cursor {
            sources: self,
            order: &self.order[start..],
        }
    }
}

/// A place among the deposits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'s> {
    sources: &'s Sources<'s>,
    order: &'s [u32],
}

impl Cursor<'_> {
    /// Puts the values of the next deposits, which have exactly `count`, into `values`.
    pub(crate) fn take(&mut self, count: usize, values: &mut Vec<f64>) {
        values.clear();
        while values.len() < count
            && let Some((&deposit, rest)) = self.order.split_first()
        {
            self.order = rest;
            let sources = self.sources;
            let owner = sources.owners[deposit as usize] as usize;
            let unit = (deposit - sources.deposits[owner]) as usize;
            let (input, series) = sources.series[owner];
            let (from, places) = &sources.inputs[input as usize];
            let places = places.of(series).iter();
            values.extend(places.map(|&place| from[place as usize + unit]));
        }
    }
}
