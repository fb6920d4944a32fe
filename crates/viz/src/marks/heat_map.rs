use crate::geometry::Rect;
use crate::legend::Key;
use crate::plot::Plot;
use crate::{ColorScale, Grid};

/// A value at every node of a grid as a coloured cell around it.
///
/// Cells reach half way to the neighbouring nodes; cells whose value is NaN stay empty.
///
/// ```
/// use viz::{Axis, ColorMap, ColorScale, Grid, HeatMap};
/// let scale = ColorScale::new(Axis::linear("f", 0.0, 105.0), ColorMap::Viridis);
/// let map = HeatMap::new(scale, Grid::sample((-10.0, 10.0), (-10.0, 10.0), 40, |x, y| x * x / 20.0 + y * y));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    pub(crate) scale: ColorScale,
    grid: Grid,
}

impl HeatMap {
    /// The cells of `grid` in the colours of `scale`.
    pub fn new(scale: ColorScale, grid: Grid) -> Self {
        Self { scale, grid }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let (columns, rows) = (borders(&self.grid.xs), borders(&self.grid.ys));
        for j in 0..self.grid.ys.len() {
            for i in 0..self.grid.xs.len() {
                let Some(color) = self.scale.color(self.grid.at(i, j)) else { continue };
                let (Some(a), Some(b)) =
                    (plot.place((columns[i], rows[j])), plot.place((columns[i + 1], rows[j + 1])))
                else {
                    continue;
                };
                let (left, right) =
                    (a.0.min(b.0).max(plot.rect.x), a.0.max(b.0).min(plot.rect.right()));
                let (top, bottom) =
                    (a.1.min(b.1).max(plot.rect.y), a.1.max(b.1).min(plot.rect.bottom()));
                if left < right && top < bottom {
                    // Half a pixel more to the right and downwards hides the seams between cells.
                    let w = (right - left + 0.5).min(plot.rect.right() - left);
                    let h = (bottom - top + 0.5).min(plot.rect.bottom() - top);
                    plot.canvas.rect(Rect { x: left, y: top, w, h }, color, 1.0);
                }
            }
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        None
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        self.scale.axis.texts_mut()
    }
}

/// The n + 1 borders of cells around n nodes.
fn borders(nodes: &[f64]) -> Vec<f64> {
    match nodes {
        [] => vec![],
        [only] => vec![only - 0.5, only + 0.5],
        [first, .., last] => {
            let middle = nodes.windows(2).map(|w| (w[0] + w[1]) / 2.0);
            let first = first - (nodes[1] - first) / 2.0;
            let last = last + (last - nodes[nodes.len() - 2]) / 2.0;
            std::iter::once(first).chain(middle).chain([last]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::borders;

    #[test]
    fn borders_lie_between_nodes_and_half_a_step_outside() {
        assert_eq!(borders(&[0.0, 1.0, 3.0]), [-0.5, 0.5, 2.0, 4.0]);
        assert_eq!(borders(&[2.0]), [1.5, 2.5]);
        assert!(borders(&[]).is_empty());
    }
}
