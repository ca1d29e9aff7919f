//! Numbers as the format writes them: Go's syntax, read and written.

use std::fmt;
use std::num::IntErrorKind;

use crate::error::NumberError;

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Reads a float in Go's syntax: decimal or hexadecimal, with underscores between digits.
///
/// # Errors
///
/// [`NumberError::Syntax`], [`NumberError::Range`] for what overflows a double, and
/// [`NumberError::NotFinite`] for NaN and the infinities spelled out.
///
/// ```
/// use benchfmt::{NumberError, parse_float};
///
/// assert_eq!(parse_float("1.5e3"), Ok(1500.0));
/// assert_eq!(parse_float("0x1p-2"), Ok(0.25));
/// assert_eq!(parse_float("NaN"), Err(NumberError::NotFinite));
/// ```
pub fn parse_float(text: &str) -> Result<f64, NumberError> {
    parse_float_bytes(text.as_bytes())
}

/// The same for a field that may not even be UTF-8.
pub(crate) fn parse_float_bytes(text: &[u8]) -> Result<f64, NumberError> {
    match short_decimal(text) {
        Some((value, [])) => Ok(value),
        _ => str::from_utf8(text).map_or(Err(NumberError::Syntax), any_float),
    }
}

/// Fewer digits than this make a number that a double holds exactly.
const FEW: usize = 16;

/// The value of the decimal at the start, and what follows it; nothing unless it has no sign, its
/// digits fit a double's 53 bits, and its power of ten is exact.
///
/// Then their product or quotient is the nearest double: Clinger's fast path ("How to read
/// floating point numbers accurately", PLDI 1990).
#[inline]
pub(crate) fn short_decimal(text: &[u8]) -> Option<(f64, &[u8])> {
    /// More digits may overflow 64 bits.
    const MOST: usize = 19;
    let (whole, mut rest) = digits(text, 0);
    let mut count = text.len() - rest.len();
    if let [b' ' | b'\t', ..] = rest
        && (1..FEW).contains(&count)
    {
        return Some((whole as f64, rest));
    }
    let mut value = whole;
    let mut power = 0;
    if let [b'.', after @ ..] = rest {
        (value, rest) = digits(after, whole);
        let decimals = after.len() - rest.len();
        count += decimals;
        power = -(decimals as i32);
    }
    if count == 0 || count > MOST || value >= 1 << 53 {
        return None;
    }
    if let [b'e' | b'E', after @ ..] = rest {
        let (exponent, after) = short_exponent(after)?;
        power += exponent;
        rest = after;
    }
    let scale = *POWERS.get(power.unsigned_abs() as usize)?;
    let value = if power < 0 {
        value as f64 / scale
    } else {
        value as f64 * scale
    };
    Some((value, rest))
}

/// Appends the digits at the start of `text` to those of `value`, which may overflow: the result
/// and what follows.
#[inline]
fn digits(mut text: &[u8], mut value: u64) -> (u64, &[u8]) {
    while let Some(chunk) = text.first_chunk() {
        let (count, number) = eight_digits(u64::from_le_bytes(*chunk));
        value = value.wrapping_mul(TENS[count]).wrapping_add(number);
        text = &text[count..];
        if count < TENS.len() - 1 {
            return (value, text);
        }
    }
    while let [byte, rest @ ..] = text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        text = rest;
    }
    (value, text)
}

