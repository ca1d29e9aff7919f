//! What `Unit` lines say about units.

use hashbrown::HashMap;

use crate::error::Malformed;
use crate::unit::normalize;

/// One `key=value` of a `Unit` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitLine {
    /// The unit as the line spells it.
    pub unit: String,
    /// Such as `better`.
    pub key: String,
    /// Such as `lower`.
    pub value: String,
    /// The line it stands on, counted from 1.
    pub line: usize,
}

/// Which direction of a unit is an improvement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Higher values are better.
    Higher,
    /// Lower values are better.
    Lower,
}

impl Better {
    /// The word for it in a `Unit` line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }

    /// That of the units of Go's `testing` package, in base units.
    fn known(unit: &str) -> Option<Self> {
        match unit {
            "sec/op" | "B/op" | "allocs/op" => Some(Self::Lower),
            "B/s" => Some(Self::Higher),
            _ => None,
        }
    }
}

/// What may be assumed of how the values of a unit are distributed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assumption {
    /// Nothing: the statistics are those that need no distribution.
    #[default]
    Nothing,
    /// The values are exact: measuring again gives the same.
    Exact,
}

/// The metadata of units, gathered over all files that are compared.
///
/// Units are looked up by their base unit: what is said of `ns/op` holds for `sec/op`.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    values: HashMap<(Box<str>, Box<str>), Box<str>>,
}

impl UnitLine {
    /// Whether what the line says may be believed: that the better direction of a unit of Go's `testing` package is the one
    /// it is. [`Metadata`] takes any, for tables mirror what files say; verdicts must not rest on such a line.
    ///
    /// # Errors
    ///
    /// [`Malformed::Direction`] if it is not.
    pub fn check_direction(&self) -> Result<(), Malformed> {
        match Better::known(&normalize(&self.unit).0) {
            Some(known) if self.key == "better" && self.value != known.as_str() => {
                Err(Malformed::Direction {
                    unit: self.unit.clone(),
                    value: self.value.clone(),
                    known,
                })
            }
            _ => Ok(()),
        }
    }
}

impl Metadata {
    /// Adds what a line says.
    ///
    /// # Errors
    ///
    /// [`Malformed::MetadataConflict`] if an earlier line said otherwise, which then stands, and
    /// [`Malformed::UnknownMetadata`] if the value of a known key means nothing.
    pub fn add(&mut self, line: &UnitLine) -> Result<(), Malformed> {
        let (unit, _) = normalize(&line.unit);
        let key = (Box::from(&*unit), Box::from(&*line.key));
        if let Some(have) = self.values.get(&key) {
            if **have == line.value {
                return Ok(());
            }
            return Err(Malformed::MetadataConflict {
                key: line.key.clone(),
                unit: line.unit.clone(),
                have: have.to_string(),
            });
        }
        self.values.insert(key, Box::from(&*line.value));
        let unknown = |key, expected| {
            Err(Malformed::UnknownMetadata {
                key,
                unit: line.unit.clone(),
                value: line.value.clone(),
                expected,
            })
        };
        match (&*line.key, &*line.value) {
            ("assume", "nothing" | "exact") | ("better", "higher" | "lower") => Ok(()),
            ("assume", _) => unknown("assume", "nothing or exact"),
            ("better", _) => unknown("better", "higher or lower"),
            _ => Ok(()),
        }
    }

    /// The value of any key for a unit, if a line gave one.
    pub fn get(&self, unit: &str, key: &str) -> Option<&str> {
        let (unit, _) = normalize(unit);
        self.values
            .get(&(Box::from(&*unit), Box::from(key)))
            .map(|value| &**value)
    }

    /// What may be assumed of the unit's values.
    pub fn assumption(&self, unit: &str) -> Assumption {
        match self.get(unit, "assume") {
            Some("exact") => Assumption::Exact,
            _ => Assumption::Nothing,
        }
    }

    /// Whether the unit's values are exact.
    pub fn is_exact(&self, unit: &str) -> bool {
        self.assumption(unit) == Assumption::Exact
    }

    /// Which direction is better, if that is known: from a `Unit` line, or for the units of Go's
    /// `testing` package without one.
    pub fn better(&self, unit: &str) -> Option<Better> {
        match self.get(unit, "better") {
            Some("higher") => Some(Better::Higher),
            Some("lower") => Some(Better::Lower),
            Some(_) => None,
            None => Better::known(&normalize(unit).0),
        }
    }
}
