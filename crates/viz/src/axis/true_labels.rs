//! Tests that tick labels of any range are short, differ, and give their ticks' values.

use proptest::prelude::*;

use super::tests::labels;
use super::{Axis, Kind};
use crate::text;

/// The number that a label means.
fn read(label: &str) -> f64 {
    let digits = |text: &str| -> String {
        let ordinary = |c| crate::script::ordinary(c).map_or(c, |(plain, _)| plain);
        text.replace(',', "").chars().map(ordinary).collect::<String>().replace('−', "-")
    };
    let exponent = |text: &str| digits(text.strip_prefix("10").unwrap()).parse::<i32>().unwrap();
    let is_power = |text: &str| {
        text.strip_prefix("10").is_some_and(|e| e.starts_with(|c| !"0123456789.,".contains(c)))
    };
    let (sign, text) = label.strip_prefix('−').map_or(("", label), |rest| ("-", rest));
    let text = text.trim_start_matches('+');
    let number = match text.split_once('×') {
        Some((mantissa, power)) => format!("{sign}{}e{}", digits(mantissa), exponent(power)),
        None if is_power(text) => format!("{sign}1e{}", exponent(text)),
        None => format!("{sign}{}", digits(text)),
    };
    number.parse().unwrap_or_else(|_| panic!("{label:?} is no number"))
}

/// Asserts that labels are short, differ, and give their ticks' values.
fn assert_true(axis: &Axis, length: f64) {
    let mut ticks = axis.fitted_ticks(length, |label| text::width(label, 11.0) + 10.0);
    ticks.retain(|tick| !tick.label.is_empty());
    assert!(!ticks.is_empty(), "{axis:?}");
    if let Some(offset) = &axis.offset {
        let title = axis.title();
        assert!(title.ends_with(&format!("({})", offset.text)), "{title}");
        assert_eq!(read(&offset.text), offset.value, "{axis:?}");
    }
    let place = |v: f64| if axis.kind == Kind::Log { libm::log(v) } else { v };
    for (k, tick) in ticks.iter().enumerate() {
        let said = read(&tick.label) + axis.offset.as_ref().map_or(0.0, |offset| offset.value);
        let off = (place(said) - place(tick.value)).abs();
        for (other, before) in ticks.iter().enumerate().filter(|&(other, _)| other != k) {
            assert_ne!(tick.label, before.label, "{other} {axis:?}");
            let step = (place(before.value) - place(tick.value)).abs();
            assert!(off <= 0.01 * step, "{:?} at {} of {axis:?}", tick.label, tick.value);
        }
        let length = tick.label.trim_start_matches('−').chars().count();
        assert!(length <= 9, "{:?} of {axis:?}", tick.label);
    }
}

#[test]
fn labels_of_ranges_far_from_zero_differ_and_are_true() {
    for (lo, hi, first, title) in [
        (1_000_000.0, 1_005_000.0, "0", "t (+1,000,000)"),
        (100_000.0, 100_400.0, "100,000", "t"),
        (1_700_000_000.0, 1_700_003_600.0, "0", "t (+1.7×10⁹)"),
        (54_321.01, 54_321.02, "0.010", "t (+54,321)"),
        (0.999_999, 1.000_001, "−10⁻⁶", "t (+1)"),
        (-5.000_002, -5.000_001, "−2×10⁻⁶", "t (−5)"),
    ] {
        let axis = Axis::linear("t", lo, hi);
        assert_true(&axis, 600.0);
        assert_eq!((labels(&axis, 600.0)[0].as_str(), &*axis.title()), (first, title));
    }
    for (lo, hi) in [(10_000.0, 10_030.0), (1e-6, 1.004e-6), (999.999, 1000.001)] {
        assert_true(&Axis::log("t", lo, hi), 600.0);
    }
    assert_eq!(Axis::linear("", 1.7e9, 1.7e9 + 60.0).title(), "+1.7×10⁹");
    assert_true(&Axis::linear("t", 1e9, 1e9 + 1.0).ticks([1e9 + 0.25, 1e9 + 0.5]), 600.0);
}

#[test]
fn the_widest_the_smallest_and_the_largest_ranges_have_labels() {
    let (tiny, max) = (5e-324, f64::MAX);
    for (lo, hi) in
        [(-max, max), (1e308, 1.7e308), (-1.7e308, -1e308), (0.0, max), (max, max), (0.0, 1e-298)]
    {
        let axis = Axis::linear("t", lo, hi);
        assert_true(&axis, 600.0);
        assert!(axis.fraction(lo).unwrap() <= axis.fraction(hi).unwrap(), "{axis:?}");
    }
    for (lo, hi) in [(tiny, max), (1e-323, 1e308), (tiny, tiny), (1e308, 1.7e308), (max, max)] {
        assert_true(&Axis::log("t", lo, hi), 600.0);
    }
    // These ranges count as empty around 0.
    for (lo, hi) in [(0.0, tiny), (-tiny, tiny), (1e-310, 2e-310)] {
        assert_eq!(
            labels(&Axis::linear("t", lo, hi), 200.0),
            ["−0.4", "−0.2", "0.0", "0.2", "0.4"]
        );
    }
}

/// Multiples of 0.002 are too near each other for their labels, and the range has none of 0.005.
#[test]
fn a_short_axis_without_fitting_multiples_has_labels_at_its_outer_ticks() {
    let axis = Axis::linear("t", -225.625_041_459_776_24, -225.629_810_428_168_47);
    assert_true(&axis, 120.0);
    assert_eq!(labels(&axis, 120.0), ["−225.629", "−225.626"]);
    assert_eq!(labels(&axis, 90.0).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn labels_of_any_range_differ_and_are_true(
        mantissa in 1.0..10.0f64,
        magnitude in -30..30,
        narrower in 0.0..11.0f64,
        negative in any::<bool>(),
        length in 120.0..900.0,
    ) {
        let lo = mantissa * 10f64.powi(magnitude);
        let hi = lo + lo * libm::pow(10.0, 1.0 - narrower);
        let (a, b) = if negative { (-lo, -hi) } else { (lo, hi) };
        assert_true(&Axis::linear("t", a, b), length);
        assert_true(&Axis::linear("t", a, -b / 3.0), length);
        assert_true(&Axis::log("t", lo, hi), length);
        assert_true(&Axis::log("t", lo, lo * libm::pow(10.0, narrower)), length);
    }
}
