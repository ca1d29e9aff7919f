//! Logarithm, exponential and the normal distribution.
//!
//! Tables in CSV show geometric means to the last digit, so logarithm and exponential are not
//! the platform's but one fixed sequence of operations, the same everywhere.

use std::f64::consts::{LOG2_E, PI, SQRT_2};

/// The natural logarithm: `libm`'s, which is the one of the C library of FreeBSD.
pub(super) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The exponential function.
///
/// After N. Shibata, "Efficient evaluation methods of elementary functions suitable for SIMD
/// computation", 2010: with `x = k ln 2 + r`, a Taylor polynomial gives `exp(r/16) - 1`, four
/// doublings of the angle `y -> (y + 2) y` give `exp(r) - 1`, and the exponent gets `k`.
pub(super) fn exp(x: f64) -> f64 {
    /// ln 2 in two parts; multiples of the first by a small integer are exact.
    const LN_2_HIGH: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
    const LN_2_LOW: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
    /// Below and above, the result is zero or infinite.
    const RANGE: std::ops::RangeInclusive<f64> = -708.39..=709.78;
    if !RANGE.contains(&x) {
        return x.exp();
    }
    let power = (x * LOG2_E).round_ties_even();
    let rest = (-power).mul_add(LN_2_LOW, (-power).mul_add(LN_2_HIGH, x)) * 0.0625;
    // 1/8!, 1/7! ... 1/1!
    let mut sum = 1.0 / 40320.0;
    for coefficient in [
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
    ] {
        sum = f64::mul_add(sum, rest, coefficient);
    }
    let mut less_one = sum * rest;
    for _ in 0..3 {
        less_one *= less_one + 2.0;
    }
    (less_one + 2.0).mul_add(less_one, 1.0) * 2_f64.powi(power as i32)
}

/// The probability that a standard normal variable is at most `z`.
pub(super) fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z / SQRT_2) / 2.0
}

/// The value that a standard normal variable stays below with probability `p`.
///
/// P. J. Acklam's rational approximation, "An algorithm for computing the inverse normal
/// cumulative distribution function", 2003, with his refinement by one step of Halley's method.
pub(super) fn normal_quantile(p: f64) -> f64 {
    const CENTRE: ([f64; 6], [f64; 6]) = (
        [
            -3.969_683_028_665_376e1,
            2.209_460_984_245_205e2,
            -2.759_285_104_469_687e2,
            1.383_577_518_672_69e2,
            -3.066_479_806_614_716e1,
            2.506_628_277_459_239,
        ],
        [
            -5.447_609_879_822_406e1,
            1.615_858_368_580_409e2,
            -1.556_989_798_598_866e2,
            6.680_131_188_771_972e1,
            -1.328_068_155_288_572e1,
            1.0,
        ],
    );
    const TAIL: ([f64; 6], [f64; 5]) = (
        [
            -7.784_894_002_430_293e-3,
            -3.223_964_580_411_365e-1,
            -2.400_758_277_161_838,
            -2.549_732_539_343_734,
            4.374_664_141_464_968,
            2.938_163_982_698_783,
        ],
        [
            7.784_695_709_041_462e-3,
            3.224_671_290_700_398e-1,
            2.445_134_137_142_996,
            3.754_408_661_907_416,
            1.0,
        ],
    );
    /// Where Acklam changes from the centre to the tails.
    const TAIL_BELOW: f64 = 0.02425;
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let polynomial =
        |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |p: f64| {
        let q = (-2.0 * ln(p)).sqrt();
        polynomial(&TAIL.0, q) / polynomial(&TAIL.1, q)
    };
    let x = if p < TAIL_BELOW {
        tail(p)
    } else if p > 1.0 - TAIL_BELOW {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        let r = q * q;
        polynomial(&CENTRE.0, r) * q / polynomial(&CENTRE.1, r)
    };
    let error = 0.5 * libm::erfc(-x / SQRT_2) - p;
    let step = error * (2.0 * PI).sqrt() * exp(x * x / 2.0);
    x - step / (1.0 + x * step / 2.0)
}

/// The number of ways to choose `k` of `n`, to about 13 digits, exact up to `n` = 20.
///
/// Beyond 20 it goes through the gamma function, as the reference implementation does: that
/// the coefficients of `k` and `n - k` may then differ in their last digits decides which side
/// an interval of 21 to 30 values leans to.
pub(super) fn choose(n: usize, k: usize) -> f64 {
    const EXACT: usize = 20;
    if k == 0 || k == n {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    if n <= EXACT {
        let product =
            |range: std::ops::RangeInclusive<usize>| range.map(|i| i as u64).product::<u64>();
        return (product(n - k + 1..=n) / product(1..=k)) as f64;
    }
    let ln_factorial = |n: usize| libm::lgamma((n + 1) as f64);
    exp(ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_and_logarithm_agree_with_the_platform() {
        for i in -7000..7000 {
            let x = f64::from(i) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-14, "exp({x})");
            let y = x.exp();
            assert!(
                (ln(y) - y.ln()).abs() <= 1e-15 * x.abs().max(1.0),
                "ln({y})"
            );
        }
    }

    #[test]
    fn ln_2_is_split_without_loss() {
        assert!((exp(std::f64::consts::LN_2) - 2.0).abs() < 1e-15);
    }

    #[test]
    fn quantile_inverts_the_distribution() {
        for i in 1..1000 {
            let p = f64::from(i) / 1000.0;
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-14, "{p}");
        }
        // Abramowitz and Stegun, table 26.5.
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
    }

    #[test]
    fn choose_agrees_with_pascals_triangle() {
        let mut row = vec![1.0_f64];
        for n in 1..=60 {
            row = (0..=n)
                .map(|k| {
                    let left = if k > 0 { row[k - 1] } else { 0.0 };
                    left + row.get(k).copied().unwrap_or(0.0)
                })
                .collect();
            for (k, &exact) in row.iter().enumerate() {
                assert!((choose(n, k) / exact - 1.0).abs() < 1e-12, "{n} over {k}");
            }
        }
    }
}
