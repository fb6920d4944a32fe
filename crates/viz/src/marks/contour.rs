use std::collections::HashMap;

use crate::canvas::Align;
use crate::geometry::{Point, Rect};
use crate::legend::{Key, Swatch};
use crate::plot::Plot;
use crate::stroke::Stroke;
use crate::text::{self, Font};
use crate::{Color, Grid, clip, labels, theme};

/// Contour lines of a function of two variables.
///
/// Marching squares (Maple 2003) with linear interpolation between the nodes. Lines are smooth if
/// the distance of the nodes is below their radius of curvature; about 400 nodes a side suffice for
/// most, and more make the figure no larger. Cells with a NaN corner stay empty.
///
/// ```
/// use viz::{Color, Contour, Grid};
/// let ravine = Grid::sample((-10.0, 10.0), (-10.0, 10.0), 101, |x, y| x * x / 20.0 + y * y);
/// let lines = Contour::new(Color::GREY, ravine, [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Contour {
    pub(super) name: String,
    color: Color,
    grid: Grid,
    levels: Vec<f64>,
    labelled: bool,
}

const LABEL: Font = Font { size: 10.0, ..theme::TICK };

type Segment = [(f64, f64); 2];

impl Contour {
    /// The lines on which the function on `grid` equals each of `levels`.
    pub fn new(color: Color, grid: Grid, levels: impl IntoIterator<Item = f64>) -> Self {
        let levels = levels.into_iter().collect();
        Self { name: String::new(), color, grid, levels, labelled: false }
    }

    /// Writes on each line its level, where the line runs across and no other label is.
    pub fn labelled(self) -> Self {
        Self { labelled: true, ..self }
    }

    /// The name for the legend.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    fn stroke(&self) -> Stroke {
        Stroke { opacity: 0.75, ..Stroke::solid(self.color, 0.9) }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let mut labels: Vec<(String, Rect)> = Vec::new();
        for (&level, segments) in self.levels.iter().zip(segments(&self.grid, &self.levels)) {
            let mut runs = Vec::new();
            for line in join(segments) {
                let placed: Option<Vec<Point>> = line.iter().map(|&p| plot.place(p)).collect();
                let thinned = clip::thinned(&placed.unwrap_or_default());
                runs.extend(clip::polyline(thinned.into_iter().map(Some), plot.rect));
            }
            for run in &runs {
                plot.canvas.line(run, self.stroke());
            }
            if self.labelled {
                let label = labels::linear(&[level]).concat();
                let size = (text::width(&label, LABEL.size) + 4.0, LABEL.size + 2.0);
                let taken: Vec<Rect> = labels.iter().map(|(_, rect)| *rect).collect();
                labels.extend(label_on(&runs, size, plot.rect, &taken).map(|rect| (label, rect)));
            }
        }
        for (label, rect) in labels {
            plot.canvas.rect(rect, theme::WHITE, 1.0);
            let middle = (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
            plot.canvas.text(&label, middle, Align::Center, LABEL);
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Line(self.stroke(), None))
    }
}

/// The place of a label of this size on the flattest part of the lines, inside `area` and apart
/// from the labels `taken`.
fn label_on(runs: &[Vec<Point>], (w, h): Point, area: Rect, taken: &[Rect]) -> Option<Rect> {
    let around = |(x, y): Point| Rect { x: x - w / 2.0, y: y - h / 2.0, w, h };
    let steepness = |from: Point, to: Point| (to.1 - from.1).abs() / (to.0 - from.0).abs();
    let places = runs.iter().flat_map(|run| run.windows(3)).map(|p| {
        // Of equally flat places the topmost.
        ((steepness(p[0], p[2]) * 50.0).round(), p[1].1, around(p[1]))
    });
    let free = places.filter(|(steepness, _, rect)| {
        *steepness < 50.0 && area.encloses(rect) && !taken.iter().any(|other| other.meets(rect))
    });
    free.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(.., rect)| rect)
}

