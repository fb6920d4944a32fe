//! Places and sizes of everything in a figure.
//!
//! All plot areas have the size that the figure asks for. The space around them follows from the
//! widths of the labels, and the size of the figure from both.

use std::borrow::Cow;

use crate::geometry::Rect;
use crate::legend::{self, Key, Legend};
use crate::legend_box::LegendBox;
use crate::text::{self, Font};
use crate::{Axis, Cell, Figure, Panel, color_bar, theme};

/// A cell and its plot area.
pub(crate) struct Placed<'f> {
    pub(crate) cell: &'f Cell,
    pub(crate) rect: Rect,
    /// Whether a panel's own tick labels are drawn, not those of a neighbour with an equal axis.
    pub(crate) x_labels: bool,
    pub(crate) y_labels: bool,
}

pub(crate) struct Layout<'f> {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// The lines of title, subtitle and caption: text, vertical centre, font.
    pub(crate) lines: Vec<(String, f64, Font)>,
    pub(crate) keys: Vec<Key>,
    /// The figure's legend, or [`Legend::Top`] if it does not fit into its panel.
    pub(crate) legend: Legend,
    pub(crate) panels: Vec<Placed<'f>>,
    /// Axis titles that all panels have in common, drawn once.
    pub(crate) x_title: Option<Cow<'f, str>>,
    pub(crate) y_title: Option<Cow<'f, str>>,
    /// From the first to the last plot area.
    pub(crate) plots: Rect,
    /// Vertical centre of the common x title.
    pub(crate) x_title_at: f64,
    pub(crate) legend_top: f64,
    /// Left end of the colour bars.
    pub(crate) bars_left: f64,
}

/// Distances between the lines of a title, and of smaller texts.
const TITLE_LEADING: f64 = 23.0;
const LEADING: f64 = 17.0;

