use serde::Serialize;

use crate::canvas::Canvas;
use crate::geometry::Point;
use crate::stroke::Stroke;
use crate::{Color, theme};

/// The shape drawn at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Marker {
    /// A filled circle.
    Circle,
    /// A diagonal cross, for example for a run that diverged.
    Cross,
    /// A filled square.
    Square,
    /// A filled square on its corner.
    Diamond,
    /// A filled triangle, pointing upwards.
    Triangle,
    /// An upright cross, for example for a minimum.
    Plus,
}

impl Marker {
    /// Draws the marker; if `edged`, with a thin white edge between it and lines or other markers.
    pub(crate) fn draw(self, canvas: &Canvas, at: Point, radius: f64, color: Color, edged: bool) {
        let place = |&(dx, dy): &Point| (at.0 + dx * radius, at.1 + dy * radius);
        let shape = |corners: &[(f64, f64)]| {
            let mut corners: Vec<Point> = corners.iter().map(place).collect();
            canvas.polygon(&corners, color, 1.0);
            if edged {
                corners.extend_from_within(..2);
                canvas.line(&corners, Stroke::solid(theme::WHITE, 0.7));
            }
        };
        let strokes = |bars: [[(f64, f64); 2]; 2]| {
            let edge = edged.then_some(Stroke::solid(theme::WHITE, 3.2));
            for stroke in edge.into_iter().chain([Stroke::solid(color, 1.8)]) {
                for bar in bars {
                    canvas.line(&bar.each_ref().map(place), stroke);
                }
            }
        };
        match self {
            Marker::Circle => {
                if edged {
                    canvas.disc(at, radius, theme::WHITE, 1.0);
                }
                canvas.disc(at, radius - 0.6, color, 1.0);
            }
            Marker::Cross => strokes([[(-0.9, -0.9), (0.9, 0.9)], [(-0.9, 0.9), (0.9, -0.9)]]),
            Marker::Plus => strokes([[(-1.2, 0.0), (1.2, 0.0)], [(0.0, -1.2), (0.0, 1.2)]]),
            Marker::Square => shape(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Marker::Diamond => shape(&[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)]),
            Marker::Triangle => shape(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
        }
    }
}