/// The lines of each level through each cell: one segment, or two at a saddle.
fn segments(grid: &Grid, levels: &[f64]) -> Vec<Vec<Segment>> {
    let mut segments = vec![Vec::new(); levels.len()];
    for corners in grid.cells() {
        let [a, b, c, d] = corners.map(|(i, j)| grid.at(i, j));
        for (&level, segments) in levels.iter().zip(&mut segments) {
            let first = a > level;
            if [b > level, c > level, d > level] == [first; 3] {
                continue; // Most cells.
            }
            let crossings: Vec<(f64, f64)> = (0..4)
                .filter_map(|k| crossing(grid, corners[k], corners[(k + 1) % 4], level))
                .collect();
            match crossings[..] {
                [a, b] if a != b => segments.push([a, b]),
                // A saddle: the mean of the corners decides which two of them are connected.
                [a, b, c, d] if (grid.mean(&corners) > level) == first => {
                    segments.extend([[a, b], [c, d]]);
                }
                [a, b, c, d] => segments.extend([[a, d], [b, c]]),
                _ => {}
            }
        }
    }
    segments
}

/// Where the level crosses the edge between two neighbouring nodes; `None` if it does not. Both
/// cells at the edge get the same point, to the bit.
fn crossing(grid: &Grid, a: (usize, usize), b: (usize, usize), level: f64) -> Option<(f64, f64)> {
    let (a, b) = (a.min(b), a.max(b));
    let (va, vb) = (grid.at(a.0, a.1), grid.at(b.0, b.1));
    if !(va.is_finite() && vb.is_finite()) || (va > level) == (vb > level) {
        return None;
    }
    let t = (level - va) / (vb - va);
    // Exact at both ends: a level through a node gives the same point in all its cells.
    let between = |p: f64, q: f64| if t == 1.0 { q } else { p + t * (q - p) };
    Some((between(grid.xs[a.0], grid.xs[b.0]), between(grid.ys[a.1], grid.ys[b.1])))
}

/// Chains segments that share an end point, so that a contour is a few paths rather than thousands.
fn join(segments: Vec<Segment>) -> Vec<Vec<(f64, f64)>> {
    let id = |p: (f64, f64)| (p.0.to_bits(), p.1.to_bits());
    let mut ends: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
    for (k, segment) in segments.iter().enumerate() {
        for &end in segment {
            ends.entry(id(end)).or_default().push(k);
        }
    }
    let mut used = vec![false; segments.len()];
    let mut lines = Vec::new();
    for start in 0..segments.len() {
        if used[start] {
            continue;
        }
        used[start] = true;
        let [first, second] = segments[start];
        let mut line = vec![second, first];
        // Longer at the second end, then at the first.
        for _ in 0..2 {
            line.reverse();
            let mut tip = line[line.len() - 1];
            while let Some(&k) = ends[&id(tip)].iter().find(|&&k| !used[k]) {
                used[k] = true;
                let [a, b] = segments[k];
                tip = if id(a) == id(tip) { b } else { a };
                line.push(tip);
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_level(grid: &Grid, level: f64) -> Vec<Segment> {
        segments(grid, &[level]).remove(0)
    }

    #[test]
    fn the_contour_of_a_circle_is_one_closed_line_of_that_radius() {
        let grid = Grid::sample((-2.0, 2.0), (-2.0, 2.0), 81, |x, y| x * x + y * y);
        let lines = join(of_level(&grid, 1.0));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for (x, y) in &lines[0] {
            assert!((libm::hypot(*x, *y) - 1.0).abs() < 1e-3);
        }
        let area =
            lines[0].windows(2).map(|w| w[0].0 * w[1].1 - w[1].0 * w[0].1).sum::<f64>() / 2.0;
        assert!((area.abs() - std::f64::consts::PI).abs() < 0.01, "{area}");
    }

    #[test]
    fn a_saddle_has_two_branches_that_do_not_cross() {
        let grid = Grid::sample((-1.0, 1.0), (-1.0, 1.0), 8, |x, y| x * y);
        assert_eq!(join(of_level(&grid, 0.01)).len(), 2);
    }

    #[test]
    fn levels_outside_the_values_and_holes_give_nothing() {
        let grid = Grid::sample((0.0, 1.0), (0.0, 1.0), 5, |x, y| x + y);
        assert!(of_level(&grid, 9.0).is_empty());
        assert!(of_level(&grid, f64::NAN).is_empty());
        let hole = Grid::sample((0.0, 1.0), (0.0, 1.0), 5, |_, _| f64::NAN);
        assert!(of_level(&hole, 0.5).is_empty());
        assert!(of_level(&Grid::new(vec![], vec![], vec![]), 0.5).is_empty());
    }
}
