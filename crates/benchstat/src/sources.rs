//! Where the values of cells come from: from results that are scattered over the inputs.

use crate::scan::Results;

/// Finds the values of each cell among those of the inputs.
///
/// The values of one unit of a series, a deposit, all go to one cell. Deposits are numbered series
/// by series, and units in the order of the line.
#[derive(Debug, Default)]
pub(crate) struct Sources<'c> {
    /// For each series: its first deposit.
    deposits: Vec<u32>,
    /// For each series: which inputs' values hold it, and where its places start.
    series: Vec<(u32, u32)>,
    /// For each result, series by series: where its values start.
    places: Vec<Vec<u32>>,
    /// The values of each input.
    values: Vec<&'c [f64]>,
    /// The series of each deposit.
    owners: Vec<u32>,
    /// The deposits, cell by cell.
    order: Vec<u32>,
}

impl<'c> Sources<'c> {
    /// Adds the next series, with so many units.
    pub(crate) fn add_series(&mut self, units: usize) {
        let series = self.deposits.len() as u32;
        self.deposits.push(self.owners.len() as u32);
        self.owners.extend(std::iter::repeat_n(series, units));
    }

    /// Adds the results of an input, after its series: how many results each series has.
    pub(crate) fn add_results(&mut self, results: &'c Results) -> Vec<u32> {
        let mut counts = vec![0; results.series.len()];
        for &series in &results.order {
            counts[series as usize] += 1;
        }
        let first = self.series.len();
        let input = self.values.len() as u32;
        let mut start = 0;
        for count in &counts {
            self.series.push((input, start));
            start += count;
        }
        let mut next: Vec<(u32, u32)> = (0..counts.len())
            .map(|at| (self.series[first + at].1, self.units_of(first + at)))
            .collect();
        let mut places = vec![0; results.order.len()];
        let mut place = 0;
        for &series in &results.order {
            let (slot, units) = &mut next[series as usize];
            places[*slot as usize] = place;
            *slot += 1;
            place += *units;
        }
        self.places.push(places);
        self.values.push(&results.values);
        counts
    }

    fn units_of(&self, series: usize) -> u32 {
        let end = match self.deposits.get(series + 1) {
            Some(&end) => end,
            None => self.owners.len() as u32,
        };
        end - self.deposits[series]
    }

    /// Sets the deposits in the order of their cells.
    pub(crate) fn arrange(&mut self, order: Vec<u32>) {
        self.order = order;
    }

    /// Goes through the deposits, cell by cell.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor {
            sources: self,
            order: &self.order,
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
    /// Fills `values` with those of the next deposits, which have exactly so many.
    pub(crate) fn fill(&mut self, mut values: &mut [f64]) {
        while !values.is_empty()
            && let Some((deposit, rest)) = self.order.split_first()
        {
            self.order = rest;
            let (places, unit, from) = self.deposit(*deposit);
            let (own, after) = values.split_at_mut(places.len());
            values = after;
            for (value, &place) in own.iter_mut().zip(places) {
                *value = from[place as usize + unit];
            }
        }
    }

    /// Passes over the next deposits with so many values.
    pub(crate) fn skip(&mut self, mut count: usize) {
        while count > 0
            && let Some((deposit, rest)) = self.order.split_first()
        {
            self.order = rest;
            count = count.saturating_sub(self.deposit(*deposit).0.len());
        }
    }

    /// The places of a deposit's results, its unit among theirs, and the values they are among.
    fn deposit(&self, deposit: u32) -> (&[u32], usize, &[f64]) {
        let sources = self.sources;
        let series = sources.owners[deposit as usize] as usize;
        let unit = deposit - sources.deposits[series];
        let (input, start) = sources.series[series];
        let places = &sources.places[input as usize];
        let end = match sources.series.get(series + 1) {
            Some(&(next, end)) if next == input => end as usize,
            _ => places.len(),
        };
        (
            &places[start as usize..end],
            unit as usize,
            sources.values[input as usize],
        )
    }
}
