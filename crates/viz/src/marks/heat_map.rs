use crate::geometry::Rect;
use crate::plot::Plot;
use crate::{Axis, Grid};

/// The values of a grid as coloured cells around its nodes.
///
/// Cells reach half-way to the neighbouring nodes. Cells with a NaN or infinite value stay empty.
///
/// ```
/// use viz::{Axis, Grid, HeatMap};
/// let ravine = Grid::sample((-10.0, 10.0), (-10.0, 10.0), 40, |x, y| x * x / 20.0 + y * y);
/// let scale = Axis::linear("f", 0.0, 105.0);
/// let map = HeatMap::new(scale, ravine);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    pub(crate) scale: Axis,
    grid: Grid,
}

impl HeatMap {
    /// The cells of `grid` in the colours of `scale`.
    pub fn new(scale: Axis, grid: Grid) -> Self {
        Self { scale, grid }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let (area, grid) = (plot.rect, &self.grid);
        let across = |x| Some(plot.across(x)?.clamp(area.x, area.right()));
        let down = |y| Some(plot.down(y)?.clamp(area.y, area.bottom()));
        let columns: Vec<Option<f64>> = borders(&grid.xs).into_iter().map(across).collect();
        let rows: Vec<Option<f64>> = borders(&grid.ys).into_iter().map(down).collect();
        for (j, row) in rows.windows(2).enumerate() {
            for (i, column) in columns.windows(2).enumerate() {
                let (&[Some(a), Some(b)], &[Some(c), Some(d)], Some(color)) =
                    (column, row, self.scale.color(grid.at(i, j)))
                else {
                    continue;
                };
                let (left, right, top, bottom) = (a.min(b), a.max(b), c.min(d), c.max(d));
                if left < right && top < bottom {
                    // Half a pixel more to the right and downwards hides the seams between cells.
                    let w = (right - left + 0.5).min(area.right() - left);
                    let h = (bottom - top + 0.5).min(area.bottom() - top);
                    plot.canvas.rect(Rect { x: left, y: top, w, h }, color, 1.0);
                }
            }
        }
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
