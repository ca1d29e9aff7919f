//! A line, cut into fields at white space.

use crate::printable::is_obeyed;

/// A field of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) kind: Kind,
}

/// What a field is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Printable characters.
    Text,
    /// Characters, some of which a terminal obeys.
    Control,
    /// Bytes that are not UTF-8.
    NotUtf8,
}

impl<'a> Field<'a> {
    /// The field as text; empty if it is not UTF-8.
    pub(crate) fn text(self) -> &'a str {
        str::from_utf8(self.bytes).unwrap_or_default()
    }
}

/// Takes the first field off `line`: the field and what follows the white space behind it.
///
/// White space is Unicode's. The field is empty when the line starts with white space, which is
/// what makes `Benchmark 1 2 ns/op` a benchmark without a name.
#[inline]
pub(crate) fn split_field(line: &[u8]) -> (Field<'_>, &[u8]) {
    let end = plain_prefix(line);
    let (end, kind) = match line.get(end) {
        None | Some(b' ' | b'\t'..=b'\r') => (end, Kind::Text),
        Some(_) => rare_end(line, end),
    };
    let (bytes, rest) = line.split_at(end);
    (Field { bytes, kind }, skip_space(rest))
}

/// How many bytes at the start are printable ASCII characters other than a space.
#[inline]
fn plain_prefix(line: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = 0x80 * ONES;
    let mut at = 0;
    // Eight bytes at once: the high bit of a byte is set if it is below `!` or above `~`. (The
    // borrow of a byte below `!` may set the bit of a later byte; only the first one counts.)
    while let Some(chunk) = line[at..].first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        let below = word.wrapping_sub(u64::from(b'!') * ONES);
        let above = (word & !HIGH).wrapping_add(ONES);
        let stops = (below | above | word) & HIGH;
        if stops != 0 {
            return at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_plain = |byte: &u8| (b'!'..=b'~').contains(byte);
    at + line[at..].iter().take_while(|byte| is_plain(byte)).count()
}

/// Where a field ends that has characters other than printable ASCII, from `at` on.
#[cold]
fn rare_end(line: &[u8], mut at: usize) -> (usize, Kind) {
    let mut kind = Kind::Text;
    while at < line.len() {
        match first_char(&line[at..]) {
            Some(c) if c.is_whitespace() => break,
            Some(c) => {
                if is_obeyed(c) && kind == Kind::Text {
                    kind = Kind::Control;
                }
                at += c.len_utf8();
            }
            None => {
                kind = Kind::NotUtf8;
                at += 1;
            }
        }
    }
    (at, kind)
}

#[inline]
fn skip_space(rest: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b' ' | b'\t'..=b'\r' => at += 1,
            0x80.. => match first_char(&rest[at..]) {
                Some(c) if c.is_whitespace() => at += c.len_utf8(),
                _ => break,
            },
            _ => break,
        }
    }
    &rest[at..]
}

/// The first character; nothing if there is none or the bytes are not UTF-8.
fn first_char(bytes: &[u8]) -> Option<char> {
    /// The longest character in UTF-8.
    const LONGEST: usize = 4;
    let start = &bytes[..bytes.len().min(LONGEST)];
    let valid = match str::from_utf8(start) {
        Ok(text) => return text.chars().next(),
        Err(error) => error.valid_up_to(),
    };
    str::from_utf8(&start[..valid]).ok()?.chars().next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_end_at_any_unicode_space() {
        let (first, rest) = split_field("a\u{a0}\u{2003} b\tc".as_bytes());
        assert_eq!((first.bytes, rest), (&b"a"[..], &b"b\tc"[..]));
        let (none, rest) = split_field(b" \x0bx");
        assert_eq!((none.bytes, rest), (&b""[..], &b"x"[..]));
        let (last, rest) = split_field("Ünïcode".as_bytes());
        assert_eq!(
            (last.text(), last.kind, rest),
            ("Ünïcode", Kind::Text, &b""[..])
        );
    }

    #[test]
    fn control_characters_are_seen_wherever_they_are_encoded() {
        for text in [
            "a\x1b[31m",
            "\x7f",
            "a\u{9b}b",
            "\0",
            "plain-and-long\x01",
            "a\u{202e}b",
        ] {
            assert_eq!(
                split_field(text.as_bytes()).0.kind,
                Kind::Control,
                "{text:?}"
            );
        }
        assert_eq!(split_field(b"a\xffb c").0.kind, Kind::NotUtf8);
    }

    proptest! {
        #[test]
        fn a_line_is_cut_where_its_characters_say(line in "\\PC*|[ -~\t]*|[a\u{1b}\u{a0}\u{2028}\u{202e} é]*") {
            let (field, rest) = split_field(line.as_bytes());
            let end = line.find(char::is_whitespace).unwrap_or(line.len());
            prop_assert_eq!(field.text(), &line[..end]);
            prop_assert_eq!(rest, line[end..].trim_start().as_bytes());
            let control = line[..end].contains(is_obeyed);
            prop_assert_eq!(field.kind == Kind::Control, control);
        }
    }
}
