//! Benchmark results: as lines of a file that is being read, and as values of their own.

use std::fmt;

use crate::config::Config;
use crate::form::{FormId, Forms};
use crate::name::Name;
use crate::unit::Units;

/// A result, borrowed from the reader until the next record is read.
#[derive(Clone, Copy)]
pub struct ResultLine<'r> {
    pub(crate) forms: &'r Forms,
    pub(crate) form: FormId,
    pub(crate) iterations: i64,
    pub(crate) written: &'r [f64],
    pub(crate) units: &'r Units,
    pub(crate) config: &'r Config,
    pub(crate) config_version: u64,
    pub(crate) line: usize,
}

impl<'r> ResultLine<'r> {
    /// The benchmark's name.
    #[inline]
    pub fn name(self) -> Name<'r> {
        Name::new(self.forms.name(self.form))
    }

    /// The form of the result: its name and its units. See [`Reader::forms`](crate::Reader::forms).
    #[inline]
    pub fn form(self) -> FormId {
        self.form
    }

    /// How many iterations the values are averages of.
    pub fn iterations(self) -> i64 {
        self.iterations
    }

    /// The values in base units, in the order of the line. There is at least one, and all are
    /// finite.
    #[inline]
    pub fn values(self) -> impl ExactSizeIterator<Item = f64> {
        let units = self.forms.units(self.form).iter();
        let factors = units.map(move |&unit| self.units.factor(unit));
        self.written
            .iter()
            .zip(factors)
            .map(|(value, factor)| value * factor)
    }

    /// The values with their units.
    pub fn measurements(self) -> impl ExactSizeIterator<Item = Measured<'r>> {
        let units = self.forms.units(self.form);
        self.written
            .iter()
            .zip(units)
            .map(move |(&written, &unit)| Measured {
                value: written * self.units.factor(unit),
                unit: self.units.normalized(unit),
                written_value: written,
                written_unit: self.units.written(unit),
            })
    }

    /// The configuration that holds for the result.
    #[inline]
    pub fn config(self) -> &'r Config {
        self.config
    }

    /// A number that is equal for two results of one reader only if no line between them changed
    /// the configuration.
    #[inline]
    pub fn config_version(self) -> u64 {
        self.config_version
    }

    /// The line of the file, counted from 1.
    pub fn line(self) -> usize {
        self.line
    }

    /// A copy that outlives the reader.
    pub fn to_benchmark(self) -> Benchmark {
        Benchmark {
            config: self.config.clone(),
            name: self.name().full().to_owned(),
            iterations: self.iterations,
            measurements: self
                .measurements()
                .map(|measured| Measurement {
                    value: measured.written_value,
                    unit: measured.written_unit.to_owned(),
                })
                .collect(),
        }
    }
}

impl fmt::Debug for ResultLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultLine")
            .field("line", &self.line)
            .field("name", &self.name())
            .field("iterations", &self.iterations)
            .field("measurements", &self.measurements().collect::<Vec<_>>())
            .field("config", &self.config.iter().collect::<Vec<_>>())
            .finish()
    }
}

/// A value with its unit, in base units and as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured<'r> {
    /// The value in base units.
    pub value: f64,
    /// The base unit.
    pub unit: &'r str,
    /// The value as the line gives it.
    pub written_value: f64,
    /// The unit as the line spells it.
    pub written_unit: &'r str,
}

/// A result that stands on its own: what [`Writer`](crate::Writer) writes.
///
/// ```
/// use benchfmt::{Benchmark, Measurement};
///
/// let result = Benchmark {
///     config: [("rustc", "1.95.0")].into_iter().collect(),
///     name: "Invoice/items=10/variant=naive".into(),
///     iterations: 1,
///     measurements: vec![Measurement { value: 41873.0, unit: "instructions/op".into() }],
/// };
/// let mut text = Vec::new();
/// benchfmt::Writer::new(&mut text).write(&result)?;
/// assert_eq!(
///     String::from_utf8(text).unwrap(),
///     "rustc: 1.95.0\n\nBenchmarkInvoice/items=10/variant=naive 1 41873 instructions/op\n",
/// );
/// # Ok::<(), benchfmt::WriteError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Benchmark {
    /// The configuration that holds for it.
    pub config: Config,
    /// The name, without the word `Benchmark`.
    pub name: String,
    /// How many iterations the values are averages of.
    pub iterations: i64,
    /// The values, at least one.
    pub measurements: Vec<Measurement>,
}

/// A value and its unit, as a file gives them.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The value; finite.
    pub value: f64,
    /// The unit, such as `ns/op`.
    pub unit: String,
}
