//! A query: which results are compared, how they are arranged, and at which levels.

use thiserror::Error;

use crate::arrange::arrange;
use crate::collection::Collection;
use crate::expression::{ExpressionError, Field, Filter, Order, Pattern, parse_projection};
use crate::key::Specific;
use crate::table::Table;

/// The expressions of a query, as text. The default is the usual comparison of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expressions<'a> {
    /// Which results are used.
    pub filter: &'a str,
    /// What tables differ in.
    pub table: &'a str,
    /// What rows differ in.
    pub row: &'a str,
    /// What columns differ in; the first is the baseline.
    pub col: &'a str,
    /// What may differ within a cell.
    pub ignore: &'a str,
}

impl Default for Expressions<'_> {
    fn default() -> Self {
        Self {
            filter: "*",
            table: ".config",
            row: ".fullname",
            col: ".file",
            ignore: "",
        }
    }
}

/// Why a query is not one.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum QueryError {
    /// An expression has an error.
    #[error("parsing -{flag}: {error}")]
    Expression {
        /// Which: `filter`, `table`, `row`, `col` or `ignore`.
        flag: &'static str,
        /// What and where.
        error: ExpressionError,
    },
    /// The significance level is not a probability.
    #[error("-alpha must be in range [0, 1]")]
    Alpha,
    /// The confidence level is not a probability.
    #[error("-confidence must be in range [0, 1]")]
    Confidence,
}

/// A query that can be put to any [`Collection`].
///
/// ```
/// use benchstat::{Collection, Expressions, Query};
///
/// let mut collection = Collection::default();
/// let text = "BenchmarkA/variant=naive 1 10 ns/op\nBenchmarkA/variant=pooled 1 8 ns/op\n";
/// collection.read("results", "results.txt", text.as_bytes())?;
///
/// let query = Query::new(&Expressions { col: "/variant", ..Expressions::default() })?;
/// let tables = query.tables(&collection);
/// let columns: Vec<_> = tables[0].columns().map(|column| column.key().to_string()).collect();
/// assert_eq!(columns, ["naive", "pooled"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) filter: Filter,
    pub(crate) table: Vec<Field>,
    pub(crate) row: Vec<Field>,
    pub(crate) col: Vec<Field>,
    /// What no projection shows or ignores: what must not differ within a cell.
    pub(crate) residue: Vec<Field>,
    pub(crate) specific: Specific,
    pub(crate) alpha: f64,
    pub(crate) confidence: f64,
}

impl Query {
    /// A query at the usual levels: significance 0.05, confidence 0.95.
    ///
    /// # Errors
    ///
    /// If an expression cannot be parsed.
    pub fn new(expressions: &Expressions<'_>) -> Result<Self, QueryError> {
        let blame = |flag| move |error| QueryError::Expression { flag, error };
        let filter = Filter::parse(expressions.filter).map_err(blame("filter"))?;
        let table = parse_projection(expressions.table).map_err(blame("table"))?;
        let row = parse_projection(expressions.row).map_err(blame("row"))?;
        let col = parse_projection(expressions.col).map_err(blame("col"))?;
        let ignore = parse_projection(expressions.ignore).map_err(blame("ignore"))?;

        let fields = || [&table, &row, &col, &ignore].into_iter().flatten();
        let mut specific = Specific::default();
        let mut terms = Vec::new();
        for field in fields() {
            specific.add(&field.key);
            if let Order::Fixed(words) = &field.order {
                terms.push(Filter::Key {
                    key: field.key.clone(),
                    pattern: Pattern::OneOf(words.clone()),
                });
            }
        }
        let general = [".config", ".fullname"];
        let residue = general
            .into_iter()
            .filter(|key| !fields().any(|field| field.key == *key))
            .map(|key| Field {
                key: key.to_owned(),
                order: Order::First,
            })
            .collect();
        terms.push(filter);
        Ok(Self {
            filter: Filter::All(terms),
            table,
            row,
            col,
            residue,
            specific,
            alpha: 0.05,
            confidence: 0.95,
        })
    }

    /// The same query at another level of significance.
    ///
    /// # Errors
    ///
    /// If the level is not from 0 to 1.
    pub fn with_alpha(self, alpha: f64) -> Result<Self, QueryError> {
        if !(0.0..=1.0).contains(&alpha) {
            return Err(QueryError::Alpha);
        }
        Ok(Self { alpha, ..self })
    }

    /// The same query at another level of confidence.
    ///
    /// # Errors
    ///
    /// If the level is not from 0 to 1.
    pub fn with_confidence(self, confidence: f64) -> Result<Self, QueryError> {
        if !(0.0..=1.0).contains(&confidence) {
            return Err(QueryError::Confidence);
        }
        Ok(Self { confidence, ..self })
    }

    /// Arranges the results in tables and compares each row with its first column.
    pub fn tables<'c>(&self, collection: &'c Collection) -> Vec<Table<'c>> {
        arrange(self, collection)
    }
}
