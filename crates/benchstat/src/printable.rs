//! Text of several lines that drives no terminal.

use std::fmt;

use benchfmt::Printable;

/// Shows a text of several lines, with the other characters that a terminal obeys escaped.
pub(crate) struct PrintableLines<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for PrintableLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.0.to_string().split('\n').enumerate() {
            let end = if at > 0 { "\n" } else { "" };
            write!(f, "{end}{}", Printable(line))?;
        }
        Ok(())
    }
}
