//! Where everything of a figure stands.
//!
//! All plot areas have the size the figure asks for; the space around them follows from the widths of
//! the labels, and the size of the figure is what results.

use std::borrow::Cow;

use crate::geometry::Rect;
use crate::legend::{self, Key, Legend};
use crate::legend_box::LegendBox;
use crate::{Axis, Cell, Figure, Panel, color_bar, text, theme};

/// A panel in its place.
pub(crate) struct Placed<'f> {
    pub(crate) cell: &'f Cell,
    pub(crate) rect: Rect,
    /// Whether this panel's x and y tick labels are drawn: not where a neighbour's stand for them.
    pub(crate) x_labels: bool,
    pub(crate) y_labels: bool,
}

pub(crate) struct Layout<'f> {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) title: Vec<String>,
    pub(crate) subtitle: Vec<String>,
    pub(crate) caption: Vec<String>,
    pub(crate) keys: Vec<Key>,
    /// Where the legend has room.
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
    pub(crate) caption_top: f64,
    /// Left end of the colour bars.
    pub(crate) bars_left: f64,
}

pub(crate) const TITLE_LEADING: f64 = 23.0;
pub(crate) const SUBTITLE_LEADING: f64 = 17.0;

impl<'f> Layout<'f> {
    pub(crate) fn new(figure: &'f Figure) -> Self {
        let (rows, columns) = figure.shape();
        let (w, h) = figure.plot_area();
        let at = |row: usize, column: usize| -> Option<&'f Panel> {
            figure.cells.get(row * columns + column).and_then(Cell::panel)
        };
        let x_title = common(&figure.cells, |panel| &panel.x);
        let y_title = common(&figure.cells, |panel| &panel.y);
        let x_labels = |row: usize, column: usize| {
            at(row, column).is_some_and(|p| at(row + 1, column).is_none_or(|below| below.x != p.x))
        };
        let y_labels = |row: usize, column: usize| {
            let left = column.checked_sub(1).and_then(|left| at(row, left));
            at(row, column).is_some_and(|p| left.is_none_or(|left| left.y != p.y))
        };

        // Horizontally: what stands out at the left and the right of each column's plot areas.
        let own_title =
            |axis: &Axis, common: &Option<Cow<str>>| common.is_none() && !axis.title().is_empty();
        let mut x = theme::MARGIN
            + if y_title.as_ref().is_some_and(|t| !t.is_empty()) { theme::AXIS_LINE } else { 0.0 };
        let mut lefts = Vec::with_capacity(columns);
        let mut stands_out = 0.0;
        for column in 0..columns {
            let mut left: f64 = 0.0;
            let mut right: f64 = 0.0;
            for row in 0..rows {
                let Some(panel) = at(row, column) else { continue };
                if y_labels(row, column) {
                    let title = if own_title(&panel.y, &y_title) { theme::AXIS_LINE } else { 0.0 };
                    left = left.max(theme::TICK_GAP + panel.beside_width(h) + title);
                }
                if x_labels(row, column) {
                    let below = panel.below(w);
                    for tick in panel.x_ticks(w) {
                        let half = below.half_width(&tick.label);
                        let place = panel.x.fraction(tick.value).unwrap_or(0.5) * w;
                        left = left.max(half - place);
                        right = right.max(half - (w - place));
                    }
                }
            }
            let gap = if column == 0 { left } else { stands_out + left + theme::PANEL_GAP };
            x = (x + gap).ceil();
            lefts.push(x);
            x += w;
            stands_out = right;
        }
        let bars_left = x + stands_out;

        // Vertically within the grid: titles above the plot areas, tick labels and titles below.
        let mut tops = Vec::with_capacity(rows);
        let mut y = 0.0;
        for row in 0..rows {
            let titled = figure.row(row).iter().any(|cell| !cell.title().is_empty());
            y += if titled { theme::PANEL_TITLE_LINE } else { 6.0 };
            tops.push(y);
            let mut below: f64 = 8.0;
            for column in (0..columns).filter(|&c| x_labels(row, c)) {
                let Some(panel) = at(row, column) else { continue };
                let title = if own_title(&panel.x, &x_title) { theme::AXIS_LINE } else { 0.0 };
                below = below.max(theme::TICK_GAP + panel.below(w).height + title);
            }
            y += h + below;
        }
        let (grid_height, plots_height) = (y, tops[rows - 1] + h - tops[0]);

        let bars = figure.color_scales().into_iter().map(|s| color_bar::width(s, plots_height));
        let width = (bars_left + bars.sum::<f64>() + theme::MARGIN).ceil().max(320.0);

        // Above and below the grid, where the width breaks the lines.
        let inner = width - 2.0 * theme::MARGIN;
        // A viewer without the bundled fonts may have wider ones.
        let line = inner / 1.08;
        let title = text::wrap(&figure.title, theme::TITLE.size, line);
        let subtitle = text::wrap(&figure.subtitle, theme::SUBTITLE.size, line);
        let caption = text::wrap(&figure.caption, theme::CAPTION.size, line);
        let keys = legend::unique(figure.cells.iter().flat_map(Cell::keys));
        let legend = match figure.legend {
            Legend::Inside(panel, _)
                if panel < figure.cells.len() && LegendBox::fit(&keys, (w, h)).is_none() =>
            {
                Legend::Top
            }
            wanted => wanted,
        };
        let legend_height = legend::rows(&keys, inner).len() as f64 * theme::LEGEND_LINE;
        let mut y = theme::MARGIN
            + title.len() as f64 * TITLE_LEADING
            + subtitle.len() as f64 * SUBTITLE_LEADING;
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
        if x_title.as_ref().is_some_and(|t| !t.is_empty()) {
            y += theme::AXIS_LINE - 3.0;
        }
        if legend == Legend::Bottom && !keys.is_empty() {
            legend_top = y + 5.0;
            y = legend_top + legend_height;
        }
        let caption_top = y + 6.0;
        if !caption.is_empty() {
            y = caption_top + caption.len() as f64 * SUBTITLE_LEADING;
        }
        let height = (y + theme::MARGIN - 4.0).ceil();

        let panels = (figure.cells.iter().enumerate())
            .map(|(k, cell)| {
                let (row, column) = (k / columns, k % columns);
                Placed {
                    cell,
                    rect: Rect { x: lefts[column], y: tops[row], w, h },
                    x_labels: x_labels(row, column),
                    y_labels: y_labels(row, column),
                }
            })
            .collect();
        let plots = Rect { x: lefts[0], y: tops[0], w: x - lefts[0], h: plots_height };
        Self {
            width,
            height,
            title,
            subtitle,
            caption,
            keys,
            legend,
            panels,
            x_title,
            y_title,
            plots,
            x_title_at,
            legend_top,
            caption_top,
            bars_left,
        }
    }
}

/// The title that this axis has in all cells, if they are panels and it is the same.
fn common(cells: &[Cell], axis: impl Fn(&Panel) -> &Axis) -> Option<Cow<'_, str>> {
    let first = axis(cells.first()?.panel()?).title();
    let same = |cell: &Cell| cell.panel().is_some_and(|panel| axis(panel).title() == first);
    cells.iter().all(same).then_some(first)
}