/// What eight digits or fewer multiply a number by that they are appended to.
const TENS: [u64; 9] = [
    1,
    10,
    100,
    1000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// How many of eight bytes, the first in the lowest place, are digits up to the first that is not,
/// and the number that they make.
///
/// All at once and without a branch: where a number ends is what no processor can guess.
#[inline]
fn eight_digits(text: u64) -> (usize, u64) {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = 0x80 * ONES;
    // A digit becomes its value, and no other byte becomes less than ten. (A carry into a later
    // byte changes nothing about the first byte that stops.)
    let values = text ^ (u64::from(b'0') * ONES);
    let stops = (values.wrapping_add(0x76 * ONES) | values) & HIGH;
    let count = stops.trailing_zeros() as usize / 8;
    // The digits move to the highest places, behind zeros. Eight places are too far for one shift.
    let missing = 8 - count as u32;
    let values = values << (4 * missing) << (4 * missing);
    // Neighbours are joined to numbers of two digits, then of four, then of eight.
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let number = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    (count, number)
}

/// An exponent of one or two digits with an optional sign, and what follows it.
fn short_exponent(text: &[u8]) -> Option<(i32, &[u8])> {
    let (negative, number) = match text {
        [b'-', number @ ..] => (true, number),
        [b'+', number @ ..] | number => (false, number),
    };
    let (exponent, rest) = digits(number, 0);
    if !(1..=2).contains(&(number.len() - rest.len())) {
        return None;
    }
    let exponent = exponent as i32;
    Some((if negative { -exponent } else { exponent }, rest))
}

#[cold]
fn any_float(text: &str) -> Result<f64, NumberError> {
    if is_not_finite(text) {
        return Err(NumberError::NotFinite);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let hexadecimal = unsigned.starts_with("0x") || unsigned.starts_with("0X");
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !underscores_separate_digits(unsigned, hexadecimal)
    {
        return Err(NumberError::Syntax);
    }
    let plain = text.replace('_', "");
    let value = if hexadecimal {
        let magnitude = hexadecimal_float(&plain.trim_start_matches(['+', '-'])[2..])?;
        if plain.starts_with('-') {
            -magnitude
        } else {
            magnitude
        }
    } else {
        plain.parse().map_err(|_| NumberError::Syntax)?
    };
    if value.is_infinite() {
        return Err(NumberError::Range);
    }
    Ok(value)
}

/// Whether the text spells NaN or an infinity the way Go reads them.
fn is_not_finite(text: &str) -> bool {
    let word = text.strip_prefix(['+', '-']).unwrap_or(text);
    word.eq_ignore_ascii_case("inf")
        || word.eq_ignore_ascii_case("infinity")
        || text.eq_ignore_ascii_case("nan")
}

fn underscores_separate_digits(unsigned: &str, hexadecimal: bool) -> bool {
    let is_digit = |byte: u8| {
        byte.is_ascii_digit()
            || (hexadecimal && (byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X')))
    };
    let bytes = unsigned.as_bytes();
    bytes.iter().enumerate().all(|(at, &byte)| {
        byte != b'_'
            || (at > 0
                && is_digit(bytes[at - 1])
                && bytes.get(at + 1).is_some_and(|&next| is_digit(next)))
    })
}

/// The value of a hexadecimal float after its `0x`: digits, a point somewhere, and `p`exponent.
fn hexadecimal_float(text: &str) -> Result<f64, NumberError> {
    let (digits, exponent) = text.split_once(['p', 'P']).ok_or(NumberError::Syntax)?;
    let exponent: i64 = match exponent.parse() {
        Ok(exponent) => exponent,
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => i64::MAX / 2,
            IntErrorKind::NegOverflow => i64::MIN / 2,
            _ => return Err(NumberError::Syntax),
        },
    };
    let mut mantissa = 0_u64;
    let mut scale = 0_i64;
    let mut point = false;
    let mut any = false;
    for c in digits.chars() {
        if c == '.' && !point {
            point = true;
            continue;
        }
        let digit = c.to_digit(16).ok_or(NumberError::Syntax)?;
        any = true;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            scale -= if point { 4 } else { 0 };
        } else {
            // Beyond 64 bits a digit only decides how a tie is rounded.
            mantissa |= u64::from(digit != 0);
            scale += if point { 0 } else { 4 };
        }
    }
    if !any {
        return Err(NumberError::Syntax);
    }
    Ok(nearest_double(mantissa, exponent.saturating_add(scale)))
}

/// The double nearest to `mantissa` times two to the `power`, of two that are equally near the
/// one with an even mantissa; infinite if it is too large.
fn nearest_double(mantissa: u64, power: i64) -> f64 {
    const BITS: i64 = f64::MANTISSA_DIGITS as i64;
    const LEAST_EXPONENT: i64 = f64::MIN_EXP as i64 - 1;
    let zeros = mantissa.leading_zeros();
    if zeros == u64::BITS {
        return 0.0;
    }
    let mantissa = u128::from(mantissa << zeros);
    let power = power.saturating_sub(i64::from(zeros));
    let exponent = power.saturating_add(63);
    if exponent > f64::MAX_EXP.into() {
        return f64::INFINITY;
    }
    // Below the least exponent a double has fewer bits.
    let bits = BITS - (LEAST_EXPONENT - exponent).max(0);
    if bits < 0 {
        return 0.0;
    }
    let dropped = 64 - bits;
    let (kept, rest) = (mantissa >> dropped, mantissa & ((1 << dropped) - 1));
    let half = 1 << (dropped - 1);
    let kept = kept + u128::from(rest > half || (rest == half && kept & 1 == 1));
    // Two steps, so that neither power leaves the range of a double where the product is in it.
    let power = (power + dropped) as i32;
    kept as f64 * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2)
}

/// Reads an iteration count: a decimal integer with an optional sign.
pub(crate) fn parse_iterations(text: &[u8]) -> Result<i64, NumberError> {
    if let Some((count, [])) = short_integer(text) {
        return Ok(count);
    }
    let text = str::from_utf8(text).map_err(|_| NumberError::Syntax)?;
    text.parse()
        .map_err(|error: std::num::ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => NumberError::Range,
            _ => NumberError::Syntax,
        })
}

