//! The SVG as a document: well formed, named, deterministic, with everything inside the canvas.

use resvg::usvg::roxmltree;

use crate::common::{self, anchors, assert_inside, canvas, figures, frames, gallery, grid, texts};
use viz::{Axis, Color, Contour, Corner, Figure, Grid, Histogram, Legend, Line, Note, Panel};

#[test]
fn every_figure_is_named_xml_of_the_announced_size() {
    for (name, figure) in figures() {
        let svg = figure.to_svg();
        let document = roxmltree::Document::parse(&svg).expect(name);
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"), "{name}");
        let title = root.first_element_child().expect(name);
        assert_eq!(title.tag_name().name(), "title", "{name}");
        assert!(title.text().is_some_and(|t| !t.is_empty()), "{name}");
        let (w, h) = canvas(&svg);
        let pixels = |units: f64| Some((units / common::UNIT).to_string());
        assert_eq!(root.attribute("width").map(str::to_owned), pixels(w), "{name}");
        assert_eq!(root.attribute("height").map(str::to_owned), pixels(h), "{name}");
    }
}

#[test]
fn everything_lies_inside_the_canvas() {
    for (name, figure) in figures() {
        assert_inside(name, &figure);
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    for (name, figure) in figures() {
        assert!(figure.to_svg() == figure.clone().to_svg(), "{name}");
    }
}

#[test]
fn a_grid_of_16_panels_is_small_and_about_1000_by_900() {
    let svg = grid().to_svg();
    assert!(svg.len() < 300_000, "{} bytes", svg.len());
    let (w, h) = canvas(&svg);
    assert!((9000.0..11_000.0).contains(&w) && (8000.0..10_000.0).contains(&h), "{w}×{h}");
}

#[test]
fn all_plot_areas_have_the_same_size_in_rows_and_columns() {
    let frames = frames(&grid().to_svg());
    assert_eq!(frames.len(), 16);
    for (k, frame) in frames.iter().enumerate() {
        let (first_of_row, first_of_column) = (frames[k / 4 * 4], frames[k % 4]);
        assert_eq!(frame.2 - frame.0, frames[0].2 - frames[0].0);
        assert_eq!(frame.3 - frame.1, frames[0].3 - frames[0].1);
        assert_eq!((frame.0, frame.1), (first_of_column.0, first_of_row.1));
    }
}

#[test]
fn shared_axes_are_labelled_once() {
    let texts = texts(&grid().to_svg());
    let count = |wanted: &str| texts.iter().filter(|t| *t == wanted).count();
    assert_eq!(count("0.4"), 4, "y tick labels in the left column only");
    assert_eq!(count("15"), 4, "x tick labels in the bottom row only");
    assert_eq!((count("epoch"), count("accuracy")), (1, 1));
    assert_eq!(count("batch norm"), 1, "one legend entry for sixteen curves");
}

#[test]
fn different_axes_are_labelled_each() {
    let panel = |hi: f64, label: &str| Panel::new("").y_axis(Axis::linear(label, 0.0, hi));
    let svg = Figure::new("two").panel(panel(1.0, "loss")).panel(panel(8.0, "accuracy")).to_svg();
    let texts = texts(&svg);
    for wanted in ["0.8", "8", "loss", "accuracy"] {
        assert!(texts.iter().any(|t| t == wanted), "{wanted} is missing in {texts:?}");
    }
    assert_eq!(frames(&svg).len(), 2);
}

#[test]
fn an_unfinished_last_row_is_labelled_below_its_neighbours() {
    let panels = (0..5).map(|_| Panel::new("").x_axis(Axis::linear("epoch", 0.0, 20.0)));
    let svg = Figure::new("five").grid(2, 3).panels(panels).to_svg();
    assert_eq!(frames(&svg).len(), 5);
    assert_eq!(texts(&svg).iter().filter(|t| *t == "20").count(), 3);
}

#[test]
fn panels_beyond_the_grid_make_further_rows() {
    let svg = Figure::new("five")
        .grid(1, 2)
        .panels((0..5).map(|k| Panel::new(format!("panel {k}"))))
        .to_svg();
    assert_eq!(frames(&svg).len(), 5);
    assert!(texts(&svg).contains(&"panel 4".to_owned()));
}

#[test]
fn a_hidden_legend_takes_no_space() {
    let panel =
        Panel::new("").mark(Line::new(Color::BLUE, [(0.0, 0.0), (1.0, 1.0)]).named("curve"));
    let with = Figure::new("legend").panel(panel.clone());
    let without = with.clone().legend(Legend::Hidden);
    assert!(texts(&with.to_svg()).contains(&"curve".to_owned()));
    assert!(!texts(&without.to_svg()).contains(&"curve".to_owned()));
    assert!(canvas(&without.to_svg()).1 < canvas(&with.to_svg()).1);
}

#[test]
fn markup_in_names_stays_text() {
    let odd = "a<b & \"c\" 'd' \u{1}\u{0}\u{fffe}\u{ffff}";
    let panel = Panel::new(odd).mark(Line::new(Color::BLUE, [(0.0, 0.0), (1.0, 1.0)]).named(odd));
    let svg = Figure::new(odd).caption(odd).panel(panel).to_svg();
    assert!(texts(&svg).iter().any(|t| t.starts_with("a<b & \"c\" 'd'")));
}

#[test]
fn exponents_need_no_characters_that_an_installed_font_may_draw_as_nothing() {
    let power = "10⁻⁵ x² ⁱⁿ a₁";
    let panel = Panel::new(power)
        .x_axis(Axis::log(power, 1e-9, 1e-3))
        .mark(Line::new(Color::BLUE, [(0.0, 0.0)]).named(power))
        .mark(Note::corner(Corner::UpperLeft, power));
    let own = Figure::new(power).subtitle(power).caption(power).panel(panel);
    for (name, figure) in figures().into_iter().chain([("powers everywhere", own.clone())]) {
        let raised = |c: &char| matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{209F}');
        let texts = texts(&figure.to_svg()).concat();
        assert_eq!(texts.chars().find(raised), None, "{name}");
        assert!(!texts.contains('−'), "{name}: a minus, which Nanum fonts lack");
    }
    let svg = own.to_svg();
    assert!(svg.contains("<title>10^-5 x^2 ^in a_1</title>"), "read aloud");
    assert!(texts(&svg).contains(&"10–6".to_owned()), "{:?}", texts(&svg));
}

#[test]
fn a_legend_in_a_panel_stays_in_it_or_stands_above() {
    for (count, w, h) in [
        (1, 600.0, 360.0),
        (25, 600.0, 360.0),
        (25, 170.0, 128.0),
        (90, 600.0, 360.0),
        (3, 40.0, 20.0),
    ] {
        for corner in [Corner::UpperLeft, Corner::LowerRight] {
            let figure =
                gallery::many_lines(count).plot_size(w, h).legend(Legend::Inside(0, corner));
            assert_inside("many lines", &figure);
            let svg = figure.to_svg();
            let frame = frames(&svg)[0];
            let names = anchors(&svg).into_iter().filter(|(text, _)| text.starts_with("rate"));
            let places: Vec<(f64, f64)> = names.map(|(_, at)| at).collect();
            assert_eq!(places.len(), count);
            let within = |&(x, y): &(f64, f64)| {
                (frame.0..frame.2).contains(&x) && (frame.1..frame.3).contains(&y)
            };
            let above = |&(_, y): &(f64, f64)| y < frame.1;
            assert!(
                places.iter().all(within) || places.iter().all(above),
                "{count} names in {w}×{h}"
            );
        }
    }
}

#[test]
fn a_free_note_stands_where_it_hides_least() {
    let across = |from: f64, to: f64| Line::new(Color::BLUE, [(0.0, from), (1.0, to)]);
    for (lines, right, lower) in [
        (vec![], true, false),
        (vec![across(0.0, 1.0)], false, false),
        (vec![across(1.0, 0.0)], true, false),
        (vec![across(0.95, 0.95)], true, true),
    ] {
        let panel = Panel::new("").marks(lines).mark(Note::free("here"));
        let svg = Figure::new("note").panel(panel).to_svg();
        let (left, top, end, bottom) = frames(&svg)[0];
        let notes = anchors(&svg);
        let (_, (x, y)) = notes.iter().find(|(text, _)| text == "here").expect("the note");
        assert_eq!((*x > (left + end) / 2.0, *y > (top + bottom) / 2.0), (right, lower));
    }
}

#[test]
fn only_bars_that_leave_the_panel_have_a_break() {
    let breaks = |highest: f64| {
        let panel = Panel::new("").y_axis(Axis::linear("", 0.0, highest));
        let bars = Histogram::new(Color::BLUE, [0.0, 0.4, 0.8], [3.0, 5.0]);
        let svg = Figure::new("").panel(panel.mark(bars)).to_svg();
        svg.lines().filter(|l| l.starts_with("<polygon") && l.contains("#FFFFFF")).count()
    };
    assert_eq!([2.0, 4.0, 5.0].map(breaks), [2, 1, 0]);
}

#[test]
fn contours_name_their_levels_and_points_their_numbers() {
    let bowl = Grid::sample((-1.0, 1.0), (-1.0, 1.0), 81, |x, y| x * x + y * y);
    let path = (0..8).map(|k| (0.1 * f64::from(k), 0.05));
    let panel = Panel::new("")
        .x_axis(Axis::linear("", -1.0, 1.0).ticks([]))
        .y_axis(Axis::linear("", -1.0, 1.0).ticks([]))
        .mark(Contour::new(Color::GREY, bowl, [0.25, 0.81]).labelled())
        .mark(Line::new(Color::BLUE, path).numbered(20, 3));
    let texts = texts(&Figure::new("").panel(panel).to_svg());
    for wanted in ["0.25", "0.81", "20", "23", "26", "27"] {
        assert_eq!(texts.iter().filter(|text| *text == wanted).count(), 1, "{wanted}: {texts:?}");
    }
    assert!(!texts.contains(&"21".to_owned()));
}
