//! Text that drives no terminal, and hides nothing.

use std::fmt;

use unicode_properties::UnicodeEmoji;

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

/// Whether the character is shown as nothing, or ends a line for some programs and not for others:
/// with one of these in it a name looks like another one.
///
/// These are Unicode's `Default_Ignorable_Code_Point`, as the file DerivedCoreProperties.txt of
/// Unicode 16.0 lists them, and the separators of lines and paragraphs.
///
/// ```
/// assert!(benchfmt::is_invisible('\u{200b}') && benchfmt::is_invisible('\u{2028}'));
/// assert!(!benchfmt::is_invisible('é') && !benchfmt::is_invisible(' '));
/// ```
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Displays a text on one line, with the characters escaped that a terminal [obeys](is_obeyed) and
/// those that are [shown as nothing](is_invisible), unless they are within an emoji.
///
/// ```
/// use benchfmt::Printable;
///
/// assert_eq!(Printable("é\u{1b}[31m\n").to_string(), "é\\u{1b}[31m\\n");
/// assert_eq!(Printable("a\u{200b}").to_string(), "a\\u{200b}");
/// assert_eq!(Printable("👩\u{200d}🚀").to_string(), "👩\u{200d}🚀");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut before = None;
        let mut characters = self.0.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let after = characters.peek().map(|&(_, c)| c);
            if !is_obeyed(c) && (!is_invisible(c) || is_of_emoji(before, c, after)) {
                before = Some(c);
                continue;
            }
            let start = self.0.len() - rest.len();
            let (plain, from) = rest.split_at(at - start);
            write!(f, "{plain}{}", c.escape_default())?;
            rest = &from[c.len_utf8()..];
            before = None;
        }
        f.write_str(rest)
    }
}

/// Whether a character, between two others, joins two emoji or says how one is drawn.
fn is_of_emoji(before: Option<char>, c: char, after: Option<char>) -> bool {
    // Digits are emoji, too, and look the same with a selector behind them.
    let is_emoji = |c: char| !c.is_ascii() && c.is_emoji_char();
    match c {
        '\u{200d}' => {
            before.is_some_and(|c| is_emoji(c) || c == '\u{fe0f}') && after.is_some_and(is_emoji)
        }
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(is_emoji),
        _ => false,
    }
}
