//! Axes: a label, a range, and ticks that fit the space.

use std::borrow::Cow;

use crate::labels::{self, Offset};
use crate::ticks;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Linear,
    Log,
}

/// A horizontal or vertical axis: label, range and ticks.
///
/// A range that cannot be drawn is replaced rather than refused, since it usually comes from data:
/// one with a NaN or infinite bound becomes 0…1 (log: 1…10), an empty one is widened around its value,
/// and the lower bound of a log axis that is not positive becomes a thousandth of the upper one. Bounds less than
/// 10⁻³⁰⁰ apart count as equal, and those of a log axis are at least 10⁻³⁰⁰: smaller numbers have few digits.
/// A lower bound above the upper one draws the axis reversed.
///
/// Ticks are multiples of 1, 2 or 5·10ᵏ, on a log axis powers of ten, as dense as their labels
/// allow; [`Axis::ticks`] replaces them. Where labels of the numbers themselves would be long, as those of a minute of
/// Unix time, they leave out a round number, which then stands in the title: `time (+1.7×10⁹)`.
///
/// Panels of one row whose y axes are equal, and panels of one column whose x axes are equal, share
/// their tick labels.
///
/// ```
/// use viz::Axis;
/// let epochs = Axis::linear("epoch", 0.0, 19.0);
/// let rates = Axis::log("learning rate", 1e-6, 1e-2).ticks([1e-6, 1e-4, 1e-2]);
/// assert_ne!(epochs, rates);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub(crate) label: String,
    kind: Kind,
    lo: f64,
    hi: f64,
    ticks: Option<Vec<Tick>>,
    offset: Option<Offset>,
    pub(crate) categorical: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    /// Empty for a minor tick.
    pub(crate) label: String,
}

/// Far enough from numbers that `f64` holds with fewer digits.
const TINY: f64 = 1e-300;

/// The part of a value below which a range around it counts as empty: ticks in a narrower one would be off their
/// places by what `f64` rounds.
const EMPTY: f64 = 1e-12;

impl Axis {
    fn new(label: String, kind: Kind, (lo, hi): (f64, f64)) -> Self {
        let mut axis = Self { label, kind, lo, hi, ticks: None, offset: None, categorical: false };
        // The densest ticks need the longest labels.
        axis.offset = ticks::linear(lo, hi).first().and_then(|densest| axis.offset_of(densest));
        axis
    }

    fn offset_of(&self, ticks: &[f64]) -> Option<Offset> {
        let near = self.kind == Kind::Linear || labels::is_narrow(&[self.lo, self.hi]);
        near.then(|| labels::offset(ticks)).flatten()
    }

    /// A linear axis from `lo` to `hi`.
    pub fn linear(label: impl Into<String>, lo: f64, hi: f64) -> Self {
        let (mut lo, mut hi) = if lo.is_finite() && hi.is_finite() { (lo, hi) } else { (0.0, 1.0) };
        if (hi - lo).abs() <= TINY.max(EMPTY * lo.abs().max(hi.abs())) {
            let widen = if lo.abs() <= TINY { 0.5 } else { lo.abs() * 0.1 };
            (lo, hi) = ((lo - widen).max(f64::MIN), (hi + widen).min(f64::MAX));
        }
        Self::new(label.into(), Kind::Linear, (lo, hi))
    }

    /// A logarithmic axis from `lo` to `hi`, both positive.
    pub fn log(label: impl Into<String>, lo: f64, hi: f64) -> Self {
        let (mut lo, mut hi) = if lo.is_finite() && hi.is_finite() && lo.max(hi) > 0.0 {
            (lo, hi)
        } else {
            (1.0, 10.0)
        };
        let floor = lo.max(hi) * 1e-3;
        let positive = |v: f64| if v > 0.0 { v } else { floor }.max(TINY);
        (lo, hi) = (positive(lo), positive(hi));
        if (hi.ln() - lo.ln()).abs() < 1e-9 {
            (lo, hi) = (lo / 10.0, (hi * 10.0).min(f64::MAX));
        }
        Self::new(label.into(), Kind::Log, (lo, hi))
    }

