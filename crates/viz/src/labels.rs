//! Numbers as tick labels: short, distinct, and close to the ticks' values.

/// Largest error of a label, in distances to the nearest other number.
const TOLERANCE: f64 = 0.005;
/// Most characters of a short label, the minus not counted.
const LONGEST: usize = 8;

/// What all labels of an axis are relative to, with its text in the axis title: `+1.7×10⁹`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offset {
    pub(crate) value: f64,
    pub(crate) text: String,
}

/// Labels of `values` on a linear axis.
pub(crate) fn linear(values: &[f64]) -> Vec<String> {
    short(values).unwrap_or_else(|| tolerances(values).map(scientific).collect())
}

/// Labels of `values` on a log axis: each with the decimals that it needs, or as a multiple of a
/// power of ten. Where such labels would be long in a narrow range, they are those of a linear
/// axis.
pub(crate) fn log(values: &[f64]) -> Vec<String> {
    // The smallest numbers matter as much as the largest, however far apart they are.
    let tolerances =
        || tolerances(values).map(|(v, tolerance)| (v, tolerance.min(TOLERANCE * v.abs())));
    let plainly = || tolerances().map(|(v, t)| Some(plain(v, decimals((v, t))?))).collect();
    let labels: Vec<String> = (values.iter().all(|v| (0.009..=1100.0).contains(v)))
        .then(plainly)
        .flatten()
        .unwrap_or_else(|| tolerances().map(scientific).collect());
    if is_narrow(values) && !labels.iter().all(|label| fits(label)) {
        linear(values)
    } else {
        labels
    }
}

/// Whether all numbers are of one order of magnitude.
pub(crate) fn is_narrow(values: &[f64]) -> bool {
    let magnitudes = || values.iter().map(|v| v.abs());
    magnitudes().fold(0.0, f64::max) < 10.0 * magnitudes().fold(f64::INFINITY, f64::min)
}

/// The offset of an axis with ticks at `values`: a round number near them, if their own labels
/// would not be short.
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
        // The label of a rounding error would look like a number.
        if difference.abs() <= tolerance { 0.0 } else { difference }
    });
    differences.collect()
}

/// The roundest number (a multiple of the highest power of ten) from `lo` − 1.5·(`hi` − `lo`) to
/// `hi`: so near that differences from it have short labels.
fn roundest(lo: f64, hi: f64) -> Option<f64> {
    let least = lo - 1.5 * (hi - lo);
    let largest = libm::log10(hi).floor() as i32;
    (largest - 17..=largest).rev().find_map(|exponent| {
        let unit = 10f64.powi(exponent);
        let below = (lo / unit).floor();
        let digits = if below > 0.0 && below * unit >= least { below } else { (lo / unit).ceil() };
        // Parsing gives the number nearest to the decimal text, which a product may miss.
        let number: f64 = format!("{digits}e{exponent}").parse().ok()?;
        (digits > 0.0 && (least..=hi).contains(&number)).then_some(number)
    })
}

/// The numbers with as many decimals as tell them apart, or as multiples of powers of ten; `None`
/// if labels of both kinds would be long.
fn short(values: &[f64]) -> Option<Vec<String>> {
    let if_short = |labels: Vec<String>| labels.iter().all(|label| fits(label)).then_some(labels);
    let plainly = || {
        let digits =
            tolerances(values).try_fold(0, |most, number| Some(decimals(number)?.max(most)))?;
        if_short(values.iter().map(|&v| plain(v, digits)).collect())
    };
    let as_powers = || if_short(tolerances(values).map(scientific).collect());
    match values.iter().fold(0.0_f64, |largest, v| largest.max(v.abs())) {
        0.0 => plainly(),
        1e-3..1e5 => plainly().or_else(as_powers),
        1e5.. => as_powers().or_else(plainly),
        _ => as_powers(),
    }
}

/// Whether a label is short. One with a single decimal before its power of ten always is, since the
/// digits of exponents are small.
fn fits(label: &str) -> bool {
    let label = label.trim_start_matches('−');
    let mantissa = label.find('×').map(|at| label[..at].len());
    label.chars().count() <= LONGEST || mantissa.is_some_and(|length| length <= 3)
}

/// Each number with the largest error that its label may have.
fn tolerances(values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    values.iter().map(move |&v| {
        let distances = values.iter().map(|other| (other - v).abs()).filter(|&d| d > 0.0);
        let nearest = distances.fold(f64::INFINITY, f64::min);
        (v, TOLERANCE * if nearest.is_finite() { nearest } else { v.abs() * 1e-4 })
    })
}

/// The fewest decimals, up to six, that represent a number within its tolerance.
fn decimals((value, tolerance): (f64, f64)) -> Option<usize> {
    (0..=6).find(|digits| is_near(&format!("{value:.digits$}"), value, tolerance))
}

/// A number as `m×10ᵏ`, with the fewest digits that represent it within its tolerance.
fn scientific((value, tolerance): (f64, f64)) -> String {
    if value.abs() <= tolerance {
        return "0".to_owned();
    }
    let with = |digits: usize| format!("{value:.digits$e}");
    let digits = (0..17).find(|&digits| is_near(&with(digits), value, tolerance));
    power(&with(digits.unwrap_or(17)))
}

fn is_near(text: &str, value: f64, tolerance: f64) -> bool {
    // A label cannot be nearer to its number than `f64` is.
    let tolerance = tolerance.max(f64::EPSILON * value.abs());
    text.parse::<f64>().is_ok_and(|read| (read - value).abs() <= tolerance)
}

fn plain(value: f64, digits: usize) -> String {
    let label = grouped(&format!("{value:.digits$}"));
    // A number that rounds to zero has no sign.
    let zero = label.chars().all(|c| matches!(c, '-' | '0' | '.'));
    label.replace('-', if zero { "" } else { "−" })
}

/// `1.5e-3` as `1.5×10⁻³` in superscript digits, without a mantissa of 1.
fn power(number: &str) -> String {
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let exponent: String = exponent.chars().map(superscript).collect();
    let factor = match mantissa {
        "1" => String::new(),
        "-1" => "-".to_owned(),
        _ => format!("{mantissa}×"),
    };
    format!("{factor}10{exponent}").replace('-', "−")
}

/// Numbers of five and more digits before the point with a comma before every three.
fn grouped(number: &str) -> String {
    let mut grouped = number.to_owned();
    let start = usize::from(number.starts_with('-'));
    let end = number.find('.').unwrap_or(number.len());
    if end - start >= 5 {
        for at in (start + 1..end).rev().filter(|at| (end - at).is_multiple_of(3)) {
            grouped.insert(at, ',');
        }
    }
    grouped
}

/// The superscript of a digit or a minus.
fn superscript(c: char) -> char {
    c.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize)).unwrap_or('⁻')
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
    fn offsets_are_round_and_near() {
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
