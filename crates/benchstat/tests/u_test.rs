//! The U test against enumeration of all ways to mix the samples, and against published tables.

use std::collections::BTreeMap;

use benchstat::statistics::{UTest, UTestError};

/// A small generator, so that the patterns are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }
}

/// Twice the number of pairs in which the first sample's value is larger, where a pair of equal
/// values counts half.
fn doubled_u(first: &[f64], second: &[f64]) -> usize {
    let pairs = first
        .iter()
        .flat_map(|a| second.iter().map(move |b| (a, b)));
    pairs
        .map(|(a, b)| 2 * usize::from(a > b) + usize::from((a - b).abs() < f64::EPSILON))
        .sum()
}

/// A first and a second sample.
type Mix = (Vec<f64>, Vec<f64>);

/// All ways to choose `n` of the values: the chosen ones and the others.
fn mixes(values: &[f64], n: usize) -> impl Iterator<Item = Mix> {
    (0_u32..1 << values.len())
        .filter(move |chosen| chosen.count_ones() as usize == n)
        .map(move |chosen| {
            let is_chosen = |at: &usize| chosen >> at & 1 == 1;
            let (first, second): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(is_chosen);
            let pick = |places: Vec<usize>| places.into_iter().map(|at| values[at]).collect();
            (pick(first), pick(second))
        })
}

/// Compares the p value of every possible result on these pooled values with enumeration.
fn check(values: &[f64], n1: usize, test: &mut UTest) {
    let n2 = values.len() - n1;
    // By doubled U: how many mixes have it, and one of them.
    let mut all: BTreeMap<usize, (usize, Mix)> = BTreeMap::new();
    let mut total = 0;
    for (first, second) in mixes(values, n1) {
        let entry = all.entry(doubled_u(&first, &second));
        entry.or_insert((0, (first, second))).0 += 1;
        total += 1;
    }
    for (&u, (_, (first, second))) in &all {
        let result = test.p_value(first, second);
        if values[0].to_bits() == values[values.len() - 1].to_bits() {
            assert_eq!(result, Err(UTestError::SamplesEqual));
            continue;
        }
        let smaller = u.min(2 * n1 * n2 - u);
        let tail: usize = all.range(..=smaller).map(|(_, (count, _))| count).sum();
        let exact = if u == n1 * n2 {
            1.0
        } else {
            2.0 * tail as f64 / f64::from(total)
        };
        let p = result.unwrap();
        assert!(
            (p - exact).abs() < 1e-12,
            "p = {p}, {exact} for {first:?} and {second:?}"
        );
    }
}

#[test]
fn is_exact_without_ties() {
    let mut test = UTest::default();
    for n1 in 1..=7 {
        for n2 in 1..=7 {
            let values: Vec<f64> = (0..n1 + n2).map(|i| i as f64).collect();
            check(&values, n1, &mut test);
        }
    }
}

#[test]
fn is_exact_for_every_pattern_of_ties_in_small_samples() {
    let mut test = UTest::default();
    for n in 2..=8_usize {
        // A set bit makes a value larger than the one before it.
        for pattern in 0..1_u32 << (n - 1) {
            let mut value = 0.0;
            let mut values = vec![value];
            for bit in 0..n - 1 {
                value += f64::from(pattern >> bit & 1);
                values.push(value);
            }
            for n1 in 1..n {
                check(&values, n1, &mut test);
            }
        }
    }
}

#[test]
fn is_exact_for_many_patterns_of_ties_up_to_seven_values_a_side() {
    let mut test = UTest::default();
    let mut random = Random(7);
    for n1 in 1..=7 {
        for n2 in 1..=7 {
            for _ in 0..6 {
                let different = 1 + random.below(n1 + n2);
                let mut values: Vec<f64> = (0..n1 + n2)
                    .map(|_| random.below(different) as f64)
                    .collect();
                values.sort_by(f64::total_cmp);
                check(&values, n1, &mut test);
            }
        }
    }
}