    /// A linear axis around the finite ones of `values`, with 4 % of air on both sides.
    ///
    /// ```
    /// use viz::Axis;
    /// let axis = Axis::fitting("loss", [0.5, f64::NAN, 1.5]);
    /// assert_eq!(axis, Axis::linear("loss", 0.46, 1.54));
    /// ```
    pub fn fitting(label: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let (lo, hi) = values
            .into_iter()
            .filter(|v| v.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        let air = 0.08 * (hi / 2.0 - lo / 2.0);
        Self::linear(label, (lo - air).max(f64::MIN), (hi + air).min(f64::MAX))
    }

    /// An axis of named places: the k-th of `names` stands at k, the first at the top of a y axis
    /// and at the left of an x axis is 0. There are no grid lines across.
    ///
    /// ```
    /// use viz::Axis;
    /// let hyperparameters = Axis::categories(["learning rate", "weight decay"]);
    /// ```
    pub fn categories<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let ticks: Vec<Tick> = names
            .into_iter()
            .enumerate()
            .map(|(k, name)| Tick { value: k as f64, label: name.into() })
            .collect();
        let mut axis = Self::linear("", -0.5, ticks.len().max(1) as f64 - 0.5);
        axis.ticks = Some(ticks);
        axis.categorical = true;
        axis
    }

    /// The axis with another label.
    ///
    /// ```
    /// use viz::Axis;
    /// let activations = Axis::categories(["relu", "tanh"]).labelled("activation");
    /// ```
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Ticks at exactly `values`; those outside the range are not drawn.
    #[must_use]
    pub fn ticks(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        self.offset = self.offset_of(&values);
        let labels = self.labels(&values);
        self.ticks = Some(
            values.into_iter().zip(labels).map(|(value, label)| Tick { value, label }).collect(),
        );
        self
    }

    /// What stands beside the axis: its label, and what the labels of its ticks leave out.
    pub(crate) fn title(&self) -> Cow<'_, str> {
        match &self.offset {
            None => Cow::Borrowed(&self.label),
            Some(offset) if self.label.is_empty() => Cow::Borrowed(&offset.text),
            Some(offset) => Cow::Owned(format!("{} ({})", self.label, offset.text)),
        }
    }

    /// The label, and the names of categories.
    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let categorical = self.categorical;
        let ticks = self.ticks.iter_mut().flatten().filter(|_| categorical);
        std::iter::once(&mut self.label).chain(ticks.map(|tick| &mut tick.label)).collect()
    }

    /// The axis with its direction turned round.
    pub(crate) fn reversed(&self) -> Self {
        Self { lo: self.hi, hi: self.lo, ..self.clone() }
    }

    pub(crate) fn range(&self) -> (f64, f64) {
        (self.lo, self.hi)
    }

    /// Where `value` lies: 0 at the lower bound, 1 at the upper, possibly beyond; `None` where it
    /// has no place.
    pub(crate) fn fraction(&self, value: f64) -> Option<f64> {
        let t = match self.kind {
            // Halves, since the largest numbers are infinitely far apart.
            Kind::Linear => (value / 2.0 - self.lo / 2.0) / (self.hi / 2.0 - self.lo / 2.0),
            Kind::Log => (value.log10() - self.lo.log10()) / (self.hi.log10() - self.lo.log10()),
        };
        // Far away is far enough: keeps every later product finite.
        t.is_finite().then(|| t.clamp(-1e6, 1e6))
    }

    /// Ticks for an axis `length` long, with minor ones unlabelled. `room(label)` is how much of
    /// the length one label takes, with its distance to the next.
    pub(crate) fn fitted_ticks(&self, length: f64, room: impl Fn(&str) -> f64) -> Vec<Tick> {
        let inside = |v: f64| self.fraction(v).is_some_and(|t| (-1e-9..=1.0 + 1e-9).contains(&t));
        if let Some(ticks) = &self.ticks {
            return ticks.iter().filter(|t| inside(t.value)).cloned().collect();
        }
        let fits = |values: &[f64]| {
            let mut edge = f64::NEG_INFINITY;
            let mut places: Vec<(f64, f64)> = (values.iter().zip(self.labels(values)))
                .filter_map(|(&v, label)| Some((self.fraction(v)? * length, room(&label))))
                .collect();
            places.sort_by(|a, b| a.0.total_cmp(&b.0));
            places.iter().all(|&(at, room)| {
                let free = at - room / 2.0 >= edge;
                edge = at + room / 2.0;
                free
            })
        };
        let candidates = match self.kind {
            Kind::Linear => ticks::linear(self.lo, self.hi),
            Kind::Log => ticks::log(self.lo, self.hi),
        };
        let values = (candidates.into_iter())
            .map(|c| c.into_iter().filter(|&v| inside(v)).collect::<Vec<f64>>())
            .find(|values| fits(values))
            .unwrap_or_default();
        let mut ticks: Vec<Tick> = (values.iter().zip(self.labels(&values)))
            .map(|(&value, label)| Tick { value, label })
            .collect();
        if self.kind == Kind::Log {
            let minor = ticks::log_minor(self.lo, self.hi).into_iter();
            ticks.extend(
                minor
                    .filter(|&v| inside(v) && !values.contains(&v))
                    .map(|value| Tick { value, label: String::new() }),
            );
        }
        ticks
    }

    fn labels(&self, values: &[f64]) -> Vec<String> {
        match (&self.offset, self.kind) {
            (Some(offset), _) => labels::linear(&labels::without(values, offset.value)),
            (None, Kind::Linear) => labels::linear(values),
            (None, Kind::Log) => labels::log(values),
        }
    }
}

