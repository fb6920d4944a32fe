//! The layout of a figure for a phone.

use crate::layout::Layout;
use crate::{Cell, Figure, text, theme};

/// Logical pixels of a page on a phone 390 wide, within its margins.
const WIDTH: f64 = 358.0;
/// Plot areas narrower than this say nothing.
const NARROWEST: f64 = 90.0;
/// Most cells that are put below one another; more of them are in two columns.
const MOST_STACKED: usize = 4;
/// Smallest part of its size at which a panel title is still read.
const SMALLEST_TITLE: f64 = 0.8;

impl Figure {
    /// The same figure in one or two columns, about 358 pixels wide, with texts of the same size:
    /// for screens on which the whole grid would be too small to read.
    ///
    /// ```
    /// use viz::{Figure, Panel};
    /// let grid = Figure::new("16 scales").grid(4, 4).panels((0..16).map(|_| Panel::new("")));
    /// let places = grid.narrow().places();
    /// assert!(places[2].left == places[0].left && places[2].top > places[0].top, "two columns");
    /// ```
    pub fn narrow(&self) -> Self {
        let columns = if self.cells.len() > MOST_STACKED { 2 } else { 1 };
        let narrow = self.in_columns(columns);
        let (plot, _) = narrow.plot_area();
        let cut = |cell: &Cell| {
            text::shrink(cell.title(), 1.0, plot / theme::PANEL_TITLE.size) < SMALLEST_TITLE
        };
        if columns > 1 && self.cells.iter().any(cut) { self.in_columns(1) } else { narrow }
    }

    /// This many columns of plot areas as wide as they may be.
    fn in_columns(&self, columns: usize) -> Self {
        let (wide, high) = self.plot_area();
        let (rows, across) = self.shape();
        let mut figure = self.clone();
        let titled_above = |cells: &[Cell]| cells.iter().any(|cell| cell.title().is_empty());
        let uneven = across > columns && !across.is_multiple_of(columns);
        if rows > 1 && uneven && titled_above(&figure.cells[across..]) {
            // Rows of the grid begin in the first column, with the titles of the first row.
            figure.stretch = Some(across);
            for k in across..figure.cells.len() {
                let title = figure.cells[k % across].title().to_owned();
                if let Cell::Panel(panel) = &mut figure.cells[k]
                    && panel.title.is_empty()
                {
                    panel.title = title;
                }
            }
        }
        let sized = |width: f64| {
            let height = (width * high / wide).max(0.7 * width);
            figure.clone().grid(1, columns).plot_size(width, height)
        };
        // Labels become narrower with the plots, since there are fewer ticks; a few steps settle
        // it.
        let mut width = WIDTH / columns as f64;
        for _ in 0..4 {
            let spare = WIDTH - Layout::new(&sized(width)).width;
            width = (width + spare / columns as f64).clamp(NARROWEST, WIDTH);
        }
        sized(width)
    }
}
