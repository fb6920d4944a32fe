//! Shared by the tests: the figures of the gallery, and functions that read an SVG.

use resvg::usvg::roxmltree::{Document, Node};
use viz::Figure;

#[path = "../../../examples/gallery.rs"]
#[allow(dead_code)] // Its main.
pub mod gallery;

pub use gallery::{figures, grid};

/// Canvas units per logical pixel.
pub const UNIT: f64 = 10.0;

/// Left, top, right and bottom, in canvas units.
pub type Box4 = (f64, f64, f64, f64);

fn parse(svg: &str) -> Document<'_> {
    Document::parse(svg).expect("the figure is XML")
}

fn number(text: &str) -> f64 {
    let number: f64 = text.parse().unwrap_or_else(|_| panic!("{text:?} is not a number"));
    assert!(number.is_finite());
    number
}

/// The corners of a polyline or polygon.
pub fn points(node: Node) -> Vec<(f64, f64)> {
    let pairs = node.attribute("points").expect("points").split_whitespace();
    pairs
        .map(|pair| pair.split_once(',').expect("x,y"))
        .map(|(x, y)| (number(x), number(y)))
        .collect()
}

/// Width and height in canvas units, from the `viewBox`.
pub fn canvas(svg: &str) -> (f64, f64) {
    let document = parse(svg);
    let view = document.root_element().attribute("viewBox").expect("a viewBox");
    let view: Vec<f64> = view.split(' ').map(number).collect();
    assert_eq!(view[..2], [0.0, 0.0]);
    (view[2], view[3])
}

/// The extent of every shape, and the anchor of every text.
pub fn boxes(svg: &str) -> Vec<Box4> {
    let document = parse(svg);
    let mut boxes = Vec::new();
    for node in document.root_element().descendants() {
        let at = |name| number(node.attribute(name).expect(name));
        boxes.push(match node.tag_name().name() {
            "polyline" | "polygon" => {
                let range = |values: Vec<f64>| {
                    values
                        .into_iter()
                        .fold((f64::MAX, f64::MIN), |(lo, hi), v| (lo.min(v), hi.max(v)))
                };
                let (left, right) = range(points(node).iter().map(|p| p.0).collect());
                let (top, bottom) = range(points(node).iter().map(|p| p.1).collect());
                (left, top, right, bottom)
            }
            "rect" => (at("x"), at("y"), at("x") + at("width"), at("y") + at("height")),
            "circle" => {
                (at("cx") - at("r"), at("cy") - at("r"), at("cx") + at("r"), at("cy") + at("r"))
            }
            "text" => (at("x"), at("y"), at("x"), at("y")),
            "svg" | "g" | "title" | "desc" | "tspan" | "" => continue,
            other => panic!("an unexpected element {other}"),
        });
    }
    boxes
}

/// The plot areas of the figure's panels: the outlines in the frame's colour.
pub fn frames(svg: &str) -> Vec<Box4> {
    let document = parse(svg);
    let framed = |node: &Node| node.attribute("stroke") == Some("#9BA2AB");
    let corners = document.descendants().filter(framed).map(points);
    corners
        .filter(|c| c.len() == 5 && c[0] == c[4])
        .map(|c| (c[0].0, c[0].1, c[2].0, c[2].1))
        .collect()
}

/// All texts.
pub fn texts(svg: &str) -> Vec<String> {
    anchors(svg).into_iter().map(|(text, _)| text).collect()
}

/// All texts with their anchors.
pub fn anchors(svg: &str) -> Vec<(String, (f64, f64))> {
    let document = parse(svg);
    let texts = document.descendants().filter(|node| node.tag_name().name() == "text");
    let whole =
        |node: Node| node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect();
    let at = |node: Node, name| number(node.attribute(name).expect(name));
    texts.map(|node| (whole(node), (at(node, "x"), at(node, "y")))).collect()
}

/// Asserts that all coordinates are finite and everything is inside the canvas.
pub fn assert_inside(name: &str, figure: &Figure) {
    let svg = figure.to_svg();
    let (w, h) = canvas(&svg);
    for (left, top, right, bottom) in boxes(&svg) {
        let inside = left >= 0.0 && top >= 0.0 && right <= w && bottom <= h;
        let ordered = left <= right && top <= bottom;
        assert!(inside && ordered, "{name}: ({left}, {top}, {right}, {bottom}) in {w}×{h}");
    }
}
