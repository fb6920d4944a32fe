//! The page's figures have the colours of crate viz.

use viz::Color;

const COLORS: &str = include_str!("../../page/colors.js");
const DARK: &str = include_str!("../../page/dark.css");

#[test]
fn dark_figures_follow_the_rules_of_viz() {
    assert!(
        DARK == viz::dark_style("figure"),
        "page/dark.css: viz::dark_style(\"figure\") is\n{}",
        viz::dark_style("figure")
    );
}

#[test]
fn the_palette_is_that_of_viz() {
    let named = [
        ("BLUE", Color::BLUE),
        ("VERMILLION", Color::VERMILLION),
        ("GREEN", Color::GREEN),
        ("PURPLE", Color::PURPLE),
        ("ORANGE", Color::ORANGE),
        ("INK", Color::INK),
        ("GREY", Color::GREY),
    ];
    for (name, Color(red, green, blue)) in named {
        let line = format!("export const {name} = '#{red:02X}{green:02X}{blue:02X}';");
        assert!(COLORS.contains(&line), "{line}");
    }
    for k in 0..17 {
        let Color(red, green, blue) = Color::viridis(f64::from(k) / 16.0);
        let color = format!("0x{red:02x}{green:02x}{blue:02x}");
        assert!(COLORS.contains(&color), "{color}");
    }
}
