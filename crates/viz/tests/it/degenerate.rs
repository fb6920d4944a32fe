//! Figures of diverged and of empty runs.

use resvg::usvg::roxmltree;

use crate::common::{self, assert_inside, texts};
use proptest::prelude::*;
use viz::{
    Area, Arrows, Axis, Bars, Color, Contour, Corner, Figure, Grid, HeatMap, Histogram, Legend,
    Line, LineStyle, Mark, Marker, Note, Panel, Parallel, Scatter, Surface,
};

/// One mark of every kind through the same values.
fn marks(points: &[(f64, f64)]) -> Vec<Mark> {
    let line = |style| {
        Line::new(Color::BLUE, points.iter().copied()).style(style).marker(Marker::Diamond, 0)
    };
    let scale = || Axis::fitting("value", points.iter().map(|p| p.1));
    let xs: Vec<f64> = points.iter().map(|p| p.0).collect();
    let grid =
        Grid::new(xs.clone(), vec![0.0, 1.0], points.iter().chain(points).map(|p| p.1).collect());
    let counts = points.iter().skip(1).map(|p| p.1);
    vec![
        line(LineStyle::Solid).named("a curve").into(),
        line(LineStyle::Dashed).into(),
        line(LineStyle::Dotted).into(),
        Area::new(Color::GREEN, points.iter().map(|&(x, y)| (x, y, x))).into(),
        Bars::new(Color::PURPLE, points.iter().map(|p| p.1)).into(),
        Histogram::new(Color::SKY, xs, counts).into(),
        Scatter::new(Color::INK, points.iter().copied()).marker(Marker::Cross).into(),
        Scatter::colored(scale(), points.iter().map(|&(x, y)| (x, y, y))).into(),
        Arrows::new(Color::GREY, points.iter().map(|&(x, y)| ((x, y), (y, x)))).into(),
        Contour::new(Color::GREY, grid.clone(), points.iter().map(|p| p.1)).into(),
        HeatMap::new(scale(), grid).into(),
        Note::at(points.first().copied().unwrap_or((f64::NAN, 0.0)), "here").into(),
        Note::corner(Corner::UpperLeft, "two\nlines").into(),
    ]
}

fn figure(points: &[(f64, f64)], x: Axis, y: Axis) -> Figure {
    let grid = Grid::new(
        vec![0.0, 1.0],
        points.iter().map(|p| p.0).collect(),
        points.iter().flat_map(|p| [p.0, p.1]).collect(),
    );
    let lines = points.iter().map(|&(x, y)| (vec![x, y], x));
    let parallel = Parallel::new("parallel", [x.clone(), y.clone()], x.clone(), lines);
    let panel = Panel::new("panel").x_axis(x).y_axis(y).marks(marks(points));
    Figure::new("anything")
        .grid(2, 2)
        .legend(Legend::Inside(0, Corner::LowerLeft))
        .panel(panel)
        .panel(parallel)
        .panel(Surface::new("surface", grid))
}

#[test]
fn nothing_and_hardly_anything_is_drawn_without_panic() {
    let unit = || Axis::linear("", 0.0, 1.0);
    for points in [&[][..], &[(0.5, 0.5)], &[(f64::NAN, f64::NAN); 3], &[(0.5, 0.5); 4]] {
        assert_inside("unit axes", &figure(points, unit(), unit()));
        let fitted = Axis::fitting("x", points.iter().map(|p| p.0));
        assert_inside("fitted axes", &figure(points, fitted.clone(), fitted));
    }
    assert_inside("no panels", &Figure::new(""));
    assert_inside("empty grid", &Figure::new("empty").grid(3, 3));
    let nowhere =
        Figure::new("x").panel(Panel::new("")).legend(Legend::Inside(7, Corner::LowerLeft));
    assert_inside("a legend in a panel that is not there", &nowhere);
}

#[test]
fn axes_without_extent_are_drawn() {
    for (lo, hi) in
        [(0.0, 0.0), (3.0, 3.0), (f64::NAN, 1.0), (f64::NEG_INFINITY, f64::INFINITY), (5.0, -5.0)]
    {
        for axis in [Axis::linear("x", lo, hi), Axis::log("x", lo, hi)] {
            assert_inside(
                &format!("{axis:?}"),
                &figure(&[(0.0, 3.0), (1.0, 3.0)], axis.clone(), axis),
            );
        }
    }
}

/// The number of blue shapes: the parts of the curve.
fn blue_shapes(svg: &str) -> usize {
    svg.matches("stroke=\"#0072B2\"").count() + svg.matches("fill=\"#0072B2\"").count()
}

