//! The order of the turns, and what they say of the two sides. Pure.

use crate::block::Block;
use crate::side::{Side, Sides};

/// Four turns: each side's first and second block.
pub(crate) type Quad = Sides<[Block; 2]>;

/// The order of a quad's turns: ABBA, where A is either side with the same chance. What changes steadily over the four (a
/// core that warms up, a clock that slows down) weighs the same on both sides, and what comes at a rhythm of its own meets
/// either at random.
pub(crate) fn order(random: &mut fastrand::Rng) -> [Side; 4] {
    let outer = if random.bool() {
        Side::Base
    } else {
        Side::Head
    };
    [outer, outer.other(), outer.other(), outer]
}

/// Times of one operation, in nanoseconds: the base's median over the quads, and what the median of the quads' log ratios
/// makes of it for the head. `None` if no quad took any time.
///
/// The ratio of the two is the measurement, and the median of ratios is not the ratio of medians: a quad compares blocks that
/// ran within a millisecond or two, under the same conditions.
pub(crate) fn times(
    quads: &[Quad],
    iterations: u64,
    time: impl Fn(Block) -> u64,
) -> Option<Sides<f64>> {
    let of_two = |blocks: [Block; 2]| {
        let [first, second] = blocks.map(|block| time(block) as f64 / iterations as f64);
        f64::midpoint(first, second)
    };
    let quads = quads.iter().map(|quad| quad.map(of_two));
    let quads: Vec<_> = quads
        .filter(|quad| quad.base > 0.0 && quad.head > 0.0)
        .collect();
    let base = median(quads.iter().map(|quad| quad.base).collect())?;
    let log_ratio = median(
        quads
            .iter()
            .map(|quad| quad.head.ln() - quad.base.ln())
            .collect(),
    )?;
    Some(Sides {
        base,
        head: base * log_ratio.exp(),
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(f64::midpoint(*values.get(middle - 1)?, upper))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quad(base: [u64; 2], head: [u64; 2]) -> Quad {
        let block = |cpu| Block {
            wall: cpu + 10,
            cpu,
        };
        Sides {
            base: base.map(block),
            head: head.map(block),
        }
    }

    #[test]
    fn orders_are_abba_and_baab_alike() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut starts = Sides::<u32>::default();
        for _ in 0..1000 {
            let [a, b, c, d] = order(&mut random);
            assert_eq!((a, b), (d, c));
            assert_eq!(a.other(), b);
            *starts.get_mut(a) += 1;
        }
        // Five standard deviations of a fair coin.
        assert!((420..=580).contains(&starts.base), "{starts:?}");
    }

    #[test]
    fn the_ratio_is_the_median_of_the_quads() {
        let quads = [
            quad([1000, 1000], [1100, 1100]),
            quad([2000, 2000], [2240, 2240]),
            // A disturbed block.
            quad([1000, 9000], [1000, 1000]),
        ];
        let times = times(&quads, 10, |block| block.cpu).unwrap();
        assert!((times.head / times.base - 1.1).abs() < 1e-12, "{times:?}");
        assert!((times.base - 200.0).abs() < 1e-9, "{times:?}");
    }

    #[test]
    fn no_time_is_no_measurement() {
        assert_eq!(times(&[], 1, |block| block.cpu), None);
        assert_eq!(times(&[quad([0, 0], [1, 1])], 1, |block| block.cpu), None);
    }

    proptest! {
        #[test]
        fn sides_that_change_places_turn_the_ratio_round(
            quads in prop::collection::vec((1_u64..1 << 40, 1_u64..1 << 40, 1_u64..1 << 40, 1_u64..1 << 40), 1..20),
        ) {
            let quads: Vec<_> = quads.iter().map(|&(a, b, c, d)| quad([a, b], [c, d])).collect();
            let turned: Vec<_> = quads.iter().map(|quad| Sides { base: quad.head, head: quad.base }).collect();
            let [one, other] = [quads, turned].map(|quads| times(&quads, 3, |block| block.cpu).unwrap());
            prop_assert!(((one.head / one.base).ln() + (other.head / other.base).ln()).abs() < 1e-9);
        }
    }
}
