//! The order of the results of an input.

/// Which series the results of an input belong to, in order.
///
/// Benchmarks are measured one after the other, and all again; so most results belong to the
/// series after that of the result before. Results for which this holds form a run: eight bytes,
/// however many they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    runs: Vec<Run>,
    results: usize,
}

/// Results of one series after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The series of the first result.
    pub(crate) first: u32,
    /// How many results, and series.
    pub(crate) length: u32,
}

impl Run {
    pub(crate) fn contains(self, series: u32) -> bool {
        series.wrapping_sub(self.first) < self.length
    }
}

impl Runs {
    /// Adds a result of a series.
    pub(crate) fn push(&mut self, series: u32) {
        self.results += 1;
        match self.runs.last_mut() {
            Some(run) if run.first + run.length == series => run.length += 1,
            _ => self.runs.push(Run {
                first: series,
                length: 1,
            }),
        }
    }

    /// How many results there are.
    pub(crate) fn len(&self) -> usize {
        self.results
    }

    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The series of each result.
    pub(crate) fn series(&self) -> impl Iterator<Item = u32> {
        let runs = self.runs.iter();
        runs.flat_map(|run| run.first..run.first + run.length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn give_the_series_that_were_pushed(series in prop::collection::vec(0_u32..6, 0..60)) {
            let mut runs = Runs::default();
            for &series in &series {
                runs.push(series);
            }
            prop_assert_eq!(runs.len(), series.len());
            prop_assert_eq!(&runs.series().collect::<Vec<_>>(), &series);
            let rises = series.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
            prop_assert_eq!(runs.runs().len(), series.len() - rises);
        }
    }
}
