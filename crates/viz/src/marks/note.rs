use crate::canvas::Align;
use crate::data::{MarkData, MarkKind};
use crate::geometry::Corner;
use crate::plot::Plot;
use crate::text::{self, Font};
use crate::{Color, theme};

/// A short text in a panel, such as "diverged" beside the end of a curve.
///
/// ```
/// use viz::{Color, Corner, Note};
/// let there = Note::at((3.0, 0.1), "diverged").color(Color::VERMILLION);
/// let here = Note::corner(Corner::LowerRight, "lr 0.0071\ndecay 3.2×10⁻⁶");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub(super) lines: Vec<String>,
    place: Place,
    pub(super) color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Point((f64, f64)),
    Corner(Corner),
}

const LEADING: f64 = 14.0;

impl Note {
    /// A text beside a point of data: on its right if there is room, else on its left. It is not
    /// drawn if the point is outside the panel.
    pub fn at(point: (f64, f64), text: &str) -> Self {
        Self::new(Place::Point(point), text)
    }

    /// A text in a corner of the panel.
    pub fn corner(corner: Corner, text: &str) -> Self {
        Self::new(Place::Corner(corner), text)
    }

    fn new(place: Place, text: &str) -> Self {
        let lines = text.lines().map(str::to_owned).collect();
        Self { lines, place, color: theme::AXIS_LABEL.color }
    }

    /// The colour of the text.
    #[must_use]
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    pub(crate) fn data(&self) -> MarkData {
        let points = match self.place {
            Place::Point((x, y)) => vec![vec![x, y]],
            Place::Corner(_) => vec![],
        };
        MarkData::new(MarkKind::Text, self.color, points)
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let area = plot.rect;
        // Smaller where a line would leave a narrow panel.
        let widest = text::widest(&self.lines, theme::TICK.size);
        let size = theme::TICK.size * ((area.w - 12.0) / widest.max(1.0)).min(1.0);
        let font = Font { color: self.color, size, ..theme::TICK };
        let (w, h) = (text::widest(&self.lines, font.size), LEADING * self.lines.len() as f64);
        let (left, top) = match self.place {
            Place::Corner(corner) => corner.place(area, (w, h), 6.0),
            Place::Point(point) => {
                let Some((x, y)) = plot.visible(point) else { return };
                let left = if x + 8.0 + w <= area.right() { x + 8.0 } else { x - 8.0 - w };
                (left, (y - h / 2.0).min(area.bottom() - h - 2.0).max(area.y + 2.0))
            }
        };
        let (x, align) = match self.place {
            Place::Corner(corner) if corner.is_right() => (left + w, Align::Right),
            _ => (left, Align::Left),
        };
        for (k, line) in self.lines.iter().enumerate() {
            plot.canvas.text(line, (x, top + (k as f64 + 0.5) * LEADING), align, font);
        }
    }
}
