//! eˣ, eˣ − 1 and tanh x: the same bits on every machine, and in vector registers.
//!
//! The C library's functions differ between systems in the last digit, and take one number at a
//! time. These are additions, multiplications and divisions without branches, so that the compiler
//! vectorises a loop that calls them. Without fused multiply-adds: processors without them must
//! agree, too. `f32` is computed in `f64` and rounded once, which is off by no more than 0.5001
//! units in the last place (ulp).

use crate::scalar::Scalar;

/// eˣ, within 1 ulp. Inline it into [`with_wide_registers`](crate::with_wide_registers()), and a
/// loop computes a register at a time.
///
/// # Example
/// ```
/// assert_eq!(kernels::exp(0.0_f32), 1.0);
/// assert_eq!(kernels::exp(-1000.0_f64), 0.0);
/// ```
#[inline(always)]
pub fn exp<T: Scalar>(x: T) -> T {
    // Beyond these, the result is 0 or ∞. NaN stays NaN.
    let (k, half, growth) = reduced(clamp(x.f64(), -746.0, 710.0));
    // In two steps: the factor itself may be too large for an f64, or too small.
    T::of((1.0 + growth) * power_of_2(half) * power_of_2(k - half))
}

/// eˣ − 1, within 2 ulp also near 0.
///
/// # Example
/// ```
/// assert_eq!(kernels::exp_m1(1e-20_f64), 1e-20);
/// ```
#[inline(always)]
pub fn exp_m1<T: Scalar>(x: T) -> T {
    // Below −40, the result is −1.
    let (k, half, growth) = reduced(clamp(x.f64(), -40.0, 710.0));
    T::of(less_1(power_of_2(half) * power_of_2(k - half - 1.0), growth))
}

/// tanh x, within 3 ulp also near 0.
///
/// # Example
/// ```
/// assert_eq!(kernels::tanh(-100.0_f32), -1.0);
/// ```
#[inline(always)]
pub fn tanh<T: Scalar>(x: T) -> T {
    let x = x.f64();
    // From 22 on, the result is 1.
    let (k, _, growth) = reduced(clamp(2.0 * x.abs(), 0.0, 44.0));
    // e²ˣ − 1. As exp_m1, but in fewer steps: 2ᵏ is not too large for an f64, and with more the
    // compiler does not inline a loop over f32 into wide registers.
    let twice = less_1(power_of_2(k - 1.0), growth);
    T::of((twice / (twice + 2.0)).copysign(x))
}

