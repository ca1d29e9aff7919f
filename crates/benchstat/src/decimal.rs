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
        const POWERS: [f64; 11] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];
        /// Below this a double has bits left for the halves.
        const MOST: f64 = (1_u64 << 50) as f64;
        let (value, power) = (self.value.abs(), *POWERS.get(self.decimals)?);
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
        let Some(mut digits) = self.digits() else {
            // A string takes whatever is written.
            let _ = write!(text, "{:.*}", self.decimals, self.value.abs());
            return;
        };
        // 2^50 has 16 digits; from the last to the first.
        let mut shown = [0_u8; 24];
        let mut count = 0;
        while digits > 0 || count <= self.decimals {
            shown[count] = b'0' + (digits % 10) as u8;
            digits /= 10;
            count += 1;
        }
        for at in (0..count).rev() {
            text.push(char::from(shown[at]));
            if at == self.decimals && at > 0 {
                text.push('.');
            }
        }
    }
}

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
