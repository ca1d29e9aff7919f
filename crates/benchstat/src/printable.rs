//! Text that drives no terminal, and no runner of jobs.

use std::borrow::Cow;
use std::fmt;
#[cfg(feature = "cli")]
use std::fmt::Write as _;

#[cfg(feature = "cli")]
use benchfmt::is_obeyed;
use benchfmt::{Printable, is_invisible};

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

/// A text as the reference shows it, unless something in it is shown as nothing.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_invisible) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(Printable(text).to_string())
    }
}

/// Adds a name to a text, and what is shown as nothing in it escaped.
pub(crate) fn push_visible(text: &mut String, push: impl FnOnce(&mut String)) {
    let start = text.len();
    push(text);
    if let Cow::Owned(shown) = visible(&text[start..]) {
        text.truncate(start);
        *text += &shown;
    }
}

/// A message of some lines for standard error, which may quote arguments and files: a terminal obeys nothing of it, nor
/// does GitHub's runner.
///
/// To that runner a line is a command that begins with `::name::`, behind white space, too, and one that has `##[name]`
/// anywhere: their first character is shown escaped. What is shown as nothing stays, as in the reference's messages.
///
/// ```
/// use benchstat::cli::Message;
///
/// let message = Message("a filter\n  ::error::\u{1b}[31m ##[warning]").to_string();
/// assert_eq!(message, "a filter\n  \\u{3a}:error::\\u{1b}[31m \\u{23}#[warning]");
/// ```
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug)]
pub struct Message<'a>(pub &'a str);

#[cfg(feature = "cli")]
impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive('\n') {
            let start = line.len() - line.trim_start().len();
            for (at, c) in line.char_indices() {
                let is_command = match line[at..].get(..3) {
                    Some("##[") => line[at..].contains(']'),
                    Some(_) if at == start && line[at..].starts_with("::") => {
                        line[at + 2..].contains("::")
                    }
                    _ => false,
                };
                match c {
                    '\n' | '\t' => f.write_char(c)?,
                    c if is_command => write!(f, "{}", c.escape_unicode())?,
                    c if is_obeyed(c) => write!(f, "{}", c.escape_default())?,
                    c => f.write_char(c)?,
                }
            }
        }
        Ok(())
    }
}
