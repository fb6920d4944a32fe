//! From SVG to PNG with the bundled fonts, so that pictures are the same on every machine.

use std::sync::{Arc, LazyLock};

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use crate::VizError;

/// The most pixels a PNG may have: 100 million, 400 MB while it is drawn.
pub const MAX_PIXELS: f64 = 1e8;

/// The bundled NanumSquare, a TrueType font, for a page that shows Hangul where no Korean font is
/// installed. Its licence, OFL 1.1, asks that it be passed on whole.
pub const NANUM_SQUARE: &[u8] = include_bytes!("../assets/NanumSquareR.ttf");

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../assets/Inter-Regular.ttf").to_vec());
    fonts.load_font_data(NANUM_SQUARE.to_vec());
    fonts.set_sans_serif_family("Inter");
    Arc::new(fonts)
});

pub(crate) fn parse(svg: &str) -> Result<Tree, VizError> {
    let options =
        Options { fontdb: FONTS.clone(), font_family: "Inter".to_owned(), ..Options::default() };
    Ok(Tree::from_str(svg, &options)?)
}

/// Renders an SVG on white as a PNG with `scale` pixels per logical pixel.
///
/// Only the two bundled fonts are used: Inter for Latin, Greek and mathematical signs, NanumSquare
/// for Hangul and what Inter does not have.
///
/// # Errors
///
/// [`VizError::Svg`] if the text is no SVG, [`VizError::Size`] if the picture would have no pixels
/// or more than [`MAX_PIXELS`].
///
/// ```
/// let svg = viz::Figure::new("배치 정규화").to_svg();
/// let png = viz::svg_to_png(&svg, 2.0)?;
/// assert!(png.starts_with(b"\x89PNG"));
/// # Ok::<(), viz::VizError>(())
/// ```
pub fn svg_to_png(svg: &str, scale: f64) -> Result<Vec<u8>, VizError> {
    let tree = parse(svg)?;
    let size = tree.size();
    let (width, height) = (f64::from(size.width()) * scale, f64::from(size.height()) * scale);
    let refused = || VizError::Size { width, height, scale };
    // Also refuses NaN.
    if !(width >= 1.0 && height >= 1.0 && width * height <= MAX_PIXELS) {
        return Err(refused());
    }
    let mut pixmap =
        Pixmap::new(width.round() as u32, height.round() as u32).ok_or_else(refused)?;
    // White also behind the last column and row, which a fractional scale fills only in part.
    pixmap.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
    encode(&pixmap).map_err(|error| VizError::Encode(error.to_string()))
}

/// An opaque picture as a PNG. `Pixmap::encode_png` keeps the alpha channel and filters rows as photographs need it:
/// of 21 of our figures it makes files of 108 % in 210 % of the time.
fn encode(pixmap: &Pixmap) -> Result<Vec<u8>, EncodingError> {
    // A plain loop: an iterator of bytes takes 60 ms where little is optimised, more than drawing the picture.
    let rgba = pixmap.data().as_chunks::<4>().0;
    let mut rgb = vec![0; 3 * rgba.len()];
    for (to, &[r, g, b, _]) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(rgba) {
        *to = [r, g, b];
    }
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_filter(Filter::NoFilter);
    encoder.set_deflate_compression(DeflateCompression::Level(4));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(png)
}
