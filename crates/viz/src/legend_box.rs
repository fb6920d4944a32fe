//! A legend in a corner of a panel: columns of keys on a background.

use crate::canvas::Canvas;
use crate::geometry::Rect;
use crate::legend::Key;
use crate::{Corner, theme};

/// Distances to the corner of the panel, and around the keys.
const INSET: f64 = 8.0;
const PAD: f64 = 7.0;
const LINE: f64 = 18.0;
const COLUMN_GAP: f64 = 14.0;
/// Text sizes to try, relative to that of other legends.
const SCALES: [f64; 3] = [1.0, 0.9, 0.8];
/// Smallest relative size of names where even one column is too wide.
const SMALLEST: f64 = 0.6;
/// Largest part of the panel that several columns may cover.
const COVERED: f64 = 0.5;

pub(crate) struct LegendBox<'k> {
    /// Keys and width of each column.
    columns: Vec<(&'k [Key], f64)>,
    scale: f64,
}

impl<'k> LegendBox<'k> {
    /// The legend of the largest text that fits into a panel of this size; `None` if none does, or
    /// if it would cover too much.
    pub(crate) fn fit(keys: &'k [Key], (w, h): (f64, f64)) -> Option<Self> {
        let (w, h) = (w - 2.0 * INSET, h - 2.0 * INSET);
        let fits = |legend: &Self| {
            let (width, height) = legend.size();
            let covers = legend.columns.len() > 1 && width * height > COVERED * w * h;
            width <= w && height <= h && !covers
        };
        SCALES.into_iter().filter_map(|scale| Self::new(keys, scale, (w, h))).find(fits)
    }

    /// As few columns of equal length as fit the height `h`; a single one fits the width `w` too.
    fn new(keys: &'k [Key], scale: f64, (w, h): (f64, f64)) -> Option<Self> {
        let rows = ((h - PAD) / (LINE * scale)).floor();
        if keys.is_empty() || rows < 1.0 {
            return None;
        }
        let widest = |column: &[Key], scale: f64| {
            column.iter().map(|key| key.width(theme::LEGEND.size * scale)).fold(0.0, f64::max)
        };
        let count = keys.len().div_ceil(rows as usize);
        let columns = keys.chunks(keys.len().div_ceil(count));
        let mut columns: Vec<_> = columns.map(|column| (column, widest(column, scale))).collect();
        if let [(keys, width)] = &mut columns[..] {
            let room = w - 2.0 * PAD;
            if widest(keys, SMALLEST) > room {
                return None;
            }
            *width = width.min(room);
        }
        Some(Self { columns, scale })
    }

    fn size(&self) -> (f64, f64) {
        let rows = self.columns.first().map_or(0, |(keys, _)| keys.len());
        let keys: f64 = self.columns.iter().map(|(_, width)| width).sum();
        let gaps = COLUMN_GAP * self.columns.len().saturating_sub(1) as f64;
        (keys + gaps + 2.0 * PAD, rows as f64 * LINE * self.scale + PAD)
    }

    pub(crate) fn draw(&self, canvas: &Canvas, area: Rect, corner: Corner) {
        let size = self.size();
        let (left, top) = corner.place(area, size, INSET);
        let background = Rect { x: left, y: top, w: size.0, h: size.1 };
        canvas.rect(background, theme::WHITE, 0.88);
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
