//! Text that drives no terminal.

use std::fmt;

/// Shows a text with its control characters escaped.
pub(crate) struct Printable<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.to_string().chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// Shows a text of several lines, with the other control characters escaped.
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
