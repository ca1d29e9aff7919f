//! Text that Markdown shows as it is, whatever it says.

use std::fmt::{self, Write as _};

use benchfmt::Printable;

/// Text in a line or a cell of GitHub-flavoured Markdown.
///
/// What could be markup, or end the cell, becomes a character reference. References are decoded before a code host looks for
/// mentions and issues, and cmark-gfm looks for addresses of mail after that, too; none of them looks into code, so
/// `@`, `#` and the dash of `GH-1` are shown as code. What a terminal [obeys](benchfmt::is_obeyed), a line's end among it, and
/// what is [shown as nothing](benchfmt::is_invisible) is shown escaped, as in text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal<'a>(pub(crate) &'a str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Printable(self.0).to_string();
        // A cell's ends are trimmed, and what begins a line can make it a list or a heading.
        let mut before = None;
        let mut begins = true;
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                // `GH-1` is an issue, as `#1` is.
                '@' | '#' | '-' if c != '-' || matches!(before, Some('h' | 'H')) => {
                    f.write_char('`')?;
                    f.write_char(c)?;
                    while let Some(next) =
                        characters.next_if(|next| matches!(next, '@' | '#' | '-'))
                    {
                        f.write_char(next)?;
                    }
                    f.write_char('`')?;
                }
                ' ' if matches!(before, None | Some(' ')) || characters.peek().is_none() => {
                    f.write_str("&#32;")?;
                }
                '&' | '<' | '>' | '"' | '\'' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '('
                | ')' | '!' | '|' | '~' | '\\' | '$' | ':' | '^' => reference(f, c)?,
                '+' | '-' | '=' if before.is_none() => reference(f, c)?,
                // `1. ` begins a list, `www.` a link.
                '.' if begins && matches!(characters.peek(), None | Some(' '))
                    || matches!(before, Some('w' | 'W')) =>
                {
                    reference(f, c)?;
                }
                c => f.write_char(c)?,
            }
            begins &= c.is_ascii_digit();
            before = Some(c);
        }
        Ok(())
    }
}

fn reference(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    write!(f, "&#{};", u32::from(c))
}

/// Text within an element of HTML, which Markdown leaves as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Html<'a>(pub(crate) &'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = None;
        for c in Printable(self.0).to_string().chars() {
            match c {
                '@' | '#' => write!(f, "<code>{c}</code>")?,
                '-' if matches!(before, Some('h' | 'H')) => f.write_str("<code>-</code>")?,
                '&' | '<' | '>' | '"' | '\'' => reference(f, c)?,
                c => f.write_char(c)?,
            }
            before = Some(c);
        }
        Ok(())
    }
}

/// Text as code in a cell of a table: for names, in which a code host looks for nothing, not even for hashes of commits.
///
/// Longer text ends with an ellipsis after so many characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Printable(self.0).to_string();
        let mut shown: String = text.chars().take(self.1).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        // A pattern of no dots takes room and shows nothing.
        if shown.trim_matches('\u{2800}').trim().is_empty() {
            // Code of nothing is no code.
            return f.write_str("(no name)");
        }
        // Whether a backslash before an escaped bar is one is a matter of opinion.
        let Some(fence) = fence(&shown, 1).filter(|_| !shown.contains("\\|")) else {
            return Literal(&shown).fmt(f);
        };
        // Spaces within, of which one on each side is taken away.
        // A table is divided into its cells before code is looked for.
        let cell = shown.replace('|', "\\|");
        write!(f, "{fence} {cell} {fence}")
    }
}

/// Lines of text as a block of code, which nothing in them ends. They have no other lines' ends than `\n`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    /// What language it is in.
    pub(crate) info: &'a str,
    pub(crate) text: &'a str,
}

impl fmt::Display for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is as far in as code without a fence ends no fence.
        let (fence, margin) = match fence(self.text, 3) {
            Some(fence) => (fence, ""),
            None => ("```".to_owned(), "    "),
        };
        writeln!(f, "{fence}{}", self.info)?;
        for line in self.text.lines() {
            writeln!(f, "{margin}{line}")?;
        }
        writeln!(f, "{fence}")
    }
}

/// The longest fence: cmark-gfm takes no more than 80 backticks around code in a line, and counts no further than 255
/// before a block. No name that a person gave comes near.
const LONGEST: usize = 32;

/// A fence that is longer than any in the text, if that is not too long.
fn fence(text: &str, least: usize) -> Option<String> {
    let runs = text.split(|c| c != '`').map(str::len);
    let length = (runs.max().unwrap_or_default() + 1).max(least);
    (length <= LONGEST).then(|| "`".repeat(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(Code("a``b`", 9).to_string(), "``` a``b` ```");
        assert_eq!(Code("a|b", 2).to_string(), "` a\\|… `");
    }
}
