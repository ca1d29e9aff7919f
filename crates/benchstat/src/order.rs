//! The orders that a projection can give the values of a key.

use std::cmp::Ordering;

use crate::expression::Order;

/// The order of two texts: the field's, and where that sees no difference, the characters'.
pub(crate) fn compare_texts(order: &Order, a: &str, b: &str) -> Ordering {
    let by_order = match order {
        // Values of `.config` have no order of being seen, and go by their characters.
        Order::First | Order::Alphabetic => Ordering::Equal,
        Order::Numeric => compare_numbers(parse_number(a), parse_number(b)),
        Order::Fixed(words) => {
            let place = |text: &str| words.iter().rposition(|word| word == text);
            place(a).cmp(&place(b))
        }
    };
    by_order.then_with(|| a.cmp(b))
}

/// Numbers before other texts, and NaN after the other numbers.
fn compare_numbers(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a
            .partial_cmp(&b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// A text as a number: a float, or else the first digits in it with a prefix such as `k` or `Mi`.
fn parse_number(text: &str) -> Option<f64> {
    const PREFIXES: &str = "KMGTPEZY";
    let word = text.strip_prefix(['+', '-']).unwrap_or(text);
    let infinite = ["inf", "infinity"];
    if infinite.iter().any(|name| word.eq_ignore_ascii_case(name)) {
        return Some(if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        });
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if let Ok(number) = benchfmt::parse_float(text) {
        return Some(number);
    }
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    let rest = &text[text.find(is_digit)?..];
    let end = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
    let number = benchfmt::parse_float(&rest[..end]).ok()?;
    let mut suffix = rest[end..].chars();
    let power = match suffix.next() {
        Some('k') => 1,
        Some(prefix) => PREFIXES.find(prefix).map_or(0, |at| at as i32 + 1),
        None => 0,
    };
    let base: f64 = if power > 0 && suffix.next() == Some('i') {
        1024.0
    } else {
        1000.0
    };
    Some(number * base.powi(power))
}