#[test]
fn nan_breaks_a_line_and_is_never_zero() {
    let draw = |values: &[f64]| {
        let points = values.iter().enumerate().map(|(k, &v)| (k as f64, v));
        let panel = Panel::new("")
            .x_axis(Axis::linear("", 0.0, 5.0))
            .y_axis(Axis::linear("", -1.0, 1.0))
            .mark(Line::new(Color::BLUE, points));
        Figure::new("gap").panel(panel).to_svg()
    };
    let whole = draw(&[0.5, 0.5, 0.5, 0.5, 0.5]);
    let broken = draw(&[0.5, 0.5, f64::NAN, 0.5, 0.5]);
    let lone = draw(&[0.5, f64::NAN, 0.5, f64::INFINITY, 0.5]);
    assert_eq!((blue_shapes(&whole), blue_shapes(&broken), blue_shapes(&lone)), (1, 2, 3));
    assert_eq!(blue_shapes(&draw(&[f64::NAN; 5])), 0);
    assert_eq!(lone.matches("<circle").count(), 3, "points without neighbours are dots");
}

#[test]
fn curves_outside_the_range_are_cut_at_the_frame() {
    let panel = Panel::new("")
        .y_axis(Axis::linear("", 0.0, 1.0))
        .mark(Line::new(Color::BLUE, [(0.0, 5.0), (0.5, -1e300), (1.0, 1e300)]))
        .mark(Area::new(Color::BLUE, [(-9.0, -9.0, 9.0), (9.0, -9.0, 9.0)]));
    let figure = Figure::new("cut").panel(panel);
    let svg = figure.to_svg();
    let frame = common::frames(&svg)[0];
    let document = roxmltree::Document::parse(&svg).expect("XML");
    let blue = document.descendants().filter(|n| {
        n.attribute("stroke") == Some("#0072B2") || n.attribute("fill") == Some("#0072B2")
    });
    let corners: Vec<(f64, f64)> = blue.flat_map(common::points).collect();
    assert!(!corners.is_empty());
    for (x, y) in corners {
        assert!((frame.0..=frame.2).contains(&x) && (frame.1..=frame.3).contains(&y), "({x}, {y})");
    }
}

#[test]
fn texts_of_any_length_stay_inside() {
    let long = "정확도accuracy".repeat(60);
    let panel = Panel::new(long.as_str())
        .x_axis(Axis::linear("x", 0.0, 1.0))
        .mark(Line::new(Color::BLUE, [(0.0, 0.0), (1.0, 1.0)]).named(long.as_str()));
    let figure =
        Figure::new(long.as_str()).subtitle(long.as_str()).caption(long.as_str()).panel(panel);
    assert_inside("long texts", &figure);
    let all = texts(&figure.to_svg()).concat();
    assert_eq!(all.matches("정확도").count(), 5 * 60, "wrapped and shrunk, not cut");
}

#[test]
fn the_bar_of_equal_numbers_is_seen() {
    for edges in [[0.0, 0.0, 0.0], [3.9491581381352656, 3.949158138135266, 3.9491581381352665]] {
        let panel = Panel::new("")
            .x_axis(Axis::fitting("", edges))
            .y_axis(Axis::linear("", 0.0, 3.0))
            .mark(Histogram::new(Color::BLUE, edges, [0.0, 2.0]));
        let svg = Figure::new("").panel(panel).to_svg();
        let is_bar = |&(left, top, right, bottom): &common::Box4| {
            (5.0..50.0).contains(&(right - left)) && bottom - top > 500.0
        };
        assert!(common::boxes(&svg).iter().any(is_bar), "{edges:?}");
    }
}

#[test]
#[should_panic(expected = "a histogram of 3 counts needs 4 edges, got 3")]
fn a_histogram_with_missing_edges_is_refused() {
    let _ = Histogram::new(Color::BLUE, [0.0, 1.0, 2.0], [1.0, 2.0, 3.0]);
}

#[test]
#[should_panic(expected = "a grid of 0×3 has no place for a panel")]
fn a_grid_without_rows_is_refused() {
    let _ = Figure::new("").grid(0, 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_numbers_make_a_figure_inside_its_canvas(
        points in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..8),
        bounds in prop::array::uniform4(prop::num::f64::ANY),
        log in any::<bool>(),
    ) {
        let axis = |label, lo, hi| {
            if log { Axis::log(label, lo, hi) } else { Axis::linear(label, lo, hi) }
        };
        let [a, b, c, d] = bounds;
        let figure = figure(&points, axis("x", a, b), axis("y", c, d));
        assert_inside("any", &figure);
        prop_assert!(figure.to_svg() == figure.to_svg());
    }

    #[test]
    fn ordinary_numbers_make_a_figure_inside_its_canvas(
        points in prop::collection::vec((-2.0..2.0, -2.0..2.0), 0..12),
    ) {
        let axis = || Axis::linear("", -1.0, 1.0);
        assert_inside("ordinary", &figure(&points, axis(), axis()));
    }
}
