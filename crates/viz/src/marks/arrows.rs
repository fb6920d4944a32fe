use crate::clip;
use crate::legend::{Key, Swatch};
use crate::plot::Plot;
use crate::stroke::Stroke;
use crate::{Axis, Color, Marker};

/// A field of arrows, for example the negative gradient of a function.
///
/// Arrows have the directions of the vectors on the drawn axes. Lengths are in proportion to the
/// vectors, or all equal if a colour tells the length of the vector. The longest fills the space
/// that an arrow has, at most 40 pixels, or is [`longest`](Arrows::longest) pixels long. Zero and
/// NaN vectors are not drawn.
///
/// ```
/// use viz::{Arrows, Color};
/// let field = [(2.0, 1.0), (4.0, 1.0)].map(|(x, y)| ((x, y), (-x / 10.0, -2.0 * y)));
/// let arrows = Arrows::new(Color::GREY, field).longest(30.0);
///
/// use viz::Axis;
/// let slope = Axis::linear("slope", 0.0, 3.0);
/// let directions = Arrows::colored(slope, field);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Arrows {
    pub(super) name: String,
    color: Color,
    pub(super) scale: Option<Axis>,
    arrows: Vec<((f64, f64), (f64, f64))>,
    longest: Option<f64>,
}

impl Arrows {
    /// Arrows from points `(x, y)` along vectors `(dx, dy)`.
    pub fn new(color: Color, arrows: impl IntoIterator<Item = ((f64, f64), (f64, f64))>) -> Self {
        let arrows = arrows.into_iter().collect();
        Self { name: String::new(), color, scale: None, arrows, longest: None }
    }

    /// Arrows of equal length, each in the colour of the length of its vector.
    pub fn colored(
        scale: Axis,
        arrows: impl IntoIterator<Item = ((f64, f64), (f64, f64))>,
    ) -> Self {
        let color = Color::viridis(0.5);
        Self { scale: Some(scale), ..Self::new(color, arrows) }
    }

    /// The name for the legend.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Length of the longest arrow in logical pixels.
    pub fn longest(self, pixels: f64) -> Self {
        Self { longest: Some(pixels), ..self }
    }

    fn stroke(&self, color: Color) -> Stroke {
        Stroke::solid(color, if self.scale.is_some() { 1.8 } else { 1.1 })
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let lengths = self.arrows.iter().map(|(_, (dx, dy))| libm::hypot(*dx, *dy));
        let longest = lengths.filter(|l| l.is_finite()).fold(0.0, f64::max);
        let space = plot.rect.w * plot.rect.h / self.arrows.len() as f64;
        let pixels_of_longest = self.longest.unwrap_or((0.65 * space.sqrt()).min(40.0));
        for &((x, y), (dx, dy)) in &self.arrows {
            let length = libm::hypot(dx, dy);
            let (share, color) = match &self.scale {
                None => (length / longest, Some(self.color)),
                Some(scale) => (1.0, scale.color(length)),
            };
            let pixels = pixels_of_longest * share;
            let (Some(tail), Some(ahead), Some(color)) =
                (plot.visible((x, y)), plot.place((x + dx, y + dy)), color)
            else {
                continue;
            };
            let (ax, ay) = (ahead.0 - tail.0, ahead.1 - tail.1);
            let norm = libm::hypot(ax, ay);
            // An arrow shorter than its line is wide shows no direction.
            if !(pixels > 1.0 && norm > 0.0) {
                continue;
            }
            let (ux, uy) = (ax / norm, ay / norm);
            let tip = (tail.0 + pixels * ux, tail.1 + pixels * uy);
            let head = (0.45 * pixels).min(6.0);
            let neck = (tip.0 - head * ux, tip.1 - head * uy);
            if let Some((from, to)) = clip::segment(tail, neck, plot.rect) {
                plot.canvas.line(&[from, to], self.stroke(color));
            }
            let (wx, wy) = (-0.42 * head * uy, 0.42 * head * ux);
            let barbs = [tip, (neck.0 + wx, neck.1 + wy), (neck.0 - wx, neck.1 - wy)];
            plot.fill(&barbs, color, 1.0);
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Line(self.stroke(self.color), Some((Marker::Triangle, 3.0))))
    }
}
