//! Compares benchmark results.

#![forbid(unsafe_code)]

mod arrange;
mod cells;
#[cfg(feature = "cli")]
pub mod cli;
mod collection;
mod compute;
mod csv;
mod decimal;
mod environment;
mod expression;
mod footnotes;
mod gates;
mod header;
mod input;
mod intern;
mod json;
mod judge;
mod key;
mod layout;
mod markdown;
mod note;
mod parallel;
mod query;
mod scale;
mod scan;
mod selection;
mod sources;
pub mod statistics;
mod summary;
mod table;
mod text;
mod verdict;

pub use collection::{Collection, ConfigId};
pub use csv::write_csv;
pub use environment::Difference;
pub use expression::ExpressionError;
pub use gates::{Accepted, Gates, GatesError, Rule};
pub use input::{Input, InputError, Source};
pub use json::{VERSION as JSON_VERSION, write_json};
pub use judge::judge;
pub use key::Key;
pub use markdown::{write_markdown, write_verdicts_markdown};
pub use note::Note;
pub use query::{Expressions, Query, QueryError};
pub use scale::{Scale, common_scale};
pub use selection::Selection;
pub use summary::{headline, write_verdicts};
pub use table::{Cell, ColumnSummary, Comparison, Delta, Row, Spread, Summary, Table};
pub use text::{Style, write_text};
pub use verdict::{Change, Judgement, Outcome, Verdict, Verdicts};
