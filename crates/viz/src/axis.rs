//! Axes: a label, a range, and ticks that fit the space.

use std::borrow::Cow;

use crate::Color;
use crate::labels::{self, Offset};
use crate::ticks;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Linear,
    Log,
}

/// A horizontal or vertical axis: label, range and ticks.
///
/// Since ranges usually come from data, one that cannot be drawn is replaced, not refused: a NaN or
/// infinite bound makes it 0…1 (log: 1…10), an empty range is widened around its value, and on a
/// log axis a bound that is not positive becomes a thousandth of the larger one. Bounds less than
/// 10⁻³⁰⁰ apart count as equal, and those of a log axis are at least 10⁻³⁰⁰: smaller numbers have
/// few digits. A lower bound above the upper one draws the axis reversed.
///
/// Ticks are multiples of 1·10ᵏ, 2·10ᵏ or 5·10ᵏ, as dense as their labels allow. On a log axis they
/// are powers of ten, over few decades also 2 and 5 times these, within one decade possibly those
/// of a linear axis. [`Axis::ticks`] replaces them. Where labels would be long, as for a minute of
/// Unix time, they are relative to a round number, which the title names: `time (+1.7×10⁹)`.
///
/// Panels of one row with equal y axes share their tick labels, as do panels of one column with
/// equal x axes.
///
/// ```
/// use viz::Axis;
/// let epochs = Axis::linear("epoch", 0.0, 19.0);
/// let rates = Axis::log("learning rate", 1e-6, 1e-2).ticks([1e-6, 1e-4, 1e-2]);
/// assert_ne!(epochs, rates);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Axis {
    pub(crate) label: String,
    kind: Kind,
    lo: f64,
    hi: f64,
    /// Values and labels of the ticks that the caller placed.
    ticks: Option<Vec<(f64, String)>>,
    offset: Option<Offset>,
    pub(crate) categorical: bool,
}

/// A tick inside the range of its axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    /// From 0 at the lower bound to 1 at the upper.
    pub(crate) at: f64,
    /// Empty for a minor tick.
    pub(crate) label: String,
}

/// Bounds closer than this count as equal: subnormal numbers, below 2.2×10⁻³⁰⁸, have few digits.
const TINY: f64 = 1e-300;

/// A range narrower than this part of its bounds counts as empty: rounding would move its ticks.
const EMPTY: f64 = 1e-12;

/// The smallest and the largest finite value; ∞ and −∞ if there is none.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|v| v.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

/// Whether no labels overlap on an axis `length` long, where a label takes `room(label)` of it.
pub(crate) fn are_apart<'t>(
    ticks: impl IntoIterator<Item = &'t Tick>,
    length: f64,
    room: impl Fn(&str) -> f64,
) -> bool {
    let side = |tick: &Tick| (tick.at * length, room(&tick.label) / 2.0);
    let mut sides: Vec<(f64, f64)> = ticks.into_iter().map(side).collect();
    sides.sort_by(|a, b| a.0.total_cmp(&b.0));
    sides.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0 - pair[1].1)
}

impl Axis {
    fn new(label: String, kind: Kind, (lo, hi): (f64, f64)) -> Self {
        let mut axis = Self { label, kind, lo, hi, ticks: None, offset: None, categorical: false };
        // The densest ticks have the longest labels.
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
        let drawable = lo.is_finite() && hi.is_finite() && lo.max(hi) > 0.0;
        let (mut lo, mut hi) = if drawable { (lo, hi) } else { (1.0, 10.0) };
        let floor = lo.max(hi) * 1e-3;
        let positive = |v: f64| if v > 0.0 { v } else { floor }.max(TINY);
        (lo, hi) = (positive(lo), positive(hi));
        if (libm::log(hi) - libm::log(lo)).abs() < 1e-9 {
            (lo, hi) = (lo / 10.0, (hi * 10.0).min(f64::MAX));
        }
        Self::new(label.into(), Kind::Log, (lo, hi))
    }

    /// A linear axis over the finite values among `values`, with a margin of 4 % on both sides.
    ///
    /// ```
    /// use viz::Axis;
    /// let axis = Axis::fitting("loss", [0.5, f64::NAN, 1.5]);
    /// assert_eq!(axis, Axis::linear("loss", 0.46, 1.54));
    /// ```
    pub fn fitting(label: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let (lo, hi) = extent(values);
        let margin = 0.08 * (hi / 2.0 - lo / 2.0);
        Self::linear(label, (lo - margin).max(f64::MIN), (hi + margin).min(f64::MAX))
    }

    /// A logarithmic axis over the finite positive values among `values`, with a margin of 4 % on
    /// both sides.
    ///
    /// ```
    /// use viz::Axis;
    /// let axis = Axis::log_fitting("loss", [0.0, 0.01, f64::INFINITY, 1.0]);
    /// assert_eq!(axis, Axis::log("loss", 10f64.powf(-2.08), 10f64.powf(0.08)));
    /// ```
    pub fn log_fitting(label: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let (lo, hi) = extent(values.into_iter().filter(|&v| v > 0.0));
        let (lo, hi) = (libm::log10(lo), libm::log10(hi));
        let margin = 0.04 * (hi - lo);
        Self::log(label, libm::pow(10.0, lo - margin), libm::pow(10.0, hi + margin))
    }

