//! Text that drives no terminal.

use std::fmt;

/// Whether a terminal, or whatever else shows text, obeys the character instead of showing it.
///
/// These are the control characters (Unicode's `Cc`: C0, delete and C1, which start escape
/// sequences) and those that turn the direction of the text around them (Unicode's
/// `Bidi_Control`), which make a line look like another one.
///
/// ```
/// assert!(benchfmt::is_obeyed('\u{1b}') && benchfmt::is_obeyed('\u{202e}'));
/// assert!(!benchfmt::is_obeyed('é') && !benchfmt::is_obeyed(' '));
/// ```
pub fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Displays a text on one line, with the characters that a terminal [obeys](is_obeyed) escaped.
///
/// ```
/// use benchfmt::Printable;
///
/// assert_eq!(Printable("é\u{1b}[31m\n").to_string(), "é\\u{1b}[31m\\n");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_obeyed) {
            let (plain, after) = rest.split_at(at);
            f.write_str(plain)?;
            let mut after = after.chars();
            if let Some(c) = after.next() {
                write!(f, "{}", c.escape_default())?;
            }
            rest = after.as_str();
        }
        f.write_str(rest)
    }
}
