//! PNG files.

use crate::common::{self, canvas, figures};
use resvg::tiny_skia::Pixmap;
use viz::{Figure, VizError, svg_to_png};

#[test]
fn every_figure_becomes_a_png_of_its_size_with_ink_on_it() {
    for (name, figure) in figures() {
        let svg = figure.to_svg();
        assert!(!svg.contains(" opacity="), "{name}: an element on a layer of its own");
        let (w, h) = canvas(&svg);
        for scale in [1.0, 1.5] {
            let picture = Pixmap::decode_png(&svg_to_png(&svg, scale).expect(name)).expect(name);
            let pixels = |units: f64| (units / common::UNIT * scale).round() as u32;
            assert_eq!((picture.width(), picture.height()), (pixels(w), pixels(h)), "{name}");
            let white = picture
                .pixels()
                .iter()
                .filter(|p| (p.red(), p.green(), p.blue()) == (255, 255, 255));
            let share = white.count() as f64 / f64::from(picture.width() * picture.height());
            assert!((0.1..0.99).contains(&share), "{name}: {share} of the picture is white");
            assert!(
                picture.pixels().iter().all(|p| p.alpha() == 255),
                "{name} is transparent somewhere"
            );
        }
    }
}

#[test]
fn hangul_leaves_ink_in_the_title() {
    let dark = |title: &str| {
        let png = svg_to_png(&Figure::new(title).to_svg(), 2.0).expect("a PNG");
        let picture = Pixmap::decode_png(&png).expect("a picture");
        // The rows of pixels with the title.
        let head = (picture.width() * 80) as usize;
        picture.pixels()[..head].iter().filter(|p| p.red() < 128).count()
    };
    assert!(dark("배치 정규화") > 1000);
    assert_eq!(dark(""), 0);
    // No bundled font has this character.
    assert!(dark("\u{1F600} 배치 정규화") > 1000);
}

#[test]
fn the_same_svg_gives_the_same_png() {
    let svg = common::grid().to_svg();
    assert!(svg_to_png(&svg, 1.0).expect("a PNG") == svg_to_png(&svg, 1.0).expect("a PNG"));
}

#[test]
fn what_cannot_be_rendered_is_refused_with_a_reason() {
    assert!(matches!(svg_to_png("no svg", 1.0), Err(VizError::Svg(_))));
    let svg = Figure::new("size").to_svg();
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9, 1e6] {
        let error = svg_to_png(&svg, scale).expect_err("refused");
        assert!(matches!(error, VizError::Size { .. }), "{scale}: {error}");
        assert!(error.to_string().contains("choose another scale"));
    }
}

#[test]
fn save_writes_both_files_whole_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let figures_dir = dir.path().join("results").join("figures");
    let figure = common::grid();
    let paths = figure.save(&figures_dir, "grid").expect("saved");
    assert_eq!(paths, ["grid.svg", "grid.png"].map(|name| figures_dir.join(name)));
    assert_eq!(std::fs::read_to_string(&paths[0]).expect("svg"), figure.to_svg());
    let png = svg_to_png(&figure.to_svg(), 2.0).expect("png");
    assert_eq!(std::fs::read(&paths[1]).expect("png"), png);
    assert_eq!(std::fs::read_dir(&figures_dir).expect("the folder").count(), 2);
}

#[test]
fn save_names_the_path_it_could_not_write() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let error = Figure::new("x").save(&file, "name").expect_err("a file is no folder");
    assert!(error.to_string().contains(file.to_str().expect("a path")), "{error}");
}
