//! Choosing benchmarks by a filter.

use std::collections::BTreeSet;

use benchfmt::{Name, Printable};

use thiserror::Error;

use crate::expression::{ExpressionError, Filter, Match, Pattern};

/// A filter over names and units alone: the filter language of the tables, where no result is at hand yet.
///
/// ```
/// use benchstat::Selection;
///
/// let selection = Selection::parse("/variant:(naive OR pooled) -.name:Data")?;
/// assert!(selection.selects("Invoice/items=10/variant=pooled", "sec/op"));
/// assert!(!selection.selects("Data/variant=pooled", "sec/op"));
/// # Ok::<(), benchstat::SelectionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Selection {
    filter: Filter,
    /// The only names that are selected, if there are such.
    among: Option<BTreeSet<String>>,
}

/// Why a filter cannot select by names.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SelectionError {
    /// It is no filter.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// It asks for something that a name and a unit do not have.
    #[error(
        "{} is not part of a benchmark's name: use .name, .fullname, /key or .unit",
        Printable(key)
    )]
    Key {
        /// The key.
        key: String,
    },
}

impl Selection {
    /// Parses a filter expression.
    ///
    /// # Errors
    ///
    /// If it is none, or has keys of the configuration or of files.
    pub fn parse(filter: &str) -> Result<Self, SelectionError> {
        let filter = Filter::parse(filter)?;
        let foreign = filter
            .keys()
            .find(|key| !is_of_name(key))
            .map(str::to_owned);
        match foreign {
            Some(key) => Err(SelectionError::Key { key }),
            None => Ok(Self {
                filter,
                among: None,
            }),
        }
    }

    /// Everything.
    pub fn all() -> Self {
        Self {
            filter: Filter::All(Vec::new()),
            among: None,
        }
    }

    /// Of what is selected, only the benchmarks with these names.
    #[must_use]
    pub fn among<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        if let Some(among) = &self.among {
            names.retain(|name| among.contains(name));
        }
        self.among = Some(names);
        self
    }

    /// Whether the filter keeps this unit of this benchmark. The name is without the word `Benchmark`.
    pub fn selects(&self, name: &str, unit: &str) -> bool {
        if self
            .among
            .as_ref()
            .is_some_and(|among| !among.contains(name))
        {
            return false;
        }
        let parsed = Name::new(name);
        let mut leaf = |key: &str, pattern: &Pattern| {
            let value = match key {
                ".unit" => return Match::Whole(pattern.matches_unit(unit)),
                ".name" => parsed.base(),
                ".fullname" => name,
                key if key.starts_with('/') => parsed.key(key).unwrap_or_default(),
                _ => "",
            };
            Match::Whole(pattern.matches(value))
        };
        self.filter.matches(&mut leaf).keeps(0)
    }
}

fn is_of_name(key: &str) -> bool {
    key.starts_with('/') || [".name", ".fullname", ".unit"].contains(&key)
}
