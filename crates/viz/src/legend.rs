//! Legend entries: a sample drawn as in the plot, and a name.

use crate::canvas::{Align, Canvas};
use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::text::{self, Font};
use crate::{Color, Corner, Marker, theme};

/// Where a figure's legend stands.
///
/// Its entries are the names of the marks of all panels, each once, in the order in which they
/// first appear. A figure without named marks has no legend.
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
    /// In a corner of the panel with this index, in as many columns as it needs; above the panels where it would
    /// leave little of that panel.
    Inside(usize, Corner),
    /// Nowhere.
    Hidden,
}

/// What stands before the name.
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

    /// Draws the entry with its left end at `x` and its middle at `y`, no wider than `limit` and its name no larger
    /// than `size`.
    pub(crate) fn draw(&self, canvas: &Canvas, (x, y): Point, limit: f64, size: f64) {
        let middle = x + SWATCH / 2.0;
        match self.swatch {
            Swatch::Line(stroke, marker) => {
                canvas.line(&[(x, y), (x + SWATCH, y)], stroke);
                if let Some((marker, radius)) = marker {
                    marker.draw(canvas, (middle, y), radius, stroke.color, true);
                }
            }
            Swatch::Patch(color, opacity) => {
                let patch = Rect { x: x + 6.0, y: y - 5.5, w: SWATCH - 12.0, h: 11.0 };
                canvas.rect(patch, color, opacity);
            }
            Swatch::Marker(marker, radius, color) => {
                marker.draw(canvas, (middle, y), radius, color, true)
            }
        }
        let room = limit - SWATCH - SWATCH_GAP;
        let font = Font { size: text::shrink(&self.name, size, room), ..theme::LEGEND };
        canvas.text(&self.name, (x + SWATCH + SWATCH_GAP, y), Align::Left, font);
    }
}

/// The keys, each name once.
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
    let mut rows = Vec::new();
    let (mut start, mut end_of_row) = (0, 0.0);
    for (k, key) in keys.iter().enumerate() {
        if k > start && end_of_row + key.width(theme::LEGEND.size) > limit {
            rows.push(&keys[start..k]);
            (start, end_of_row) = (k, 0.0);
        }
        end_of_row += key.width(theme::LEGEND.size) + KEY_GAP;
    }
    if start < keys.len() {
        rows.push(&keys[start..]);
    }
    rows
}

/// Draws rows of keys from the point at the left of the first row's middle.
pub(crate) fn draw_rows(canvas: &Canvas, keys: &[Key], (left, top): Point, limit: f64) {
    for (r, row) in rows(keys, limit).into_iter().enumerate() {
        let mut x = left;
        for key in row {
            key.draw(
                canvas,
                (x, top + (r as f64 + 0.5) * theme::LEGEND_LINE),
                limit,
                theme::LEGEND.size,
            );
            x += key.width(theme::LEGEND.size) + KEY_GAP;
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
