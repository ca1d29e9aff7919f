//! Choosing benchmarks by a filter.

use benchfmt::Name;

use crate::expression::{ExpressionError, Filter, Match, Pattern};

/// A filter over names and units alone: the filter language of the tables, where no result is at hand yet. Keys of the
/// configuration and `.file` are empty.
///
/// ```
/// use benchstat::Selection;
///
/// let selection = Selection::parse("/variant:(naive OR pooled) -.name:Data")?;
/// assert!(selection.selects("Invoice/items=10/variant=pooled", "sec/op"));
/// assert!(!selection.selects("Data/variant=pooled", "sec/op"));
/// # Ok::<(), benchstat::ExpressionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Selection(Filter);

impl Selection {
    /// Parses a filter expression.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(filter: &str) -> Result<Self, ExpressionError> {
        Filter::parse(filter).map(Self)
    }

    /// Whether the filter keeps this unit of this benchmark. The name is without the word `Benchmark`.
    pub fn selects(&self, name: &str, unit: &str) -> bool {
        let parsed = Name::new(name);
        let mut leaf = |key: &str, pattern: &Pattern| {
            let value = match key {
                ".name" => parsed.base(),
                ".fullname" => name,
                ".unit" => unit,
                key if key.starts_with('/') => parsed.key(key).unwrap_or_default(),
                _ => "",
            };
            Match::Whole(pattern.matches(value))
        };
        self.0.matches(&mut leaf).keeps(0)
    }
}
