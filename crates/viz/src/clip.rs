//! Lines and polygons cut at the edge of the plot area, which the SVG back end does not do, and
//! lines with fewer points.

use crate::geometry::{Point, Rect};

/// The runs of a polyline that are visible in `rect`. A `None` breaks the line.
pub(crate) fn polyline(
    points: impl IntoIterator<Item = Option<Point>>,
    rect: Rect,
) -> Vec<Vec<Point>> {
    let mut runs = Vec::new();
    let mut run: Vec<Point> = Vec::new();
    let mut previous: Option<Point> = None;
    for point in points {
        let (from, to) = previous.zip(point).and_then(|(a, b)| segment(a, b, rect)).unzip();
        if run.last() != from.as_ref() {
            runs.push(std::mem::take(&mut run));
            run.extend(from);
        }
        run.extend(to);
        previous = point;
    }
    runs.push(run);
    runs.retain(|run| !run.is_empty());
    runs
}

/// The part of a segment inside `rect` (Liang and Barsky 1984).
pub(crate) fn segment(a: Point, b: Point, rect: Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let edges = [
        (-dx, a.0 - rect.x),
        (dx, rect.right() - a.0),
        (-dy, a.1 - rect.y),
        (dy, rect.bottom() - a.1),
    ];
    for (towards, distance) in edges {
        if towards < 0.0 {
            enter = enter.max(distance / towards);
        } else if towards > 0.0 {
            leave = leave.min(distance / towards);
        } else if distance < 0.0 {
            return None;
        }
    }
    if enter > leave {
        return None;
    }
    // Uncut ends stay the same to the bit, so that the segments of a run join.
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    Some((if enter == 0.0 { a } else { at(enter) }, if leave == 1.0 { b } else { at(leave) }))
}

/// Farthest that a drawn line may lie from the exact one, in pixels: half of what is visible.
const TOLERANCE: f64 = 0.05;

/// Those points of a line that are enough to draw it.
pub(crate) fn thinned(points: &[Point]) -> Vec<Point> {
    within(points, TOLERANCE)
}

/// Those points of a line that keep it within `tolerance` of all of them (Douglas, Peucker 1973).
fn within(points: &[Point], tolerance: f64) -> Vec<Point> {
    let mut kept = vec![false; points.len()];
    kept.iter_mut().step_by(points.len().max(2) - 1).for_each(|end| *end = true);
    let mut stretches = vec![(0, points.len().saturating_sub(1))];
    while let Some((first, last)) = stretches.pop() {
        let far = |at: usize| (at, distance(points[at], points[first], points[last]));
        let farthest = (first + 1..last).map(far).max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, _)) = farthest.filter(|(_, distance)| *distance > tolerance) {
            kept[at] = true;
            stretches.extend([(first, at), (at, last)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// The distance of a point from a segment.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let along = ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length;
    let t = if length > 0.0 { along.clamp(0.0, 1.0) } else { 0.0 };
    libm::hypot(p.0 - a.0 - t * dx, p.1 - a.1 - t * dy)
}

/// The part of a polygon inside `rect` (Sutherland and Hodgman 1974).
pub(crate) fn polygon(corners: &[Point], rect: Rect) -> Vec<Point> {
    let inside: [&dyn Fn(Point) -> f64; 4] =
        [&|p| p.0 - rect.x, &|p| rect.right() - p.0, &|p| p.1 - rect.y, &|p| rect.bottom() - p.1];
    let mut corners = corners.to_vec();
    for distance in inside {
        let mut kept = Vec::with_capacity(corners.len() + 2);
        for (k, &to) in corners.iter().enumerate() {
            let from = corners[(k + corners.len() - 1) % corners.len()];
            let (d0, d1) = (distance(from), distance(to));
            if (d0 < 0.0) != (d1 < 0.0) {
                let t = d0 / (d0 - d1);
                kept.push((from.0 + t * (to.0 - from.0), from.1 + t * (to.1 - from.1)));
            }
            if d1 >= 0.0 {
                kept.push(to);
            }
        }
        corners = kept;
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Rect = Rect { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };

    #[test]
    fn a_line_through_the_area_is_cut_at_both_edges() {
        assert_eq!(segment((-1.0, 0.5), (2.0, 0.5), UNIT), Some(((0.0, 0.5), (1.0, 0.5))));
        assert_eq!(segment((0.2, 0.2), (0.8, 0.4), UNIT), Some(((0.2, 0.2), (0.8, 0.4))));
        assert_eq!(segment((-1.0, 2.0), (2.0, 2.0), UNIT), None);
        assert_eq!(segment((-1.0, 0.9), (0.1, 2.0), UNIT), None);
    }

    #[test]
    fn a_gap_or_an_excursion_breaks_the_line() {
        let points = [Some((0.0, 0.0)), Some((0.1, 0.1)), None, Some((0.2, 0.2)), Some((0.3, 0.3))];
        assert_eq!(polyline(points, UNIT).len(), 2);
        let out = [Some((0.0, 0.5)), Some((0.5, 2.0)), Some((1.0, 0.5))];
        let runs = polyline(out, UNIT);
        assert_eq!(runs.len(), 2);
        assert!(runs.iter().flatten().all(|&p| UNIT.contains(p)));
        let whole = [Some((0.0, 0.0)), Some((0.5, 0.5)), Some((1.0, 0.0))];
        assert_eq!(polyline(whole, UNIT), [vec![(0.0, 0.0), (0.5, 0.5), (1.0, 0.0)]]);
        assert!(polyline([], UNIT).is_empty());
    }

    #[test]
    fn a_thinned_circle_keeps_its_shape_with_an_eighth_of_its_points() {
        let at = |k: usize| libm::sincos(k as f64 / 1000.0 * std::f64::consts::TAU);
        let circle: Vec<Point> = (0..=1000).map(at).collect();
        let thinned = within(&circle, 1e-3);
        // 71 would do; halving an arc until it is short enough gives a power of two.
        assert_eq!(thinned.len(), 128 + 1);
        for &p in &circle {
            let nearest = thinned.windows(2).map(|w| distance(p, w[0], w[1]));
            assert!(nearest.fold(1.0, f64::min) <= 1e-3);
        }
        assert_eq!(within(&[(0.0, 0.0), (0.5, 0.0), (1.0, 0.0)], 1e-3).len(), 2);
    }

    #[test]
    fn a_polygon_larger_than_the_area_becomes_the_area() {
        let large = [(-1.0, -1.0), (2.0, -1.0), (2.0, 2.0), (-1.0, 2.0)];
        let cut = polygon(&large, UNIT);
        assert_eq!(cut.len(), 4);
        assert!(cut.iter().all(|&p| UNIT.contains(p)));
        assert!(polygon(&[(2.0, 2.0), (3.0, 2.0), (3.0, 3.0)], UNIT).is_empty());
        assert!(polygon(&[], UNIT).is_empty());
    }
}
