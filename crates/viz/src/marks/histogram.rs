use crate::Color;
use crate::data::{MarkData, MarkKind};
use crate::legend::{Key, Swatch};
use crate::plot::Plot;

/// Vertical bars from 0 to a count, over adjacent bins.
///
/// ```
/// use viz::{Color, Histogram};
/// let histogram = Histogram::new(Color::BLUE, [0.0, 0.5, 1.0], [120.0, 80.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    pub(super) name: String,
    color: Color,
    edges: Vec<f64>,
    counts: Vec<f64>,
    opacity: f64,
}

impl Histogram {
    /// Bars of heights `counts`, the k-th from `edges[k]` to `edges[k + 1]`; one of no width is a
    /// line.
    ///
    /// # Panics
    ///
    /// If there is not exactly one more edge than there are counts; without counts, there may be no
    /// edge either.
    pub fn new(
        color: Color,
        edges: impl IntoIterator<Item = f64>,
        counts: impl IntoIterator<Item = f64>,
    ) -> Self {
        let edges: Vec<f64> = edges.into_iter().collect();
        let counts: Vec<f64> = counts.into_iter().collect();
        assert!(
            edges.len() == counts.len() + 1 || (edges.is_empty() && counts.is_empty()),
            "a histogram of {} counts needs {} edges, got {}",
            counts.len(),
            counts.len() + 1,
            edges.len(),
        );
        Self { name: String::new(), color, edges, counts, opacity: 0.85 }
    }

    /// The name for the legend.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Opacity from 0 to 1, for histograms that overlap; 0.85 by default.
    #[must_use]
    pub fn opacity(mut self, opacity: f64) -> Self {
        self.opacity = opacity;
        self
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let zero = plot.down(0.0).unwrap_or(plot.rect.bottom());
        for (bin, &count) in self.edges.windows(2).zip(&self.counts) {
            let (Some(left), Some(right), Some(top)) =
                (plot.across(bin[0]), plot.across(bin[1]), plot.down(count))
            else {
                continue;
            };
            if top != zero {
                let (left, right) = match (right - left).abs() {
                    // A white gap between bars that are wide enough for it.
                    4.0.. => (left, right - 0.5),
                    // The bar of equal numbers is a line.
                    ..0.1 => (left - 0.5, left + 0.5),
                    _ => (left, right),
                };
                let bar = [(left, zero), (left, top), (right, top), (right, zero)];
                plot.fill(&bar, self.color, self.opacity);
            }
        }
    }

    pub(crate) fn data(&self) -> MarkData {
        let bins = self.edges.windows(2).zip(&self.counts);
        let points = bins.map(|(bin, &count)| vec![bin[0], bin[1], count]).collect();
        MarkData::new(MarkKind::Histogram, self.color, points)
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Patch(self.color, self.opacity))
    }
}
