use crate::data::{MarkData, MarkKind};
use crate::geometry::{Point, Rect};
use crate::legend::{Key, Swatch};
use crate::plot::{Obstacle, Plot};
use crate::{Color, theme};

/// Vertical bars from 0 to a count, over adjacent bins. A bar that is higher than the panel has a
/// white break below its upper end.
///
/// ```
/// use viz::{Color, Histogram};
/// let histogram = Histogram::new(Color::BLUE, [0.0, 0.5, 1.0], [120.0, 80.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Histogram {
    pub(super) name: String,
    color: Color,
    edges: Vec<f64>,
    counts: Vec<f64>,
    opacity: f64,
}

/// From the top of the panel to the break of a bar, its height, and its slope over the bar.
const BREAK: (f64, f64, f64) = (9.0, 2.5, 3.0);

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
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Opacity from 0 to 1, for histograms that overlap; 0.85 by default.
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let zero = plot.down(0.0).unwrap_or(plot.rect.bottom());
        for (left, right, top) in self.bars(plot) {
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
                if top < plot.rect.y - 0.5 {
                    let (from, height, slope) = BREAK;
                    let y = plot.rect.y + from;
                    let (left, right) = (left - 1.0, right + 1.0);
                    let low = |(x, y): Point| (x, y + height);
                    let (up, down) = ((right, y), (left, y + slope));
                    plot.fill(&[down, up, low(up), low(down)], theme::WHITE, 1.0);
                }
            }
        }
    }

    pub(crate) fn data(&self) -> MarkData {
        let bins = self.edges.windows(2).zip(&self.counts);
        let points = bins.map(|(bin, &count)| vec![bin[0], bin[1], count]).collect();
        MarkData::new(MarkKind::Histogram, self.color, points)
    }

    /// Left, right and top of each bar in pixels.
    fn bars(&self, plot: &Plot) -> impl Iterator<Item = (f64, f64, f64)> {
        let bins = self.edges.windows(2).zip(&self.counts);
        bins.filter_map(|(bin, &count)| {
            Some((plot.across(bin[0])?, plot.across(bin[1])?, plot.down(count)?))
        })
    }

    pub(super) fn obstacles(&self, plot: &Plot) -> Vec<Obstacle> {
        let bottom = plot.rect.bottom();
        let bars = self.bars(plot).map(|(left, right, top)| {
            let top = top.min(bottom);
            Obstacle::Area(Rect { x: left, y: top, w: right - left, h: bottom - top })
        });
        bars.collect()
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Patch(self.color, self.opacity))
    }
}
