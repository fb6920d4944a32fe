//! Texts as resvg draws them with the bundled fonts: none is cut, none touches another.

use std::sync::Arc;

use crate::common::{self, canvas, figures};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Group, Node, Options, Text, Tree};
use viz::{Axis, Figure, Panel, Parallel, Scatter};

fn fonts() -> Arc<Database> {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../../assets/Inter-Regular.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../assets/NanumSquareR.ttf").to_vec());
    Arc::new(fonts)
}

fn each_text(group: &Group, visit: &mut impl FnMut(&Text)) {
    for node in group.children() {
        match node {
            Node::Group(group) => each_text(group, visit),
            Node::Text(text) => visit(text),
            _ => {}
        }
    }
}

/// Left, top, right and bottom of every text in logical pixels.
fn text_boxes(svg: &str, fonts: &Arc<Database>) -> Vec<(String, [f32; 4])> {
    let options = Options { fontdb: fonts.clone(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).expect("the figure is SVG");
    let mut boxes = Vec::new();
    each_text(tree.root(), &mut |text| {
        let b = text.abs_bounding_box();
        let line = text.chunks().iter().map(|chunk| chunk.text()).collect();
        boxes.push((line, [b.left(), b.top(), b.right(), b.bottom()]));
    });
    boxes
}

/// The figures of the gallery, wide and narrow, and small panels with long texts beside their axes.
fn crowded() -> Vec<(&'static str, Figure)> {
    let scale = || Axis::linear("the colours' loss, far from zero", 1e6, 1e6 + 5.0);
    let panel = |k: u32| {
        let lo = 54_321.0 + f64::from(k);
        Panel::new("")
            .x_axis(Axis::linear(
                format!("training time of run {k} on this machine"),
                lo,
                lo + 0.01,
            ))
            .y_axis(Axis::linear(format!("smoothed training loss of run {k}"), 1e9, 1e9 + 1.0))
            .mark(Scatter::colored(scale(), [(lo, 1e9, 1e6)]))
    };
    let axes = (0..12).map(|k| Axis::log(format!("learning rate {k}"), 1e-6, 1.004e-6));
    let far = Parallel::new("", axes, scale(), [(vec![1e-6; 12], 1e6)]);
    let own = [
        ("far from zero", Figure::new("far from zero").grid(2, 5).panels((0..10).map(panel))),
        ("narrow parallel axes", Figure::new("").plot_size(900.0, 300.0).panel(far)),
    ];
    let narrow = figures().into_iter().map(|(name, figure)| (name, figure.narrow()));
    figures().into_iter().chain(narrow).chain(own).collect()
}

#[test]
fn no_text_is_cut_at_the_edge_of_the_figure() {
    let fonts = fonts();
    for (name, figure) in crowded() {
        let svg = figure.to_svg();
        let (w, h) = canvas(&svg);
        let (w, h) = ((w / common::UNIT) as f32, (h / common::UNIT) as f32);
        for (text, [left, top, right, bottom]) in text_boxes(&svg, &fonts) {
            let inside = left >= 2.0 && top >= 2.0 && right <= w - 2.0 && bottom <= h - 2.0;
            assert!(inside, "{name}: {text:?} at ({left}, {top})–({right}, {bottom}) of {w}×{h}");
        }
    }
}

#[test]
fn no_two_texts_touch() {
    let fonts = fonts();
    for (name, figure) in crowded() {
        let boxes = text_boxes(&figure.to_svg(), &fonts);
        for (k, (one, a)) in boxes.iter().enumerate() {
            for (other, b) in &boxes[..k] {
                // Boxes are as high as the font: letters keep 2 pixels from upper and lower edges.
                let apart = a[0] >= b[2]
                    || b[0] >= a[2]
                    || a[1] + 2.0 >= b[3] - 2.0
                    || b[1] + 2.0 >= a[3] - 2.0;
                assert!(apart, "{name}: {one:?} {a:?} touches {other:?} {b:?}");
            }
        }
    }
}

/// The characters of all texts that are in no bundled font.
fn missing(svg: &str, fonts: &Arc<Database>) -> String {
    let options =
        Options { fontdb: fonts.clone(), font_family: "Inter".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).expect("the figure is SVG");
    let mut missing = String::new();
    each_text(tree.root(), &mut |text| {
        for glyph in text.layouted().iter().flat_map(|span| &span.positioned_glyphs) {
            if glyph.id.0 == 0 {
                missing.push_str(&glyph.text);
            }
        }
    });
    missing
}

#[test]
fn the_bundled_fonts_have_every_character_that_figures_use() {
    let fonts = fonts();
    for (name, figure) in figures() {
        assert_eq!(missing(&figure.to_svg(), &fonts), "", "{name}");
    }
    let printable: String = (' '..='~').collect();
    for text in [
        &printable,
        "x²·y×z−1→±…‘’“”–—",
        "αβγδεζηθλμπρσφωΔΣ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂∂∇√≤≥≈≠∞",
        "배치 정규화",
    ] {
        assert_eq!(missing(&Figure::new(text).to_svg(), &fonts), "", "{text}");
    }
    assert_eq!(missing(&Figure::new("a\u{1F600}").to_svg(), &fonts), "\u{1F600}");
}
