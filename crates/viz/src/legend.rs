//! Legend entries: a sample drawn as in the plot, and a name.

use crate::canvas::{Align, Canvas};
use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::text::{self, Font};
use crate::{Color, Corner, Marker, theme};

/// Where a figure's legend is.
///
/// It has one entry for each name among the marks of all panels, in the order of their first
/// appearance. A figure without named marks has no legend.
///
/// ```
/// use viz::{Corner, Figure, Legend};
/// let figure = Figure::new("Training loss").legend(Legend::Inside(0, Corner::UpperRight));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legend {
    /// In rows between the titles and the panels.
    #[default]
    Top,
    /// In rows below the panels.
    Bottom,
    /// In a corner of the panel with this index, in as many columns as it needs; above the panels
    /// if it does not fit there, or would cover most of that panel.
    Inside(usize, Corner),
    /// Nowhere.
    Hidden,
}

/// The sample before a name: opacity of a patch, radius of a marker.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Swatch {
    Line(Stroke, Option<(Marker, f64)>),
    Patch(Color, f64),
    Marker(Marker, f64, Color),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    name: String,
    swatch: Swatch,
}

const SWATCH: f64 = 30.0;
const SWATCH_GAP: f64 = 7.0;
const KEY_GAP: f64 = 22.0;

impl Key {
    /// A legend entry; `None` without a name.
    pub(crate) fn new(name: &str, swatch: Swatch) -> Option<Self> {
        (!name.is_empty()).then(|| Self { name: name.to_owned(), swatch })
    }

    pub(crate) fn width(&self, size: f64) -> f64 {
        SWATCH + SWATCH_GAP + text::width(&self.name, size)
    }

    /// Draws the entry with its left end at `x` and its middle at `y`, its name at `size`, or
    /// smaller where the entry would be wider than `limit`.
    pub(crate) fn draw(&self, canvas: &Canvas, (x, y): Point, limit: f64, size: f64) {
        canvas.group("data-series", &self.name, || {
            self.draw_swatch(canvas, (x, y));
            let (at, font) = ((x + SWATCH + SWATCH_GAP, y), Font { size, ..theme::LEGEND });
            canvas.text_within(limit - SWATCH - SWATCH_GAP, &self.name, at, Align::Left, font);
        });
    }

    fn draw_swatch(&self, canvas: &Canvas, (x, y): Point) {
        let at = (x + SWATCH / 2.0, y);
        match self.swatch {
            Swatch::Line(stroke, marker) => {
                canvas.line(&[(x, y), (x + SWATCH, y)], stroke);
                if let Some((marker, radius)) = marker {
                    marker.draw(canvas, at, radius, stroke.color, true);
                }
            }
            Swatch::Patch(color, opacity) => {
                let patch = Rect { x: x + 6.0, y: y - 5.5, w: SWATCH - 12.0, h: 11.0 };
                canvas.rect(patch, color, opacity);
            }
            Swatch::Marker(marker, radius, color) => marker.draw(canvas, at, radius, color, true),
        }
    }
}

/// The first key of each name.
pub(crate) fn unique(keys: impl IntoIterator<Item = Key>) -> Vec<Key> {
    let mut unique: Vec<Key> = Vec::new();
    for key in keys {
        if unique.iter().all(|known| known.name != key.name) {
            unique.push(key);
        }
    }
    unique
}

/// Keys in rows no wider than `limit`.
pub(crate) fn rows(keys: &[Key], limit: f64) -> Vec<&[Key]> {
    let mut x = 0.0;
    let continues_row = |key: &Key, next: &Key| {
        x += key.width(theme::LEGEND.size) + KEY_GAP;
        let fits = x + next.width(theme::LEGEND.size) <= limit;
        if !fits {
            x = 0.0;
        }
        fits
    };
    keys.chunk_by(continues_row).collect()
}

/// Draws rows of keys with their top left corner at `(left, top)`.
pub(crate) fn draw_rows(canvas: &Canvas, keys: &[Key], (left, top): Point, limit: f64) {
    let size = theme::LEGEND.size;
    for (r, row) in rows(keys, limit).into_iter().enumerate() {
        let y = top + (r as f64 + 0.5) * theme::LEGEND_LINE;
        let mut x = left;
        for key in row {
            key.draw(canvas, (x, y), limit, size);
            x += key.width(size) + KEY_GAP;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key { name: name.to_owned(), swatch: Swatch::Patch(Color::BLUE, 1.0) }
    }

    #[test]
    fn each_name_appears_once_in_the_order_of_first_appearance() {
        let keys = unique(["b", "a", "b", "c", "a"].map(key));
        assert_eq!(keys.iter().map(|k| k.name.as_str()).collect::<Vec<_>>(), ["b", "a", "c"]);
        assert_eq!(Key::new("", Swatch::Patch(Color::BLUE, 1.0)), None);
    }

    #[test]
    fn rows_hold_every_key_and_break_where_they_are_full() {
        let keys: Vec<Key> = (0..10).map(|k| key(&format!("series number {k}"))).collect();
        let rows = rows(&keys, 400.0);
        assert!(rows.len() > 3);
        assert_eq!(rows.concat().len(), 10);
        assert!(rows.iter().all(|row| !row.is_empty()));
        assert_eq!(super::rows(&keys, 1.0).len(), 10);
        assert!(super::rows(&[], 400.0).is_empty());
    }
}
