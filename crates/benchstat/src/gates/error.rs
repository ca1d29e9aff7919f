//! Why rules are none.

use benchfmt::Printable;
use thiserror::Error;

use crate::printable::PrintableLines;
use crate::selection::SelectionError;

/// Why a file of gates cannot be used.
#[derive(Clone, Debug, Error)]
pub enum GatesError {
    /// It is not TOML, or not of this form; the message has the line and the column.
    #[error("{}", PrintableLines(.0))]
    Form(toml::de::Error),
    /// A filter cannot be parsed.
    #[error("filter {filter:?}: {error}")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        error: SelectionError,
    },
    /// A share is negative or not finite, or `alpha` is not a probability.
    #[error("{}: {field} = {value} is out of range", Printable(place))]
    Range {
        /// The unit or the filter that it belongs to.
        place: String,
        /// `alpha`, `allow` or `delta`.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// An exception or an accepted change gives no reason.
    #[error("{}: the reason is empty", Printable(place))]
    NoReason {
        /// The filter or the case.
        place: String,
    },
    /// An accepted change gives no value and no change, or both.
    #[error(
        "accepted {} in {}: either value or change is needed, and only one",
        Printable(case),
        Printable(unit)
    )]
    Accepted {
        /// The case.
        case: String,
        /// The unit.
        unit: String,
    },
    /// A change of a row is accepted more than once, so that it is not plain which holds.
    #[error("accepted {} in {}: once is enough", Printable(case), Printable(unit))]
    AcceptedTwice {
        /// The case.
        case: String,
        /// The unit.
        unit: String,
    },
    /// A unit is spelt as files may spell it, where verdicts know it by its base unit alone.
    #[error("{}: write {base:?}: values are judged in base units", Printable(unit))]
    Unit {
        /// The unit as it is spelt.
        unit: String,
        /// Its base unit.
        base: String,
    },
    /// A name is renamed twice, or is the new name of two.
    #[error("renamed {}: once is enough", Printable(name))]
    Renamed {
        /// The name.
        name: String,
    },
    /// Something that passes on the clock is told to decide.
    #[error("{0} shows what else the machine did: it stands beside the time that decides")]
    Wall(&'static str),
}

/// The message has the cause in it, which is therefore no source.
impl From<toml::de::Error> for GatesError {
    fn from(error: toml::de::Error) -> Self {
        Self::Form(error)
    }
}
