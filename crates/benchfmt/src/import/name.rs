//! Names of other tools as names of benchmarks.

use super::error::Defect;
use crate::printable::is_obeyed;

/// The longest name, in bytes: a hundred times an ordinary one, and as long as a path may be on
/// Linux. Each result holds its name, so the bound is one on memory as well.
pub const MAX_NAME: usize = 4 << 10;

/// A benchmark's name for any text, which need not be UTF-8.
///
/// A name ends at white space and holds no character that a terminal obeys. These, and bytes that are not
/// UTF-8, are percent-encoded (RFC 3986, 2.1), and so is a `%` that two hexadecimal digits
/// follow: decoding gives the text back, so different texts have different names. All else stays
/// as it is.
///
/// # Errors
///
/// [`Defect::NameTooLong`].
pub(super) fn encode(text: &[u8]) -> Result<String, Defect> {
    let mut name = String::with_capacity(text.len().min(MAX_NAME));
    for chunk in text.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            if c.is_whitespace() || is_obeyed(c) || (c == '%' && is_code(&chunk.valid()[at + 1..]))
            {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    push_code(&mut name, byte);
                }
            } else {
                name.push(c);
            }
        }
        for &byte in chunk.invalid() {
            push_code(&mut name, byte);
        }
        if name.len() > MAX_NAME {
            return Err(Defect::NameTooLong);
        }
    }
    Ok(name)
}

/// Whether the text behind a `%` makes it a code.
fn is_code(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

fn push_code(name: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    name.push('%');
    name.push(char::from(DIGITS[usize::from(byte >> 4)]));
    name.push(char::from(DIGITS[usize::from(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The plain decoder of RFC 3986: a `%` that is no code stands for itself.
    fn decode(name: &str) -> Vec<u8> {
        let mut text = Vec::new();
        let mut rest = name.as_bytes();
        while let [first, after @ ..] = rest {
            let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
            let code = digit(0).zip(digit(1)).filter(|_| *first == b'%');
            text.push(code.map_or(*first, |(high, low)| (16 * high + low) as u8));
            rest = &after[if code.is_some() { 2 } else { 0 }..];
        }
        text
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in [
            "Invoice/items=10/variant=naive",
            "größe/50%",
            "100%/a%zz-8",
            "lib::group::bench/id=short",
        ] {
            assert_eq!(encode(name.as_bytes()).as_deref(), Ok(name));
        }
    }

    #[test]
    fn white_space_and_control_characters_are_encoded() {
        let name = encode("sum of\tnumbers\u{a0}\u{1b}[31m\u{85}\u{202e}%20".as_bytes());
        assert_eq!(
            name.as_deref(),
            Ok("sum%20of%09numbers%C2%A0%1B[31m%C2%85%E2%80%AE%2520")
        );
    }

    proptest! {
        #[test]
        fn decoding_gives_the_text_back(text in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'%'), Just(b'2'), Just(b' ')], 0..40)) {
            let name = encode(&text).unwrap();
            prop_assert_eq!(decode(&name), text, "{}", name);
            prop_assert!(!name.contains(|c: char| c.is_whitespace() || is_obeyed(c)), "{}", name);
        }
    }
}
