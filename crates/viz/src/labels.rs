//! Numbers as labels of ticks: short, told apart, and true to the place where they stand.

/// How far a label may be from its number, in distances to the nearest other number.
const TOLERANCE: f64 = 0.005;
/// Characters of a label, the minus not counted.
const LONGEST: usize = 8;

/// What is left out of all labels of an axis, and stands in its title: `+1.7×10⁹`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offset {
    pub(crate) value: f64,
    pub(crate) text: String,
}

/// Labels of `values`, as short as they can be.
pub(crate) fn linear(values: &[f64]) -> Vec<String> {
    let exact = || tolerances(values).map(|(v, tolerance)| scientific(v, tolerance)).collect();
    short(values).unwrap_or_else(exact)
}

/// Labels of `values` on a log axis: powers of ten, or each with the decimals that it needs itself. Labels of narrow
/// ranges are those of a linear axis where these would be long.
pub(crate) fn log(values: &[f64]) -> Vec<String> {
    // The smallest matter as much as the largest, however far apart they are.
    let tolerances =
        || tolerances(values).map(|(v, tolerance)| (v, tolerance.min(TOLERANCE * v.abs())));
    let as_powers = || tolerances().map(|(v, tolerance)| scientific(v, tolerance));
    let labels: Vec<String> = if values.iter().any(|v| !(0.009..=1100.0).contains(v)) {
        as_powers().collect()
    } else {
        let own = |(v, tolerance)| Some(plain(v, decimals(v, tolerance)?));
        tolerances().map(own).collect::<Option<_>>().unwrap_or_else(|| as_powers().collect())
    };
    if labels.iter().all(|label| fits(label)) || !is_narrow(values) {
        labels
    } else {
        linear(values)
    }
}

/// Whether all numbers are of one order of magnitude.
pub(crate) fn is_narrow(values: &[f64]) -> bool {
    let magnitudes = || values.iter().map(|v| v.abs());
    magnitudes().fold(0.0, f64::max) < 10.0 * magnitudes().fold(f64::INFINITY, f64::min)
}

/// What an axis with ticks as dense as `values` leaves out of its labels: a round number near them, where their
/// labels would not be short.
pub(crate) fn offset(values: &[f64]) -> Option<Offset> {
    let lo = values.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if short(values).is_some() || lo * hi <= 0.0 || lo == hi {
        return None;
    }
    let near = roundest(lo.abs().min(hi.abs()), lo.abs().max(hi.abs()))?;
    let value = near.copysign(lo);
    short(&without(values, value))?;
    let plainly = (1e-3..1e7).contains(&near);
    let text = if plainly { grouped(&near.to_string()) } else { power(&format!("{near:e}")) };
    Some(Offset { value, text: format!("{}{text}", if value < 0.0 { '−' } else { '+' }) })
}

/// `values` less `offset`.
pub(crate) fn without(values: &[f64], offset: f64) -> Vec<f64> {
    let differences = tolerances(values).map(|(v, tolerance)| {
        let difference = v - offset;
        // What is left of rounding would be written as a number of its own.
        if difference.abs() <= tolerance { 0.0 } else { difference }
    });
    differences.collect()
}

/// The number of the fewest digits between `lo` and `hi`, or so little below them that what is left of them is still
/// as short.
fn roundest(lo: f64, hi: f64) -> Option<f64> {
    let least = lo - 1.5 * (hi - lo);
    let largest = hi.log10().floor() as i32;
    (largest - 17..=largest).rev().find_map(|exponent| {
        let unit = 10f64.powi(exponent);
        let below = (lo / unit).floor();
        let digits = if below > 0.0 && below * unit >= least { below } else { (lo / unit).ceil() };
        // The nearest number to what is read, which a product may miss.
        let number: f64 = format!("{digits}e{exponent}").parse().ok()?;
        (digits > 0.0 && (least..=hi).contains(&number)).then_some(number)
    })
}

/// The numbers with as many decimals as tell them apart, or as multiples of powers of ten; `None` where either would
/// be long.
fn short(values: &[f64]) -> Option<Vec<String>> {
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let plainly = || -> Option<Vec<String>> {
        let each: Option<Vec<usize>> = tolerances(values).map(|(v, t)| decimals(v, t)).collect();
        let digits = each?.into_iter().max().unwrap_or(0);
        let labels: Vec<String> = values.iter().map(|&v| plain(v, digits)).collect();
        labels.iter().all(|label| fits(label)).then_some(labels)
    };
    let as_powers = || -> Option<Vec<String>> {
        let labels = tolerances(values).map(|(v, tolerance)| scientific(v, tolerance));
        let labels: Vec<String> = labels.collect();
        labels.iter().all(|label| fits(label)).then_some(labels)
    };
    match largest {
        0.0 => plainly(),
        1e-3..1e5 => plainly().or_else(as_powers),
        1e5.. => as_powers().or_else(plainly),
        _ => as_powers(),
    }
}

/// Whether a label is short. One decimal before a power of ten always is: digits of exponents are small.
fn fits(label: &str) -> bool {
    let label = label.trim_start_matches('−');
    let mantissa = label.find('×').map(|at| label[..at].len());
    label.chars().count() <= LONGEST || mantissa.is_some_and(|length| length <= 3)
}

