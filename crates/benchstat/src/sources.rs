//! Where the values of cells come from: from results that are scattered over the inputs.

use std::ops::Range;

use crate::collection::Collection;
use crate::parallel::in_parallel;
use crate::runs::Run;
use crate::scan::Results;

/// Finds the values of each cell among those of the inputs.
///
/// The values of one unit of a series, a deposit, all go to one cell. Deposits are numbered series
/// by series, and units in the order of the line.
#[derive(Debug)]
pub(crate) struct Sources<'c> {
    inputs: Vec<Input<'c>>,
    /// For each series: which input has it, and its number there.
    series: Vec<(u32, u32)>,
    /// For each series: its first deposit.
    deposits: Vec<u32>,
    /// The series of each deposit.
    owners: Vec<u32>,
    /// The deposits, cell by cell.
    order: Vec<u32>,
}

/// The values of an input, and which of them belong to each series.
#[derive(Debug)]
struct Input<'c> {
    values: &'c [f64],
    places: Places,
    /// The first deposit of its first series.
    deposit: u32,
}

/// Where the values of results start.
#[derive(Debug)]
enum Places {
    /// For a few runs of results: where each has the values of its deposits.
    Runs(Vec<Stretch>),
    /// For each result, series by series.
    Results {
        places: Vec<u32>,
        /// For each series: where its places end.
        ends: Vec<u32>,
    },
}

/// The values of one run, which are one for each deposit of its series.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    run: Run,
    /// Counted from the input's first.
    deposit: u32,
    place: u32,
}

impl Places {
    fn new(collection: &Collection, results: &Results) -> Self {
        /// To go through so many runs for a deposit takes no longer than to look its results up.
        const FEW: usize = 32;
        if results.order.runs().len() <= FEW {
            Self::of_runs(collection, results)
        } else {
            Self::of_results(collection, results)
        }
    }

    fn of_runs(collection: &Collection, results: &Results) -> Self {
        let mut next = 0;
        // For each series its first deposit, and the end of all.
        let mut deposits = vec![0];
        deposits.extend(results.series.iter().map(|series| {
            next += collection.unit_lists.get(series.units).len() as u32;
            next
        }));
        let mut place = 0;
        let stretches = results.order.runs().iter().map(|&run| {
            let deposit = deposits[run.first as usize];
            let stretch = Stretch {
                run,
                deposit,
                place,
            };
            place += deposits[(run.first + run.length) as usize] - deposit;
            stretch
        });
        Self::Runs(stretches.collect())
    }

    fn of_results(collection: &Collection, results: &Results) -> Self {
        let mut ends = vec![0; results.series.len()];
        for series in results.order.series() {
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
        for series in results.order.series() {
            let (slot, units) = &mut taken[series as usize];
            places[*slot as usize] = place;
            *slot += 1;
            place += *units;
        }
        Self::Results { places, ends }
    }

    /// How many results a series has.
    fn count(&self, series: u32) -> usize {
        match self {
            Self::Runs(stretches) => {
                let own = stretches.iter().filter(|own| own.run.contains(series));
                own.count()
            }
            Self::Results { ends, .. } => results_of(ends, series).len(),
        }
    }
}

/// The results of a series among the places of all.
fn results_of(ends: &[u32], series: u32) -> Range<usize> {
    let series = series as usize;
    let start = series.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[series] as usize
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
        let inputs = inputs.iter().zip(places).map(|(input, places)| Input {
            values: &input.results.values,
            places,
            deposit: 0,
        });
        Self {
            inputs: inputs.collect(),
            series: Vec::new(),
            deposits: Vec::new(),
            owners: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Adds the next series, with so many units: how many results it has.
    pub(crate) fn add(&mut self, input: usize, series: usize, units: usize) -> u32 {
        let id = self.series.len() as u32;
        let deposit = self.owners.len() as u32;
        self.deposits.push(deposit);
        self.owners.extend(std::iter::repeat_n(id, units));
        self.series.push((input as u32, series as u32));
        let input = &mut self.inputs[input];
        if series == 0 {
            input.deposit = deposit;
        }
        input.places.count(series as u32) as u32
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
            let (input, series) = sources.series[owner];
            let input = &sources.inputs[input as usize];
            let from = input.values;
            match &input.places {
                Places::Runs(stretches) => {
                    let deposit = deposit - input.deposit;
                    let own = stretches.iter().filter(|own| own.run.contains(series));
                    values
                        .extend(own.map(|own| from[(own.place + deposit - own.deposit) as usize]));
                }
                Places::Results { places, ends } => {
                    let unit = (deposit - sources.deposits[owner]) as usize;
                    let places = places[results_of(ends, series)].iter();
                    values.extend(places.map(|&place| from[place as usize + unit]));
                }
            }
        }
    }
}
