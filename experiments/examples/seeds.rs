//! What a few seeds can say of the next one: the figure `seeds.svg` of the book, into a folder, and
//! in Korean into its folder `ko`.
//!
//! ```sh
//! cargo run -p experiments --example seeds -- docs/figures
//! ```

use std::path::Path;

use anyhow::{Context, Result};
use experiments::cli::{Lang, Texts};
use experiments::findings::confidence_interval;
use viz::{Area, Axis, Color, Figure, Line, Panel};

const MOST: usize = 30;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("give a folder for seeds.svg")?;
    let seeds = |held: fn(usize) -> usize| {
        (1..=MOST).filter_map(move |n| {
            let (low, high) = confidence_interval(held(n), n);
            (held(n) > 0).then_some((n as f64, 100.0 * low, 100.0 * high))
        })
    };
    let lines = |color: Color, name: &str, held: fn(usize) -> usize| {
        let low = seeds(held).map(|(n, low, _)| (n, low));
        let high = seeds(held).map(|(n, _, high)| (n, high));
        let area = Area::new(color, seeds(held)).opacity(0.2);
        (area, Line::new(color, low).named(name), Line::new(color, high))
    };
    let (all, all_low, all_high) = lines(Color::BLUE, "in all seeds", |n| n);
    let (but_one, low, high) = lines(Color::VERMILLION, "in all but one", |n| n - 1);
    let panel = Panel::new("")
        .x_axis(
            Axis::linear("number of seeds", 1.0, MOST as f64).ticks([1.0, 5.0, 10.0, 20.0, 30.0]),
        )
        .y_axis(Axis::linear("chance that it holds for a new seed, %", 0.0, 100.0))
        .mark(all)
        .mark(but_one)
        .mark(all_low)
        .mark(all_high)
        .mark(low)
        .mark(high);
    let figure = Figure::new("What a few seeds say of the next one")
        .subtitle("95 % intervals of a conclusion that held in all seeds, or in all but one")
        .plot_size(560.0, 300.0)
        .panel(panel);
    for (lang, file) in [(Lang::En, "seeds.svg"), (Lang::Ko, "ko/seeds.svg")] {
        let texts = Texts::new(lang);
        let path = Path::new(&folder).join(file);
        let figure = figure.clone().map_texts(|text| texts.text(text));
        std::fs::write(&path, figure.to_svg()).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
