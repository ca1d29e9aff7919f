//! A gauge over time.

use crate::gauge::Gauge;

/// The values of a gauge, each with its moment in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What they are of.
    pub gauge: Gauge,
    /// In seconds since the first.
    pub times: Vec<f64>,
    /// As many as there are moments.
    pub values: Vec<f64>,
}

impl Series {
    /// The last value, if there is one.
    pub fn last(&self) -> Option<f64> {
        self.values.last().copied()
    }
}