/// Samples of different values for which the first one's U is `u`.
fn samples(n1: usize, n2: usize, u: usize) -> (Vec<f64>, Vec<f64>) {
    let second = (1..=n2).map(|i| i as f64).collect();
    // The value above k of the second sample's is larger than k of them.
    let mut left = u;
    let mut first: Vec<f64> = (0..n1)
        .map(|i| {
            let above = left.min(n2);
            left -= above;
            above as f64 + 0.5 + i as f64 / 1000.0
        })
        .collect();
    first.sort_by(f64::total_cmp);
    (first, second)
}

#[test]
fn agrees_with_the_table_of_mann_and_whitney() {
    // Table I of their paper: P(U <= u), to three digits.
    let table: [(usize, &[f64]); 3] = [
        (3, &[0.050, 0.100, 0.200, 0.350]),
        (4, &[0.014, 0.029, 0.057, 0.100, 0.171, 0.243, 0.343]),
        (
            5,
            &[
                0.004, 0.008, 0.016, 0.028, 0.048, 0.075, 0.111, 0.155, 0.210, 0.274, 0.345, 0.421,
            ],
        ),
    ];
    let mut test = UTest::default();
    for (n, tails) in table {
        for (u, &tail) in tails.iter().enumerate() {
            let (first, second) = samples(n, n, u);
            let p = test.p_value(&first, &second).unwrap();
            assert!((p / 2.0 - tail).abs() <= 0.0005, "n = {n}, U = {u}: {p}");
        }
    }
}

#[test]
fn agrees_with_published_critical_values() {
    // The largest U that is significant at 0.05 on two sides: D. Auble, "Extended tables for the
    // Mann-Whitney statistic", 1953.
    let table = [
        (5, 5, 2),
        (6, 6, 5),
        (7, 7, 8),
        (8, 8, 13),
        (9, 9, 17),
        (10, 10, 23),
        (12, 12, 37),
        (15, 15, 64),
        (20, 20, 127),
        (5, 10, 8),
        (10, 20, 55),
    ];
    let mut test = UTest::default();
    for (n1, n2, critical) in table {
        let mut p = |u| {
            let (first, second) = samples(n1, n2, u);
            test.p_value(&first, &second).unwrap()
        };
        assert!(p(critical) <= 0.05, "n = {n1} and {n2}, U = {critical}");
        assert!(
            p(critical + 1) > 0.05,
            "n = {n1} and {n2}, U = {}",
            critical + 1
        );
    }
}

#[test]
fn approximation_continues_where_exactness_ends() {
    let mut test = UTest::default();
    for u in [900, 1000, 1100, 1200] {
        let (first, second) = samples(50, 50, u);
        let exact = test.p_value(&first, &second).unwrap();
        // One more value a side, in the same proportion.
        let (first, second) = samples(51, 51, u * 51 * 51 / 2500);
        let approximate = test.p_value(&first, &second).unwrap();
        assert!(
            (exact / approximate - 1.0).abs() < 0.1,
            "{exact} and {approximate}"
        );
    }
}

#[test]
fn samples_that_cannot_be_tested_are_errors() {
    let mut test = UTest::default();
    assert_eq!(test.p_value(&[], &[1.0]), Err(UTestError::SampleSize));
    assert_eq!(test.p_value(&[1.0], &[]), Err(UTestError::SampleSize));
    assert_eq!(
        test.p_value(&[1.0, 1.0], &[1.0]),
        Err(UTestError::SamplesEqual)
    );
    let equal = [2.0; 60];
    assert_eq!(test.p_value(&equal, &equal), Err(UTestError::SamplesEqual));
}

#[test]
fn order_of_the_samples_does_not_matter_without_ties() {
    let mut test = UTest::default();
    let mut random = Random(11);
    for _ in 0..200 {
        let (n1, n2) = (1 + random.below(30), 1 + random.below(60));
        let (first, second) = samples(n1, n2, random.below(n1 * n2 + 1));
        let (p, q) = (test.p_value(&first, &second), test.p_value(&second, &first));
        assert!((p.unwrap() - q.unwrap()).abs() < 1e-12);
    }
}
