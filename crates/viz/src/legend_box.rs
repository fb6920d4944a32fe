//! A legend in a corner of a panel: columns of keys on a background, as small as must be.

use crate::canvas::Canvas;
use crate::geometry::Rect;
use crate::legend::Key;
use crate::{Color, Corner, theme};

/// From the corner of the panel, and around the keys.
const INSET: f64 = 8.0;
const PAD: f64 = 7.0;
const LINE: f64 = 18.0;
const COLUMN_GAP: f64 = 14.0;
/// Sizes of texts to try, in sizes of a legend's.
const SCALES: [f64; 3] = [1.0, 0.9, 0.8];
/// The least of a name's size that is left where even one column is too wide.
const SMALLEST: f64 = 0.6;
/// The most of the panel that several columns may cover.
const COVERED: f64 = 0.5;

pub(crate) struct LegendBox<'k> {
    /// With the width of each.
    columns: Vec<(&'k [Key], f64)>,
    scale: f64,
}

impl<'k> LegendBox<'k> {
    /// The box that fits into a panel of this size; `None` where none would, or where it would leave little of the
    /// panel.
    pub(crate) fn fit(keys: &'k [Key], (w, h): (f64, f64)) -> Option<Self> {
        let (w, h) = (w - 2.0 * INSET, h - 2.0 * INSET);
        let covers = |b: &Self| b.columns.len() > 1 && b.size().0 * b.size().1 > COVERED * w * h;
        let fits = |b: &Self| b.size().0 <= w && b.size().1 <= h && !covers(b);
        SCALES.into_iter().filter_map(|scale| Self::as_high_as(h, w, keys, scale)).find(fits)
    }

    /// Columns of equal length that are no higher than `h`; a single one is no wider than `w` either.
    fn as_high_as(h: f64, w: f64, keys: &'k [Key], scale: f64) -> Option<Self> {
        let rows = ((h - PAD) / (LINE * scale)).floor();
        if keys.is_empty() || rows < 1.0 {
            return None;
        }
        let count = keys.len().div_ceil(rows as usize);
        let columns = keys.chunks(keys.len().div_ceil(count)).map(|column| {
            (
                column,
                column.iter().map(|key| key.width(theme::LEGEND.size * scale)).fold(0.0, f64::max),
            )
        });
        let mut columns: Vec<(&[Key], f64)> = columns.collect();
        if let [(keys, widest)] = &mut columns[..] {
            let room = w - 2.0 * PAD;
            if keys.iter().any(|key| key.width(theme::LEGEND.size * SMALLEST) > room) {
                return None;
            }
            *widest = widest.min(room);
        }
        Some(Self { columns, scale })
    }

    fn size(&self) -> (f64, f64) {
        let rows = self.columns.iter().map(|(column, _)| column.len()).max().unwrap_or(0);
        let keys: f64 = self.columns.iter().map(|(_, width)| width).sum();
        let gaps = COLUMN_GAP * self.columns.len().saturating_sub(1) as f64;
        (keys + gaps + 2.0 * PAD, rows as f64 * LINE * self.scale + PAD)
    }

    pub(crate) fn draw(&self, canvas: &Canvas, area: Rect, corner: Corner) {
        let size = self.size();
        let (left, top) = corner.place(area, size, INSET);
        let background = Rect { x: left, y: top, w: size.0, h: size.1 };
        canvas.rect(background, Color(255, 255, 255), 0.88);
        canvas.frame(background, theme::GRID);
        let mut x = left + PAD;
        for (keys, width) in &self.columns {
            for (k, key) in keys.iter().enumerate() {
                let y = top + PAD / 2.0 + (k as f64 + 0.5) * LINE * self.scale;
                key.draw(canvas, (x, y), *width, theme::LEGEND.size * self.scale);
            }
            x += width + COLUMN_GAP;
        }
    }
}
