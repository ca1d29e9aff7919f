//! Tables and verdicts as JSON.

use std::io::{self, Write};

use crate::document::Document;
use crate::table::Table;
use crate::verdict::{Outcome, Verdicts};

/// Writes the tables, and the verdicts and what they come to and the collection's caveat where there are any, as one JSON
/// [`Document`].
///
/// # Errors
///
/// If the output fails.
pub fn write_json(
    tables: &[Table<'_>],
    verdicts: Option<(&Verdicts, Outcome)>,
    caveat: Option<&str>,
    output: &mut impl Write,
) -> io::Result<()> {
    Document::new(tables, verdicts, caveat).write(output)
}
