use crate::canvas::Align;
use crate::data::{MarkData, MarkKind};
use crate::geometry::{Corner, Rect};
use crate::plot::Plot;
use crate::text::{self, Font};
use crate::{Color, theme};

/// A short text in a panel, such as "diverged" beside the end of a curve.
///
/// ```
/// use viz::{Color, Corner, Note};
/// let there = Note::at((3.0, 0.1), "diverged").color(Color::VERMILLION);
/// let here = Note::corner(Corner::LowerRight, "lr 0.0071\ndecay 3.2×10⁻⁶");
/// let anywhere = Note::free("std 0.12");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Note {
    pub(super) lines: Vec<String>,
    place: Place,
    pub(super) color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Point((f64, f64)),
    Corner(Corner),
    Free,
}

const LEADING: f64 = 14.0;
/// From a point to the text beside it.
const GAP: f64 = 8.0;
/// From the frame to a text in a corner.
const INSET: f64 = 6.0;
/// Around a text where nothing else should be.
const AIR: f64 = 3.0;

impl Note {
    /// A text beside a point of data: on its right, or where it covers less of lines, points and
    /// bars. It is not drawn if the point is outside the panel.
    pub fn at(point: (f64, f64), text: &str) -> Self {
        Self::new(Place::Point(point), text)
    }

    /// A text in a corner of the panel.
    pub fn corner(corner: Corner, text: &str) -> Self {
        Self::new(Place::Corner(corner), text)
    }

    /// A text in a corner of the panel, or in the middle of its upper or lower side: where it hides
    /// least of lines, points and bars.
    pub fn free(text: &str) -> Self {
        Self::new(Place::Free, text)
    }

    fn new(place: Place, text: &str) -> Self {
        let lines = text.lines().map(str::to_owned).collect();
        Self { lines, place, color: theme::AXIS_LABEL.color }
    }

    /// The colour of the text.
    pub fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    pub(crate) fn data(&self) -> MarkData {
        let points = match self.place {
            Place::Point((x, y)) => vec![vec![x, y]],
            Place::Corner(_) | Place::Free => vec![],
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
        let (left, top, align) = match self.place {
            Place::Corner(corner) => {
                let (left, top) = corner.place(area, (w, h), INSET);
                (left, top, if corner.is_right() { Align::Right } else { Align::Left })
            }
            Place::Free => freest(plot, (w, h)),
            Place::Point(point) => {
                let Some((x, y)) = plot.visible(point) else { return };
                let at_a_side = plot.beside((x, y), (w, h), GAP, |_| true);
                // In a corner of the panel, or if the text is long, it fits at no side as it is.
                let left = if x + GAP + w <= area.right() { x + GAP } else { x - GAP - w };
                let top = (y - h / 2.0).min(area.bottom() - h - 2.0).max(area.y + 2.0);
                at_a_side.map_or((left, top, Align::Left), |at| (at.x, at.y, Align::Left))
            }
        };
        let x = match align {
            Align::Right => left + w,
            Align::Center => left + w / 2.0,
            _ => left,
        };
        for (k, line) in self.lines.iter().enumerate() {
            plot.canvas.text(line, (x, top + (k as f64 + 0.5) * LEADING), align, font);
        }
    }
}

/// Left, top and alignment of a text of this size where it hides least; the first of equal places.
fn freest(plot: &Plot, (w, h): (f64, f64)) -> (f64, f64, Align) {
    let across = [(1.0, Align::Right), (0.0, Align::Left), (0.5, Align::Center)];
    let places = [0.0, 1.0].into_iter().flat_map(|down| {
        across.map(|(right, align)| {
            let side = |from: f64, length: f64, own: f64, share: f64| {
                from + INSET + share * (length - own - 2.0 * INSET)
            };
            let left = side(plot.rect.x, plot.rect.w, w, right);
            (left, side(plot.rect.y, plot.rect.h, h, down), align)
        })
    });
    let hides = |&(left, top, _): &(f64, f64, Align)| -> usize {
        let rect = Rect { x: left - AIR, y: top - AIR, w: w + 2.0 * AIR, h: h + 2.0 * AIR };
        plot.covered_by(&rect)
    };
    places.min_by_key(hides).expect("six places")
}