#[cfg(test)]
mod true_labels;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    pub(super) fn labels(axis: &Axis, length: f64) -> Vec<String> {
        let ticks = axis.fitted_ticks(length, |label| text::width(label, 11.0) + 10.0);
        ticks.into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    /// Their distance is infinite: the axis went from 0 to 1.
    #[test]
    fn the_largest_numbers_fit() {
        let axis = Axis::fitting("loss", [f64::MAX, -f64::MAX]);
        assert_eq!((axis.lo, axis.hi), (f64::MIN, f64::MAX));
    }

    #[test]
    fn ticks_are_round_and_as_dense_as_fits() {
        let epochs = Axis::linear("epoch", 0.0, 19.0);
        assert_eq!(labels(&epochs, 200.0), ["0", "5", "10", "15"]);
        assert_eq!(labels(&epochs, 60.0), ["0", "10"]);
        assert_eq!(labels(&Axis::linear("", -10.0, 10.0), 200.0), ["−10", "−5", "0", "5", "10"]);
        let unit = ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"];
        assert_eq!(labels(&Axis::linear("", 0.0, 1.0), 300.0), unit);
        assert_eq!(labels(&Axis::linear("", 1.0, 0.0), 300.0), unit);
    }

    #[test]
    fn log_ticks_are_powers_of_ten() {
        assert_eq!(
            labels(&Axis::log("", 1e-6, 1e-2), 300.0),
            ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²"]
        );
        assert_eq!(labels(&Axis::log("", 1e-8, 1e-4), 80.0), ["10⁻⁸", "10⁻⁶", "10⁻⁴"]);
        assert_eq!(labels(&Axis::log("", 0.01, 1.0), 90.0), ["0.01", "0.1", "1"]);
        assert!(labels(&Axis::log("", 1e-300, 1e300), 300.0).len() > 2);
        assert!(labels(&Axis::log("", 2.0, 4.0), 300.0).len() > 2);
    }

    #[test]
    fn any_range_gives_an_axis_with_ticks() {
        let odd = [
            0.0,
            1.0,
            -3.5,
            1e-320,
            1e308,
            -1e308,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.1,
        ];
        for lo in odd {
            for hi in odd {
                for axis in [Axis::linear("", lo, hi), Axis::log("", lo, hi)] {
                    assert!(axis.lo.is_finite() && axis.hi.is_finite() && axis.lo != axis.hi);
                    let ticks = axis.fitted_ticks(300.0, |_| 20.0);
                    assert!(ticks.len() < 100, "{lo} {hi} {}", ticks.len());
                    assert!(
                        axis.fraction(axis.hi).is_some_and(|t| (t - 1.0).abs() < 1e-6),
                        "{axis:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn values_without_a_place_have_no_fraction() {
        let axis = Axis::log("", 1.0, 100.0);
        assert_eq!(axis.fraction(10.0), Some(0.5));
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(axis.fraction(value), None);
        }
    }
}
