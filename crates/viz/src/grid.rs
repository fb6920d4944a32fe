use std::sync::Arc;

/// Values of a function of two variables on the nodes of a rectangular grid.
///
/// ```
/// use viz::Grid;
/// let ravine = Grid::sample((-10.0, 10.0), (-5.0, 5.0), 101, |x, y| x * x / 20.0 + y * y);
/// assert_eq!(ravine, ravine.clone());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub(crate) xs: Vec<f64>,
    pub(crate) ys: Vec<f64>,
    /// Shared by the wide and the narrow copy of a figure.
    values: Arc<Vec<f64>>,
}

impl Grid {
    /// Values in rows of constant y: `values[j * xs.len() + i]` belongs to `(xs[i], ys[j])`.
    ///
    /// # Panics
    ///
    /// If there are not `xs.len() * ys.len()` values.
    pub fn new(xs: Vec<f64>, ys: Vec<f64>, values: Vec<f64>) -> Self {
        assert_eq!(
            values.len(),
            xs.len() * ys.len(),
            "a grid of {}×{} nodes needs that many values",
            xs.len(),
            ys.len(),
        );
        Self { xs, ys, values: Arc::new(values) }
    }

    /// `f` at `nodes`×`nodes` equally spaced points of a rectangle, its edges included.
    pub fn sample(x: (f64, f64), y: (f64, f64), nodes: usize, f: impl Fn(f64, f64) -> f64) -> Self {
        let spaced = |(lo, hi): (f64, f64)| -> Vec<f64> {
            let last = nodes.saturating_sub(1).max(1) as f64;
            (0..nodes).map(|k| lo + (hi - lo) * k as f64 / last).collect()
        };
        let (xs, ys) = (spaced(x), spaced(y));
        let nodes = ys.iter().flat_map(|&y| xs.iter().map(move |&x| (x, y)));
        let values = nodes.map(|(x, y)| f(x, y)).collect();
        Self::new(xs, ys, values)
    }

    /// The value at `(xs[i], ys[j])`.
    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        self.values[j * self.xs.len() + i]
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The nodes at the corners of each cell, counterclockwise from the lower left.
    pub(crate) fn cells(&self) -> impl Iterator<Item = [(usize, usize); 4]> {
        let across = self.xs.len().saturating_sub(1);
        let lower_left = (1..self.ys.len()).flat_map(move |j| (0..across).map(move |i| (i, j - 1)));
        lower_left.map(|(i, j)| [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)])
    }

    pub(crate) fn mean(&self, corners: &[(usize, usize); 4]) -> f64 {
        corners.iter().map(|&(i, j)| self.at(i, j)).sum::<f64>() / 4.0
    }
}
