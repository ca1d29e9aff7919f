//! The Mann-Whitney U test: exact without ties and with them, and by the normal approximation. What a test keeps for the
//! next is not used: each operation starts with a new one.

use std::hint::black_box;

use benchstat::statistics::UTest;

use crate::random::Random;
use crate::{Case, Operation};

pub(crate) fn cases() -> Vec<Case> {
    // Samples of 60 are beyond what is tested exactly.
    [(10, false), (10, true), (60, false)]
        .into_iter()
        .map(|(n, ties)| case(n, ties).gating())
        .collect()
}

fn case(n: usize, ties: bool) -> Case {
    let name = format!("UTest/n={n}/ties={}", if ties { "yes" } else { "no" });
    Case::new(name, move |inputs_stand| {
        let (first, second) = samples(n, ties);
        inputs_stand();
        let expected = if n <= 10 {
            by_counting(&first, &second)
        } else {
            by_integration(&first, &second)
        };
        let test = |first: &[f64], second: &[f64]| {
            let mut test = UTest::default();
            test.p_value(first, second)
                .expect("the samples have different values")
        };
        let p = test(&first, &second);
        assert!((p / expected - 1.0).abs() < 1e-9, "{p}, not {expected}");
        Operation::new(move |times| {
            for _ in 0..times {
                black_box(test(black_box(&first), black_box(&second)));
            }
        })
    })
}

/// Two samples of so many values in ascending order, the second of which is a bit larger.
fn samples(n: usize, ties: bool) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random::new(n as u64);
    // Multiples of 2n apart no two values are equal: the place in the sample is the rest. Else there are 8 values.
    let mut sample = |place: usize, above: usize| {
        let value = |at| {
            let value = random.below(8) + above;
            if ties {
                value
            } else {
                2 * n * value + place * n + at
            }
        };
        let mut values: Vec<f64> = (0..n).map(value).map(|value| value as f64).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    (sample(0, 0), sample(1, 1))
}

/// The doubled rank of each value among both samples, in ascending order: equal values share the mean of their ranks.
fn doubled_ranks(first: &[f64], second: &[f64]) -> Vec<(f64, usize)> {
    let both = || first.iter().chain(second);
    let mut ranks: Vec<_> = both()
        .map(|&value| {
            let below = both().filter(|&&other| other < value).count();
            let equal = both().filter(|&&other| other == value).count();
            (value, 2 * below + equal + 1)
        })
        .collect();
    ranks.sort_by_key(|&(_, rank)| rank);
    ranks
}

/// Twice the p value's tail: of all ways to choose the first sample's ranks, the share whose sum is no nearer to the middle,
/// counted rank by rank (J. H. Klotz, "The Wilcoxon, Ties, and the Computer", JASA 61, 1966).
fn by_counting(first: &[f64], second: &[f64]) -> f64 {
    let ranks = doubled_ranks(first, second);
    let all: usize = ranks.iter().map(|(_, rank)| rank).sum();
    // ways[k][sum]: of choosing k ranks with this doubled sum.
    let mut ways = vec![vec![0_u64; all + 1]; first.len() + 1];
    ways[0][0] = 1;
    for &(_, rank) in &ranks {
        for k in (1..=first.len()).rev() {
            let (fewer, more) = ways.split_at_mut(k);
            for (to, from) in more[0][rank..].iter_mut().zip(&fewer[k - 1]) {
                *to += from;
            }
        }
    }
    let own = first.iter().map(|value| {
        let found = ranks.iter().find(|(other, _)| other == value);
        found.map_or(0, |(_, rank)| *rank)
    });
    let own: usize = own.sum();
    let ways = &ways[first.len()];
    let below: u64 = ways[..=own].iter().sum();
    let above: u64 = ways[own..].iter().sum();
    2.0 * below.min(above) as f64 / ways.iter().sum::<u64>() as f64
}

/// The p value of the normal approximation with the correction for continuity, of samples without ties: the density
/// integrated by Simpson's rule, U counted pair by pair.
fn by_integration(first: &[f64], second: &[f64]) -> f64 {
    const STEPS: u32 = 1000;
    let pairs = first
        .iter()
        .flat_map(|a| second.iter().map(move |b| (a, b)));
    let u = pairs.filter(|(a, b)| a > b).count() as f64;
    let (n, m) = (first.len() as f64, second.len() as f64);
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    let distance = ((u - n * m / 2.0).abs() - 0.5) / deviation;
    let step = distance / f64::from(STEPS);
    let simpson = (0..=STEPS).map(|at| {
        let weight = match at {
            0 | STEPS => 1.0,
            odd if odd % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let x = step * f64::from(at);
        weight * (-x * x / 2.0).exp()
    });
    let middle = simpson.sum::<f64>() * step / 3.0 / (2.0 * std::f64::consts::PI).sqrt();
    1.0 - 2.0 * middle
}
