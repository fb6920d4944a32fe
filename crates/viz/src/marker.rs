use crate::Color;
use crate::canvas::Canvas;
use crate::geometry::Point;
use crate::stroke::Stroke;

/// The shape that stands at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A filled circle.
    Circle,
    /// A diagonal cross, as for a run that diverged.
    Cross,
    /// A filled square.
    Square,
    /// A filled square on its corner.
    Diamond,
    /// A filled triangle, pointing upwards.
    Triangle,
    /// An upright cross, as for a minimum.
    Plus,
}

const WHITE: Color = Color(255, 255, 255);

impl Marker {
    /// Draws the marker, with a thin white edge that parts it from lines and other markers if `edged`.
    pub(crate) fn draw(
        self,
        canvas: &Canvas,
        (x, y): Point,
        radius: f64,
        color: Color,
        edged: bool,
    ) {
        let at = |dx: f64, dy: f64| (x + dx * radius, y + dy * radius);
        let shape = |corners: &[(f64, f64)]| {
            let mut corners: Vec<Point> = corners.iter().map(|&(dx, dy)| at(dx, dy)).collect();
            canvas.polygon(&corners, color, 1.0);
            if edged {
                corners.extend_from_within(..2);
                canvas.line(&corners, Stroke::solid(WHITE, 0.7));
            }
        };
        let strokes = |bars: [[(f64, f64); 2]; 2]| {
            let edge = edged.then_some(Stroke::solid(WHITE, 3.2));
            for stroke in edge.into_iter().chain([Stroke::solid(color, 1.8)]) {
                for bar in bars {
                    canvas.line(&bar.map(|(dx, dy)| at(dx, dy)), stroke);
                }
            }
        };
        match self {
            Marker::Circle => {
                if edged {
                    canvas.disc((x, y), radius, WHITE, 1.0);
                }
                canvas.disc((x, y), radius - 0.6, color, 1.0);
            }
            Marker::Cross => strokes([[(-0.9, -0.9), (0.9, 0.9)], [(-0.9, 0.9), (0.9, -0.9)]]),
            Marker::Plus => strokes([[(-1.2, 0.0), (1.2, 0.0)], [(0.0, -1.2), (0.0, 1.2)]]),
            Marker::Square => shape(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Marker::Diamond => shape(&[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)]),
            Marker::Triangle => shape(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
        }
    }
}
