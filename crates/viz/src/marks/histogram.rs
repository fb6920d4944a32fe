use crate::Color;
use crate::legend::{Key, Swatch};
use crate::plot::Plot;

/// Bars from 0 to a count over bins that touch.
///
/// ```
/// use viz::{Color, Histogram};
/// let histogram = Histogram::new(Color::BLUE, [0.0, 0.5, 1.0], [120.0, 80.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    name: String,
    color: Color,
    edges: Vec<f64>,
    counts: Vec<f64>,
    opacity: f64,
}

impl Histogram {
    /// Bars of heights `counts`, the k-th from `edges[k]` to `edges[k + 1]`.
    ///
    /// # Panics
    ///
    /// If there is not exactly one more edge than there are counts (no bins: no counts and one or
    /// no edge).
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

    /// Opacity from 0 to 1, for histograms that overlap; 0.85 if not given.
    #[must_use]
    pub fn opacity(mut self, opacity: f64) -> Self {
        self.opacity = opacity;
        self
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let Some(ground) = plot.down(0.0).or_else(|| plot.down(plot.y.range().0)) else { return };
        for (bin, &count) in self.edges.windows(2).zip(&self.counts) {
            let (Some(left), Some(right)) = (plot.across(bin[0]), plot.across(bin[1])) else {
                continue;
            };
            let Some(top) = plot.down(count) else { continue };
            if top == ground {
                continue;
            }
            // A hairline of white between bars that are wide enough for it.
            let air = if (right - left).abs() > 4.0 { 0.5 } else { 0.0 };
            let bar = [(left, ground), (left, top), (right - air, top), (right - air, ground)];
            plot.fill(&bar, self.color, self.opacity);
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Patch(self.color, self.opacity))
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.name]
    }
}
