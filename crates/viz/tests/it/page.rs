//! What a page needs of a figure: its data and places, its series as groups, a narrow layout.

use resvg::usvg::roxmltree::{Document, Node};

use crate::common::{self, assert_inside, canvas, figures, frames, grid};
use viz::{Area, Axis, Color, Corner, Figure, Line, MarkKind, Note, Panel, Scatter};

fn panel() -> Panel {
    let line = |color, name: &str| Line::new(color, [(1.0, 0.2), (2.0, 0.4)]).named(name);
    Panel::new("W: 1")
        .x_axis(Axis::log("learning rate", 1.0, 2.0))
        .mark(Area::new(Color::BLUE, [(1.0, 0.1, 0.3), (2.0, 0.3, 0.5)]))
        .mark(line(Color::BLUE, "a & b").runs(vec![vec![0.1, 0.3], vec![0.3, f64::NAN]]))
        .mark(line(Color::GREEN, "c"))
        .mark(Scatter::new(Color::BLUE, [(2.0, 0.4)]))
        .mark(Note::corner(Corner::LowerLeft, "diverged").color(Color::GREEN))
        .mark(Scatter::new(Color::PURPLE, [(2.0, 0.1)]))
}

#[test]
fn unnamed_marks_belong_to_the_series_of_their_colour() {
    let data = Figure::new("f").panel(panel()).data();
    let marks = &data[0].as_ref().unwrap().marks;
    let series: Vec<&str> = marks.iter().map(|mark| mark.series.as_str()).collect();
    assert_eq!(series, ["a & b", "a & b", "c", "a & b", "c", ""]);
}

#[test]
fn series_are_groups_of_the_svg_in_the_panel_and_in_the_legend() {
    let svg = Figure::new("f").panel(panel()).to_svg();
    let document = Document::parse(&svg).unwrap();
    let of = |name: &str| {
        let group = |node: &Node| node.attribute("data-series") == Some(name);
        document.descendants().filter(group).collect::<Vec<_>>()
    };
    let (first, second) = (of("a & b"), of("c"));
    let in_panel =
        |node: &&Node| node.parent().is_some_and(|parent| parent.has_attribute("data-panel"));
    // Band, line and points, and an entry of the legend.
    assert_eq!((first.len(), first.iter().filter(in_panel).count()), (4, 3));
    assert_eq!((second.len(), second.iter().filter(in_panel).count()), (3, 2));
    assert!(first.iter().all(|group| {
        group.descendants().any(|node| node.has_attribute("fill") || node.has_attribute("stroke"))
    }));
}

#[test]
fn data_is_what_was_put_in() {
    let data = Figure::new("f").panel(panel()).data();
    let panel = data[0].as_ref().unwrap();
    assert_eq!((panel.title.as_str(), panel.x.title.as_str()), ("W: 1", "learning rate"));
    assert_eq!((panel.x.from, panel.x.to), (1.0, 2.0));
    let [band, line, ..] = &panel.marks[..] else { panic!("marks") };
    assert_eq!((band.kind, line.kind), (MarkKind::Band, MarkKind::Line));
    assert_eq!(band.points, [[1.0, 0.1, 0.3], [2.0, 0.3, 0.5]]);
    assert_eq!(line.points, [[1.0, 0.2], [2.0, 0.4]]);
    assert_eq!((line.color.as_str(), line.runs.len()), ("#0072B2", 2));
    assert_eq!(line.runs[0], [0.1, 0.3]);
}

#[test]
fn places_are_the_frames_of_the_svg() {
    for figure in [grid(), grid().narrow()] {
        let places = figure.places();
        let frames = frames(&figure.to_svg());
        assert_eq!(places.len(), frames.len());
        for (place, frame) in places.iter().zip(frames) {
            let edges = (place.left, place.top, place.left + place.width, place.top + place.height);
            let apart =
                [edges.0 - frame.0, edges.1 - frame.1, edges.2 - frame.2, edges.3 - frame.3];
            assert!(apart.iter().all(|apart| apart.abs() <= 1.0), "{edges:?} {frame:?}");
        }
    }
}

#[test]
fn rows_of_an_odd_grid_begin_in_the_first_of_two_columns_with_their_titles() {
    let panel =
        |k: usize| Panel::new(if k < 5 { format!("layer {}", k + 1) } else { String::new() });
    let narrow = Figure::new("").grid(3, 5).panels((0..15).map(panel)).narrow();
    let places = narrow.places();
    let [first, second] = [places[0].left, places[1].left];
    let lefts: Vec<f64> = places.iter().map(|place| place.left).collect();
    assert_eq!(lefts, [first, second, first, second, first].repeat(3));
    assert!(places[5].top > places[4].top && places[6].top == places[5].top);
    assert_eq!(narrow.to_svg().matches(">layer 2<").count(), 3);
    // Only the lowest panel of each column has the labels of the axis that all share.
    let labelled: Vec<usize> = (0..15).filter(|&k| places[k].x_labels).collect();
    assert_eq!(labelled, [13, 14]);
}

#[test]
fn a_narrow_figure_fits_a_phone_and_loses_no_panel() {
    for (name, figure) in figures() {
        let narrow = figure.narrow();
        assert_inside(name, &narrow);
        let (width, _) = canvas(&narrow.to_svg());
        assert!(width <= 360.0 * common::UNIT, "{name} is {width} units wide");
        assert_eq!(narrow.places().len(), figure.places().len(), "{name}");
    }
    let lefts = grid().narrow().places().into_iter().map(|place| place.left as u32);
    assert_eq!(lefts.collect::<std::collections::BTreeSet<_>>().len(), 2, "two columns");
}
