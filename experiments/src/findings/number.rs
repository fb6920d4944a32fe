//! Numbers as people read them.

/// Three significant digits without trailing zeros; powers of ten below 10⁻⁴ and from 10⁶ on.
///
/// ```
/// use experiments::findings::significant;
///
/// assert_eq!([1.0, 0.541169, 0.0001].map(significant), ["1", "0.541", "0.0001"]);
/// assert_eq!([3.93e-7, 1e-6, 1.2e-8].map(significant), ["3.93e-7", "1e-6", "1.2e-8"]);
/// assert_eq!([999_999.0, 1e6, -3.4e38].map(significant), ["999999", "1e6", "-3.4e38"]);
/// assert_eq!(significant(f64::NAN), "NaN");
/// ```
pub fn significant(x: f64) -> String {
    if !x.is_finite() || x == 0.0 {
        return x.to_string();
    }
    if !(1e-4..1e6).contains(&x.abs()) {
        let text = format!("{x:.2e}");
        return text.replacen("0e", "e", 1).replacen(".0e", "e", 1);
    }
    let digits = (2 - libm::log10(x.abs()).floor() as i32).max(0) as usize;
    let text = format!("{x:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
