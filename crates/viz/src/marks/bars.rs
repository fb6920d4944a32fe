use crate::data::{MarkData, MarkKind};
use crate::legend::{Key, Swatch};
use crate::plot::Plot;
use crate::{Color, theme};

/// Horizontal bars from 0 to a value, for example the importance of hyperparameters.
///
/// Bar k, counted from 0, is centred at y = k, where
/// [`Axis::categories`](crate::Axis::categories) puts name k.
///
/// ```
/// use viz::{Axis, Bars, Color, Panel};
/// let panel = Panel::new("Rank correlation with accuracy")
///     .x_axis(Axis::linear("|ρ|", 0.0, 1.0))
///     .y_axis(Axis::categories(["learning rate", "weight decay"]))
///     .mark(Bars::new(Color::BLUE, [0.72, 0.02]));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Bars {
    pub(super) name: String,
    pub(super) color: Color,
    values: Vec<f64>,
}

impl Bars {
    /// One bar for each value; a NaN leaves its place empty.
    pub fn new(color: Color, values: impl IntoIterator<Item = f64>) -> Self {
        Self { name: String::new(), color, values: values.into_iter().collect() }
    }

    /// The name for the legend.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let zero = plot.across(0.0).unwrap_or(plot.rect.x);
        for (k, &value) in self.values.iter().enumerate() {
            let (Some(end), Some(top), Some(bottom)) =
                (plot.across(value), plot.down(k as f64 - 0.32), plot.down(k as f64 + 0.32))
            else {
                continue;
            };
            if end != zero {
                let bar = [(zero, top), (end, top), (end, bottom), (zero, bottom)];
                plot.fill(&bar, self.color, 1.0);
            }
        }
        let (bottom, top) = plot.y.range();
        plot.line([(0.0, bottom), (0.0, top)], theme::FRAME);
    }

    pub(crate) fn data(&self) -> MarkData {
        let bar = |(k, &value): (usize, &f64)| vec![value, k as f64];
        MarkData::new(MarkKind::Bars, self.color, self.values.iter().enumerate().map(bar).collect())
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Patch(self.color, 1.0))
    }
}
