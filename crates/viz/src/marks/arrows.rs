use crate::clip;
use crate::legend::{Key, Swatch};
use crate::plot::Plot;
use crate::stroke::Stroke;
use crate::{Color, Marker};

/// A field of arrows, as the negative gradient of a function.
///
/// Directions are those of the vectors on the axes as drawn; lengths are proportional to the
/// vectors'; the longest fills the space that each arrow has, or measures
/// [`longest`](Arrows::longest) pixels. Null and NaN vectors are
/// not drawn.
///
/// ```
/// use viz::{Arrows, Color};
/// let field = [(2.0, 1.0), (4.0, 1.0)].map(|(x, y)| ((x, y), (-x / 10.0, -2.0 * y)));
/// let arrows = Arrows::new(Color::GREY, field).longest(30.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Arrows {
    name: String,
    color: Color,
    arrows: Vec<((f64, f64), (f64, f64))>,
    longest: Option<f64>,
}

impl Arrows {
    /// Arrows that begin at a point `(x, y)` and follow a vector `(dx, dy)`.
    pub fn new(color: Color, arrows: impl IntoIterator<Item = ((f64, f64), (f64, f64))>) -> Self {
        Self { name: String::new(), color, arrows: arrows.into_iter().collect(), longest: None }
    }

    /// The name for the legend.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Length of the longest arrow in logical pixels.
    #[must_use]
    pub fn longest(mut self, pixels: f64) -> Self {
        self.longest = Some(pixels);
        self
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let length = |&(_, (dx, dy)): &((f64, f64), (f64, f64))| dx.hypot(dy);
        let longest = self.arrows.iter().map(length).filter(|l| l.is_finite()).fold(0.0, f64::max);
        let space = plot.rect.w * plot.rect.h / self.arrows.len() as f64;
        let pixels_of_longest = self.longest.unwrap_or((0.65 * space.sqrt()).min(40.0));
        for arrow in &self.arrows {
            let ((x, y), (dx, dy)) = *arrow;
            let pixels = pixels_of_longest * length(arrow) / longest;
            let (Some(tail), Some(ahead)) = (plot.visible((x, y)), plot.place((x + dx, y + dy)))
            else {
                continue;
            };
            let (ax, ay) = (ahead.0 - tail.0, ahead.1 - tail.1);
            let norm = ax.hypot(ay);
            // Shorter than the line is wide there is no direction to see.
            if !(pixels > 1.0 && norm > 0.0) {
                continue;
            }
            let (ux, uy) = (ax / norm, ay / norm);
            let tip = (tail.0 + pixels * ux, tail.1 + pixels * uy);
            let head = (0.45 * pixels).min(6.0);
            let neck = (tip.0 - head * ux, tip.1 - head * uy);
            if let Some((from, to)) = clip::segment(tail, neck, plot.rect) {
                plot.canvas.line(&[from, to], Stroke::solid(self.color, 1.1));
            }
            let (wx, wy) = (-0.42 * head * uy, 0.42 * head * ux);
            let barbs = [tip, (neck.0 + wx, neck.1 + wy), (neck.0 - wx, neck.1 - wy)];
            plot.fill(&barbs, self.color, 1.0);
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(
            &self.name,
            Swatch::Line(Stroke::solid(self.color, 1.1), Some((Marker::Triangle, 3.0))),
        )
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        vec![&mut self.name]
    }
}
