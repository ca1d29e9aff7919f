//! Numbers of a rank among so many that they are counted, and never written down.

/// The smallest number from `low` to `high` that is enough, where all above it are, too; `high` if none is.
pub(super) fn select(low: f64, high: f64, is_enough: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (ordered(low), ordered(high));
    while low < high {
        let middle = low + (high - low) / 2;
        if is_enough(number(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    number(low)
}

const SIGN: u64 = 1 << 63;

/// A number's place among all of its type, in their order: halving the range of places ends after 64 steps at an exact
/// number.
fn ordered(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The number at a place.
fn number(place: u64) -> f64 {
    f64::from_bits(if place & SIGN == 0 {
        !place
    } else {
        place ^ SIGN
    })
}
