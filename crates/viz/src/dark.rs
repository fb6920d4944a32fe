//! Figures on a dark page.

use crate::{Color, surface, theme};

/// What each colour of a figure becomes on a dark page: lighter where it would be too dim there.
const DARK: [(Color, Color); 15] = [
    (theme::WHITE, Color(0x1E, 0x22, 0x28)),
    (theme::INK, Color(0xEE, 0xF0, 0xF2)),
    (theme::TEXT, Color(0xD2, 0xD7, 0xDD)),
    (theme::MUTED, Color(0xB0, 0xB7, 0xC0)),
    (theme::GRID.color, Color(0x33, 0x39, 0x42)),
    (theme::FRAME.color, Color(0x70, 0x78, 0x83)),
    (surface::FLOOR, Color(0x2B, 0x30, 0x38)),
    (surface::WALL, Color(0x25, 0x2A, 0x31)),
    (surface::PANE_GRID.color, Color(0x46, 0x4D, 0x57)),
    (Color::BLUE, Color(0x3E, 0x9B, 0xDF)),
    (Color::VERMILLION, Color(0xF2, 0x81, 0x36)),
    (Color::GREEN, Color(0x2C, 0xC4, 0x98)),
    (Color::PURPLE, Color(0xE0, 0x97, 0xC0)),
    (Color::SKY, Color(0x9A, 0xD6, 0xF8)),
    (Color::INK, Color(0xE6, 0xE8, 0xEB)),
];

/// The attribute of points in the colours of a scale. Its lowest ones are dark on any page, so
/// there their edges are light.
pub(crate) const COLORED: &str = "data-colored";
const EDGE: Color = Color(0x8A, 0x92, 0x9C);

/// Rules of a style sheet that draw the SVG of a figure below `selector` for a dark page.
///
/// ```
/// let rules = viz::dark_style("figure");
/// assert!(rules.contains("figure [fill=\"#FFFFFF\"] { fill: #1E2228 }"));
/// ```
pub fn dark_style(selector: &str) -> String {
    let mut rules = String::new();
    for (light, dark) in DARK.map(|(light, dark)| (light.hex(), dark.hex())) {
        for paint in ["fill", "stroke"] {
            rules += &format!("{selector} [{paint}=\"{light}\"] {{ {paint}: {dark} }}\n");
        }
    }
    let (white, edge) = (theme::WHITE.hex(), EDGE.hex());
    rules + &format!("{selector} [{COLORED}] [fill=\"{white}\"] {{ fill: {edge} }}\n")
}