impl<'f> Layout<'f> {
    pub(crate) fn new(figure: &'f Figure) -> Self {
        let (rows, columns) = figure.shape();
        let (w, h) = figure.plot_area();
        let panel = |k: usize| figure.cells.get(k).and_then(Cell::panel);
        let place = |k: usize| figure.position(k, columns);
        let mut grid = vec![vec![None; columns]; rows];
        for k in 0..figure.cells.len() {
            let (row, column) = place(k);
            grid[row][column] = panel(k);
        }
        let x_title = common(&figure.cells, |panel| &panel.x);
        let y_title = common(&figure.cells, |panel| &panel.y);
        let x_labels = |k: usize| {
            let (row, column) = place(k);
            let below = grid[row + 1..].iter().find_map(|row| row[column]);
            panel(k).is_some_and(|p| below.is_none_or(|below| below.x != p.x))
        };
        let y_labels = |k: usize| {
            let (row, column) = place(k);
            let left = column.checked_sub(1).and_then(|left| grid[row][left]);
            panel(k).is_some_and(|p| left.is_none_or(|left| left.y != p.y))
        };
        let own_line = |axis: &Axis, common: &Option<Cow<str>>| match common {
            Some(_) => 0.0,
            None => theme::axis_line(&axis.title()),
        };

        // The room that each column needs beside its plot areas, and each row above and below them.
        let (mut left, mut right) = (vec![0.0_f64; columns], vec![0.0_f64; columns]);
        let (mut above, mut below) = (vec![6.0_f64; rows], vec![8.0_f64; rows]);
        for (k, cell) in figure.cells.iter().enumerate() {
            let (row, column) = place(k);
            if !cell.title().is_empty() {
                above[row] = theme::PANEL_TITLE_LINE;
            }
            let Some(panel) = cell.panel() else { continue };
            if y_labels(k) {
                let labels = theme::TICK_GAP + panel.beside_width(h);
                left[column] = left[column].max(labels + own_line(&panel.y, &y_title));
            }
            if x_labels(k) {
                let labels = panel.below(w);
                let line = own_line(&panel.x, &x_title);
                below[row] = below[row].max(theme::TICK_GAP + labels.height + line);
                for tick in panel.x_ticks(w) {
                    let (half, at) = (labels.half_width(&tick.label), tick.at * w);
                    left[column] = left[column].max(half - at);
                    right[column] = right[column].max(half - (w - at));
                }
            }
        }

        let mut x = theme::MARGIN + y_title.as_deref().map_or(0.0, theme::axis_line);
        let mut lefts = Vec::with_capacity(columns);
        for column in 0..columns {
            let (before, gap) =
                if column == 0 { (0.0, 0.0) } else { (right[column - 1], theme::PANEL_GAP) };
            x = (x + (before + left[column] + gap)).ceil();
            lefts.push(x);
            x += w;
        }
        let bars_left = x + right[columns - 1];

        let mut y = 0.0;
        let mut tops = Vec::with_capacity(rows);
        for row in 0..rows {
            y += above[row];
            tops.push(y);
            y += h + below[row];
        }
        let (grid_height, plots_height) = (y, tops[rows - 1] + h - tops[0]);

        let bars = figure.color_scales().into_iter().map(|s| color_bar::width(s, plots_height));
        let width = (bars_left + bars.sum::<f64>() + theme::MARGIN).ceil().max(320.0);

        let inner = width - 2.0 * theme::MARGIN;
        let mut lines = Vec::new();
        // Adds the lines of a text, the first at `y`, and returns their height.
        let mut add_text = |text: &str, font: Font, leading: f64, y: f64| {
            // Narrower, since a viewer without the bundled fonts may have wider ones.
            let wrapped = text::wrap(text, font.size, inner / 1.08);
            let height = wrapped.len() as f64 * leading;
            let placed = |(k, line)| (line, y + k as f64 * leading, font);
            lines.extend(wrapped.into_iter().enumerate().map(placed));
            height
        };
        let keys = legend::unique(figure.cells.iter().flat_map(Cell::keys));
        let fits = |k| k >= figure.cells.len() || LegendBox::fit(&keys, (w, h)).is_some();
        let legend = match figure.legend {
            Legend::Inside(k, _) if !fits(k) => Legend::Top,
            wanted => wanted,
        };
        let legend_height = legend::rows(&keys, inner).len() as f64 * theme::LEGEND_LINE;
        let mut y = theme::MARGIN;
        let center = theme::TITLE.size / 2.0;
        y += add_text(&figure.title, theme::TITLE, TITLE_LEADING, y + center);
        y += add_text(&figure.subtitle, theme::SUBTITLE, LEADING, y + center - 2.0);
        let mut legend_top = y + 5.0;
        if legend == Legend::Top && !keys.is_empty() {
            y = legend_top + legend_height;
        }
        y += 5.0;
        for top in &mut tops {
            *top += y;
        }
        y += grid_height;
        let x_title_at = y + theme::AXIS_LABEL.size / 2.0 - 1.0;
        if x_title.as_ref().is_some_and(|title| !title.is_empty()) {
            y += theme::AXIS_LINE - 3.0;
        }
        if legend == Legend::Bottom && !keys.is_empty() {
            legend_top = y + 5.0;
            y = legend_top + legend_height;
        }
        let top = y + 6.0;
        let center = top + theme::CAPTION.size / 2.0;
        let caption_height = add_text(&figure.caption, theme::CAPTION, LEADING, center);
        if caption_height > 0.0 {
            y = top + caption_height;
        }
        let height = (y + theme::MARGIN - 4.0).ceil();

        let panels = (figure.cells.iter().enumerate())
            .map(|(k, cell)| {
                let (row, column) = place(k);
                let rect = Rect { x: lefts[column], y: tops[row], w, h };
                Placed { cell, rect, x_labels: x_labels(k), y_labels: y_labels(k) }
            })
            .collect();
        let plots = Rect { x: lefts[0], y: tops[0], w: x - lefts[0], h: plots_height };
        Self {
            width,
            height,
            lines,
            keys,
            legend,
            panels,
            x_title,
            y_title,
            plots,
            x_title_at,
            legend_top,
            bars_left,
        }
    }
}

/// The title of this axis, if all cells are panels and have the same.
fn common(cells: &[Cell], axis: impl Fn(&Panel) -> &Axis) -> Option<Cow<'_, str>> {
    let first = axis(cells.first()?.panel()?).title();
    let same = |cell: &Cell| cell.panel().is_some_and(|panel| axis(panel).title() == first);
    cells.iter().all(same).then_some(first)
}