/// `x` within the bounds; NaN stays NaN.
#[inline(always)]
fn clamp(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// Adding and subtracting it rounds to a whole number, which then stands in the last bits.
const ROUND: f64 = 1.5 * (1_u64 << 52) as f64;

/// 2ᵏ for a whole number −1023 < k < 1024.
#[inline(always)]
fn power_of_2(k: f64) -> f64 {
    f64::from_bits(((k + ROUND).to_bits() << 52).wrapping_add(1023 << 52))
}

/// 2ᵏ·(1 + growth) − 1, given half of 2ᵏ, which may be too large by itself.
#[inline(always)]
fn less_1(half: f64, growth: f64) -> f64 {
    2.0 * (half * growth + (half - 0.5))
}

/// k, ½·k rounded, and eʳ − 1, where x = k·ln 2 + r with a whole number k and |r| ≤ ½·ln 2.
#[inline(always)]
fn reduced(x: f64) -> (f64, f64, f64) {
    /// ln 2 in two parts: k times the first, of 42 bits, is exact.
    const LN_2: [f64; 2] = [6.93147180369123816490e-01, 1.90821492927058770002e-10];
    let k = x * std::f64::consts::LOG2_E + ROUND - ROUND;
    let r = x - k * LN_2[0] - k * LN_2[1];
    let half = 0.5 * k + ROUND - ROUND;
    // Taylor's series, whose next term is 0.02 ulp. r is added last: it has most of the digits.
    let sum = COEFFICIENTS.iter().rev().fold(0.0, |sum, coefficient| sum * r + coefficient);
    (k, half, r + r * r * sum)
}

/// 1/2!, 1/3!, … 1/13!
const COEFFICIENTS: [f64; 12] = {
    let mut coefficients = [0.5; 12];
    let mut k = 1;
    // The factorials are exact.
    let mut factorial = 2.0;
    while k < 12 {
        factorial *= (k + 2) as f64;
        coefficients[k] = 1.0 / factorial;
        k += 1;
    }
    coefficients
};

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;
    use crate::with_wide_registers;

    /// Rows of `goldens/elementary.csv` from `docs/reference/elementary.py`: x, then for each
    /// function the nearest f64 and what it lacks.
    fn goldens() -> impl Iterator<Item = (f64, [[f64; 2]; 3])> {
        include_str!("goldens/elementary.csv").lines().skip(1).map(|line| {
            let numbers: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            (numbers[0], std::array::from_fn(|f| [numbers[2 * f + 1], numbers[2 * f + 2]]))
        })
    }

    /// The spacing of the numbers of f64 at x.
    fn ulp(x: f64) -> f64 {
        (x.abs().next_up() - x.abs()).min(x.abs() - x.abs().next_down())
    }

    #[test]
    fn errors_in_f64_are_as_stated() {
        let mut worst = [(0.0, 0.0); 3];
        for (x, exact) in goldens() {
            for (f, got) in [exp(x), exp_m1(x), tanh(x)].into_iter().enumerate() {
                let [nearest, rest] = exact[f];
                let error = ((got - nearest) - rest).abs() / ulp(nearest);
                let error = if got == nearest && error.is_nan() { 0.0 } else { error };
                if error > worst[f].0 {
                    worst[f] = (error, x);
                }
            }
        }
        let within = worst.iter().zip([1.0, 2.0, 3.0]).all(|((error, _), most)| *error <= most);
        assert!(within, "(ulp, x): {worst:?}");
    }

    #[test]
    fn f32_is_rounded_from_f64() {
        let mut points = 0;
        for (x, exact) in goldens().filter(|(x, _)| f64::from(*x as f32) == *x) {
            let x = x as f32;
            let got = [exp(x), exp_m1(x), tanh(x)];
            assert_eq!(got, exact.map(|[nearest, _]| nearest as f32), "{x}");
            points += 1;
        }
        assert!(points > 400, "{points}");
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!([exp(f64::INFINITY), exp(f64::NEG_INFINITY)], [f64::INFINITY, 0.0]);
        assert_eq!([exp_m1(f64::INFINITY), exp_m1(f64::NEG_INFINITY)], [f64::INFINITY, -1.0]);
        assert_eq!([tanh(f64::INFINITY), tanh(f64::NEG_INFINITY)], [1.0, -1.0]);
        assert!(exp(f64::NAN).is_nan() && exp_m1(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
        assert_eq!(tanh(-0.0_f64).to_bits(), (-0.0_f64).to_bits());
        assert_eq!([exp(709.79_f64), exp(88.73_f32).f64()], [f64::INFINITY; 2]);
        assert_eq!(exp(-745.1_f64), f64::from_bits(1));
        assert_eq!([exp(f64::MAX), exp(f64::MIN)], [f64::INFINITY, 0.0]);
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        fn compare<T: Scalar>(x: &[T]) {
            let mut y = [x.to_vec(), x.to_vec(), x.to_vec()];
            with_wide_registers(|| {
                y[0].iter_mut().for_each(|y| *y = exp(*y));
                y[1].iter_mut().for_each(|y| *y = exp_m1(*y));
                y[2].iter_mut().for_each(|y| *y = tanh(*y));
            });
            for (i, &x) in x.iter().enumerate() {
                let one = black_box([exp(x), exp_m1(x), tanh(x)]);
                let same = |f: usize| one[f] == y[f][i] || one[f].is_nan() && y[f][i].is_nan();
                assert!((0..3).all(same), "{x}");
            }
        }
        let x: Vec<f64> = goldens().map(|(x, _)| x).chain([f64::NAN, 1e308, -1e308]).collect();
        compare(&x);
        compare(&x.iter().map(|&x| x as f32).collect::<Vec<_>>());
    }
}