/// The integer at the start, if it has no sign and too few digits to overflow, and what follows.
#[inline]
pub(crate) fn short_integer(text: &[u8]) -> Option<(i64, &[u8])> {
    /// Fewer digits than this cannot overflow.
    const LONG: usize = 19;
    let (value, rest) = digits(text, 0);
    (1..LONG)
        .contains(&(text.len() - rest.len()))
        .then_some((value as i64, rest))
}

/// Shows a float with the fewest digits that read back equal, the way Go's `%v` does.
///
/// An exponent is shown below 1e-4 and from 1e6 up, where Go's shortest `%g` switches.
///
/// ```
/// use benchfmt::Shortest;
///
/// assert_eq!(Shortest(128500.0).to_string(), "128500");
/// assert_eq!(Shortest(1285000.0).to_string(), "1.285e+06");
/// assert_eq!(Shortest(0.00001).to_string(), "1e-05");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shortest(pub f64);

impl fmt::Display for Shortest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.is_nan() {
            return f.write_str("NaN");
        }
        if value.is_infinite() {
            return f.write_str(if value > 0.0 { "+Inf" } else { "-Inf" });
        }
        let magnitude = value.abs();
        let is_plain = magnitude == 0.0 || (1e-4..1e6).contains(&magnitude);
        let text = if is_plain {
            format!("{magnitude}")
        } else {
            format!("{magnitude:e}")
        };
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        if value.is_sign_negative() {
            f.write_str("-")?;
        }
        match even_neighbour(magnitude, digits) {
            Some(even) => f.write_str(&even)?,
            None => f.write_str(digits)?,
        }
        if is_plain {
            return Ok(());
        }
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(f, "e{sign}{:02}", exponent.unsigned_abs())
    }
}

/// The digits with the last one less by one, if `value` lies in the middle between both: of two
/// texts that are equally near, the even one is shown. The standard library shows the larger one.
fn even_neighbour(value: f64, digits: &str) -> Option<String> {
    /// With fewer digits the texts beside each other are farther apart than the numbers, and the
    /// middle has a text of its own.
    const FEWEST: usize = 15;
    /// A number of at most 18 digits, one more than a text ever has, is a multiple of two to this negative power: each bit
    /// behind the point makes one more decimal, and the number 5 times as large.
    const BITS: f64 = (1_u64 << 25) as f64;
    /// More than such a number has digits.
    const ALL: usize = 50;
    if (value * BITS).fract() != 0.0 {
        return None;
    }
    let (start, last) = digits.split_at_checked(digits.len() - 1)?;
    let last: u8 = last.parse().ok()?;
    let significant = digits.trim_start_matches(['0', '.']);
    let count = significant.len() - usize::from(significant.contains('.'));
    if count < FEWEST || last.is_multiple_of(2) {
        return None;
    }
    let exact = format!("{value:.ALL$e}");
    let (exact, _) = exact.split_once('e')?;
    // The last digit is one less there, and a half follows: that is all of the number.
    let rest = exact.get(count..)?.trim_end_matches('0');
    (rest == format!("{}5", last - 1)).then(|| format!("{start}{}", last - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_digits_at_once_are_the_digits_one_by_one(
            text in prop::collection::vec(
                prop_oneof![4 => b'0'..=b'9', 1 => prop::sample::select(b"/:.e+ \x00\x80\xb0\xff".as_slice())],
                0..40,
            ),
            value in 0_u64..1000,
        ) {
            let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let expected = text[..count].iter().fold(value, |value, digit| {
                value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))
            });
            prop_assert_eq!(digits(&text, value), (expected, &text[count..]));
        }
    }
}
