//! Candidates for the ticks of an axis, from dense to sparse; the axis takes the first that fits.

/// Multiples of 1·10ᵏ, 2·10ᵏ and 5·10ᵏ in the range, at most eight; then, for an axis too short for
/// the labels of all of these, the outer ones, and one alone.
pub(crate) fn linear(lo: f64, hi: f64) -> Vec<Vec<f64>> {
    let (lo, hi) = (lo.min(hi), lo.max(hi));
    let finest = libm::log10(hi / 8.0 - lo / 8.0).floor() as i32;
    let steps = (finest..=finest + 2).flat_map(|k| {
        // Dividing by a power of ten is exact where multiplying by 0.1 is not.
        [1.0, 2.0, 5.0].map(|m| if k < 0 { (m, 10f64.powi(-k)) } else { (m * 10f64.powi(k), 1.0) })
    });
    let multiples = |(m, divisor): (f64, f64)| {
        let step = m / divisor;
        let (first, last) = ((lo / step - 1e-9).ceil(), (hi / step + 1e-9).floor());
        let count = last - first + 1.0;
        // `+ 0.0` turns −0 into 0.
        let values = (0..count as i32).map(|i| (first + f64::from(i)) * m / divisor + 0.0);
        ((1.0..=8.0).contains(&count) && step.is_normal()).then(|| values.collect())
    };
    let mut candidates: Vec<Vec<f64>> = steps.filter_map(multiples).collect();
    if let Some(densest) = candidates.first().cloned() {
        candidates.push(vec![densest[0], densest[densest.len() - 1]]);
        candidates.push(vec![densest[densest.len() / 2]]);
    }
    candidates
}

/// For a range of at most one decade, linear candidates; for a short one 1, 2, 5 of each decade;
/// then powers of ten, ever further apart.
pub(crate) fn log(lo: f64, hi: f64) -> Vec<Vec<f64>> {
    let (lo, hi) = (lo.min(hi), lo.max(hi));
    let (first, last) = (libm::log10(lo).floor() as i32, libm::log10(hi).ceil() as i32);
    let mut candidates = if hi / lo < 10.0 { linear(lo, hi) } else { Vec::new() };
    if last - first <= 3 {
        candidates.push(
            (first..=last).flat_map(|k| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(k))).collect(),
        );
    }
    for stride in [1, 2, 3, 5, 10, 20, 50, 100, 200] {
        let start = first.div_euclid(stride) * stride;
        candidates.push((start..=last).step_by(stride as usize).map(|k| 10f64.powi(k)).collect());
    }
    candidates
}

/// 1 to 9 of each decade; none if there are more than nine decades.
pub(crate) fn log_minor(lo: f64, hi: f64) -> Vec<f64> {
    let (first, last) =
        (libm::log10(lo.min(hi)).floor() as i32, libm::log10(lo.max(hi)).ceil() as i32);
    if last - first > 8 {
        return Vec::new();
    }
    (first..=last).flat_map(|k| (1..10).map(move |m| f64::from(m) * 10f64.powi(k))).collect()
}
