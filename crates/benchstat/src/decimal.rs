//! Floats with a fixed number of decimals: half the work of a table is to print them.

use std::fmt::Write as _;

/// A float with a number of decimals, rounded to the nearest, and of two equally near to the
/// even one. Infinities and NaN appear as in Go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fixed {
    value: f64,
    decimals: usize,
    plus: bool,
}

impl Fixed {
    pub(crate) fn new(value: f64, decimals: usize) -> Self {
        Self {
            value,
            decimals,
            plus: false,
        }
    }

    /// With a sign in any case.
    pub(crate) fn signed(value: f64, decimals: usize) -> Self {
        Self {
            plus: true,
            ..Self::new(value, decimals)
        }
    }

    /// The digits as an integer, unless there are too many.
    fn digits(self) -> Option<u64> {
        /// Below this a double has bits left for the halves.
        const MOST: f64 = (1_u64 << 50) as f64;
        let (value, power) = (self.value.abs(), *TENS.get(self.decimals)? as f64);
        let scaled = value * power;
        if scaled >= MOST {
            return None;
        }
        let whole = scaled as u64;
        let above_half = scaled - whole as f64 - 0.5;
        let up = if above_half == 0.0 {
            // What the rounding of the product has hidden decides; if that is nothing, the even
            // digit.
            let hidden = value.mul_add(power, -scaled);
            hidden > 0.0 || (hidden == 0.0 && whole % 2 == 1)
        } else {
            above_half > 0.0
        };
        Some(whole + u64::from(up))
    }

    /// Appends the number to a text.
    pub(crate) fn push(self, text: &mut String) {
        if self.value.is_nan() {
            return text.push_str("NaN");
        }
        let negative = self.value.is_sign_negative();
        if self.value.is_infinite() {
            return text.push_str(if negative { "-Inf" } else { "+Inf" });
        }
        if negative {
            text.push('-');
        } else if self.plus {
            text.push('+');
        }
        let Some(digits) = self.digits() else {
            // A string takes whatever is written.
            let _ = write!(text, "{:.*}", self.decimals, self.value.abs());
            return;
        };
        if self.decimals == 0 {
            return push_integer(digits, text);
        }
        let one = TENS[self.decimals];
        push_integer(digits / one, text);
        text.push('.');
        push_padded(digits % one, self.decimals, text);
    }
}

/// The powers of ten up to the most decimals that are shown.
const TENS: [u64; 11] = {
    let mut tens = [1; 11];
    let mut at = 1;
    while at < tens.len() {
        tens[at] = 10 * tens[at - 1];
        at += 1;
    }
    tens
};

/// Appends the digits of an integer to a text.
fn push_integer(number: u64, text: &mut String) {
    if number >= 1000 {
        push_integer(number / 1000, text);
        return push_padded(number % 1000, 3, text);
    }
    let width = 1 + usize::from(number >= 10) + usize::from(number >= 100);
    push_padded(number, width, text);
}

/// Appends the last `width` digits of an integer to a text.
fn push_padded(number: u64, width: usize, text: &mut String) {
    if width > 3 {
        push_padded(number / 1000, width - 3, text);
        return push_padded(number % 1000, 3, text);
    }
    let end = 3 * (number % 1000) as usize + 3;
    text.push_str(&THREE_DIGITS[end - width..end]);
}

/// All numbers of three digits.
static THREE_DIGITS: &str = {
    const BYTES: [u8; 3000] = {
        let mut bytes = [0; 3000];
        let mut at = 0;
        while at < bytes.len() {
            let ten_to = [100, 10, 1][at % 3];
            bytes[at] = b'0' + (at / 3 / ten_to % 10) as u8;
            at += 1;
        }
        bytes
    };
    match str::from_utf8(&BYTES) {
        Ok(digits) => digits,
        Err(_) => "",
    }
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(number: Fixed) -> String {
        let mut text = String::new();
        number.push(&mut text);
        text
    }

    proptest! {
        #[test]
        fn agrees_with_exact_formatting(bits: u64, decimals in 0_usize..11) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(shown(Fixed::new(value, decimals)), format!("{value:.decimals$}"));
        }

        #[test]
        fn agrees_with_exact_formatting_near_ties(n in -100_000_i64..100_000, decimals in 0_usize..6) {
            let value = n as f64 / 2000.0;
            prop_assert_eq!(shown(Fixed::new(value, decimals)), format!("{value:.decimals$}"));
            prop_assert_eq!(shown(Fixed::signed(value, decimals)), format!("{value:+.decimals$}"));
        }
    }
}