/// Each number with how far its label may be from it.
fn tolerances(values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    let nearest = move |v: f64| {
        let others = values.iter().map(move |other| (other - v).abs()).filter(|&d| d > 0.0);
        others.fold(f64::INFINITY, f64::min)
    };
    values.iter().map(move |&v| {
        let distance = nearest(v);
        (v, TOLERANCE * if distance.is_finite() { distance } else { v.abs() * 1e-4 })
    })
}

/// The fewest decimals that are true to `value`, up to six.
fn decimals(value: f64, tolerance: f64) -> Option<usize> {
    (0..=6).find(|digits| is_near(&format!("{value:.digits$}"), value, tolerance))
}

/// `value` as `m×10ᵏ`, with the fewest digits that are true to it.
fn scientific(value: f64, tolerance: f64) -> String {
    if value.abs() <= tolerance {
        return "0".to_owned();
    }
    let with = |digits: usize| format!("{value:.digits$e}");
    let digits = (0..17).find(|&digits| is_near(&with(digits), value, tolerance));
    power(&with(digits.unwrap_or(17)))
}

fn is_near(text: &str, value: f64, tolerance: f64) -> bool {
    // A number's own rounding is no fault of its label.
    let tolerance = tolerance.max(f64::EPSILON * value.abs());
    text.parse::<f64>().is_ok_and(|read| (read - value).abs() <= tolerance)
}

fn plain(value: f64, digits: usize) -> String {
    let label = grouped(&format!("{value:.digits$}"));
    // What rounds to zero has no sign.
    let zero = label.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if zero { label.replace('-', "") } else { minus(&label) }
}

/// `1.5e-3` as `1.5×10⁻³` in superscript digits, the mantissa left out where it is 1.
fn power(number: &str) -> String {
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let exponent: String = exponent.chars().map(superscript).collect();
    match mantissa {
        "1" => format!("10{exponent}"),
        "-1" => format!("−10{exponent}"),
        _ => minus(&format!("{mantissa}×10{exponent}")),
    }
}

/// Numbers of five and more digits before the point with a comma before every three.
fn grouped(number: &str) -> String {
    let end = number.find('.').unwrap_or(number.len());
    let (whole, rest) = number.split_at(end);
    let (sign, digits) = whole.split_at(whole.len() - whole.trim_start_matches('-').len());
    if digits.len() < 5 {
        return number.to_owned();
    }
    let comma = |k: usize| k > 0 && (digits.len() - k).is_multiple_of(3);
    let separated: String = digits
        .char_indices()
        .flat_map(|(k, c)| comma(k).then_some(',').into_iter().chain([c]))
        .collect();
    format!("{sign}{separated}{rest}")
}

fn minus(number: &str) -> String {
    number.replace('-', "−")
}

fn superscript(digit: char) -> char {
    match digit {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '-' => '⁻',
        '0'..='9' => char::from_u32(0x2070 + digit as u32 - 0x30).unwrap_or(digit),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_print() {
        assert_eq!(linear(&[0.0, 0.25, 0.5]), ["0.00", "0.25", "0.50"]);
        assert_eq!(linear(&[-10.0, 0.0]), ["−10", "0"]);
        assert_eq!(linear(&[0.0, 2e-5]), ["0", "2×10⁻⁵"]);
        assert_eq!(linear(&[0.0, 2000.0]), ["0", "2000"]);
        assert_eq!(linear(&[0.0, -20000.0]), ["0", "−20,000"]);
        assert_eq!(linear(&[0.0, 150_000.0]), ["0", "1.5×10⁵"]);
        assert_eq!(linear(&[100_100.0, 100_200.0]), ["100,100", "100,200"]);
        assert_eq!(linear(&[-1e17]), ["−10¹⁷"]);
        assert_eq!(log(&[1e-300, 1e-8, 1.0]), ["10⁻³⁰⁰", "10⁻⁸", "10⁰"]);
        assert_eq!(log(&[0.01, 0.1, 1.0]), ["0.01", "0.1", "1"]);
        assert_eq!(grouped("-1234567.5"), "-1,234,567.5");
        assert!(linear(&[]).is_empty());
    }

    #[test]
    fn what_is_left_out_is_round_and_near() {
        let text = |values: &[f64]| offset(values).map(|offset| offset.text);
        assert_eq!(text(&[1.7e9, 1.7e9 + 3600.0]).as_deref(), Some("+1.7×10⁹"));
        assert_eq!(text(&[-1.7e9, -1.7e9 - 3600.0]).as_deref(), Some("−1.7×10⁹"));
        assert_eq!(text(&[1_732_890_500.0, 1_732_893_500.0]).as_deref(), Some("+1.73289×10⁹"));
        assert_eq!(text(&[54321.01, 54321.015, 54321.02]).as_deref(), Some("+54,321"));
        assert_eq!(text(&[0.9999995, 1.0, 1.0000005]).as_deref(), Some("+1"));
        assert_eq!(text(&[0.0, 0.5, 1.0]), None);
        assert_eq!(text(&[-1e-9, 1e9]), None);
    }
}