    /// An axis of categories: the k-th of `names` is at k, from 0 at the left of an x axis or at
    /// the top of a y axis. There are no grid lines at its ticks.
    ///
    /// ```
    /// use viz::Axis;
    /// let hyperparameters = Axis::categories(["learning rate", "weight decay"]);
    /// ```
    pub fn categories<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(Into::into);
        let ticks: Vec<_> = (0..).map(f64::from).zip(names).collect();
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
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// Ticks at exactly `values`; those outside the range are not drawn.
    pub fn ticks(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        self.offset = self.offset_of(&values);
        let labels = self.labels(&values);
        self.ticks = Some(values.into_iter().zip(labels).collect());
        self
    }

    /// The title beside the axis: its label, and the offset of its tick labels.
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
        std::iter::once(&mut self.label).chain(ticks.map(|(_, name)| name)).collect()
    }

    /// The axis with its bounds exchanged.
    pub(crate) fn reversed(&self) -> Self {
        Self { lo: self.hi, hi: self.lo, ..self.clone() }
    }

    pub(crate) fn range(&self) -> (f64, f64) {
        (self.lo, self.hi)
    }

    pub(crate) fn is_log(&self) -> bool {
        matches!(self.kind, Kind::Log)
    }

    /// The names of categories; none if the axis has numbers.
    pub(crate) fn names(&self) -> Vec<String> {
        let ticks = self.ticks.iter().flatten().filter(|_| self.categorical);
        ticks.map(|(_, name)| name.clone()).collect()
    }

    /// The colour of `value` where this axis is a scale of colours, which are those of
    /// [viridis](Color::viridis) and end where the axis does; `None` if the value is NaN, infinite,
    /// or not positive on a log axis.
    ///
    /// ```
    /// use viz::{Axis, Color};
    /// let accuracy = Axis::linear("accuracy", 0.0, 1.0);
    /// assert_eq!(accuracy.color(0.0), Some(Color(68, 1, 84)));
    /// assert_eq!(accuracy.color(f64::NAN), None);
    /// ```
    pub fn color(&self, value: f64) -> Option<Color> {
        self.fraction(value).map(Color::viridis)
    }

    /// The place of `value` on the axis: 0 at the lower bound, 1 at the upper, possibly beyond
    /// them; `None` for NaN, infinite values, and on a log axis values that are not positive.
    pub(crate) fn fraction(&self, value: f64) -> Option<f64> {
        let t = match self.kind {
            // Halves, since the difference of the largest numbers is infinite.
            Kind::Linear => (value / 2.0 - self.lo / 2.0) / (self.hi / 2.0 - self.lo / 2.0),
            Kind::Log => {
                (libm::log10(value) - libm::log10(self.lo))
                    / (libm::log10(self.hi) - libm::log10(self.lo))
            }
        };
        // The limit keeps all later products finite.
        t.is_finite().then(|| t.clamp(-1e6, 1e6))
    }

    /// Ticks for an axis `length` long, on a log axis also minor ones without labels. `room(label)`
    /// is the part of the length that a label takes, with its distance to the next.
    pub(crate) fn fitted_ticks(&self, length: f64, room: impl Fn(&str) -> f64) -> Vec<Tick> {
        let inside = |v| self.fraction(v).filter(|t| (-1e-9..=1.0 + 1e-9).contains(t));
        let tick = |(value, label)| Some(Tick { value, at: inside(value)?, label });
        if let Some(ticks) = &self.ticks {
            return ticks.iter().cloned().filter_map(tick).collect();
        }
        let labelled = |mut values: Vec<f64>| -> Vec<Tick> {
            values.retain(|&v| inside(v).is_some());
            let labels = self.labels(&values);
            values.into_iter().zip(labels).filter_map(tick).collect()
        };
        let candidates = match self.kind {
            Kind::Linear => ticks::linear(self.lo, self.hi),
            Kind::Log => ticks::log(self.lo, self.hi),
        };
        let mut ticks = (candidates.into_iter().map(labelled))
            .find(|ticks| are_apart(ticks, length, &room))
            .unwrap_or_default();
        if self.kind == Kind::Log {
            let mut minor = ticks::log_minor(self.lo, self.hi);
            minor.retain(|v| ticks.iter().all(|tick| tick.value != *v));
            ticks.extend(minor.into_iter().filter_map(|v| tick((v, String::new()))));
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

    /// The difference of these bounds is infinite.
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
        let powers = ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²"];
        assert_eq!(labels(&Axis::log("", 1e-6, 1e-2), 300.0), powers);
        assert_eq!(labels(&Axis::log("", 1e-8, 1e-4), 80.0), ["10⁻⁸", "10⁻⁶", "10⁻⁴"]);
        assert_eq!(labels(&Axis::log("", 0.01, 1.0), 90.0), ["0.01", "0.1", "1"]);
        assert!(labels(&Axis::log("", 1e-300, 1e300), 300.0).len() > 2);
        assert!(labels(&Axis::log("", 2.0, 4.0), 300.0).len() > 2);
    }

    #[test]
    fn any_range_gives_an_axis_with_ticks() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let odd = [0.0, 1.0, -3.5, 1e-320, 1e308, -1e308, nan, infinity, -infinity, 0.1];
        for lo in odd {
            for hi in odd {
                for axis in [Axis::linear("", lo, hi), Axis::log("", lo, hi)] {
                    assert!(axis.lo.is_finite() && axis.hi.is_finite() && axis.lo != axis.hi);
                    let ticks = axis.fitted_ticks(300.0, |_| 20.0);
                    assert!(ticks.len() < 100, "{lo} {hi} {}", ticks.len());
                    let end = axis.fraction(axis.hi).expect("a place");
                    assert!((end - 1.0).abs() < 1e-6, "{axis:?}");
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
