//! SVG rendered as PNG with the bundled fonts, so that pictures are the same on every machine.

use std::io::Write;
use std::sync::{Arc, LazyLock};

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{FontResolver, Options, Tree};

use crate::VizError;

/// The most pixels a PNG may have: 100 million, 400 MB while it is drawn.
pub const MAX_PIXELS: f64 = 1e8;

/// The bundled TrueType font NanumSquare, for pages that show Hangul where no Korean font is
/// installed. Pass it on whole: its licence, OFL 1.1, reserves the name Nanum.
pub const NANUM_SQUARE: &[u8] = include_bytes!("../assets/NanumSquareR.ttf");

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(include_bytes!("../assets/Inter-Regular.ttf").to_vec());
    fonts.load_font_data(NANUM_SQUARE.to_vec());
    fonts.set_sans_serif_family("Inter");
    Arc::new(fonts)
});

pub(crate) fn parse(svg: &str) -> Result<Tree, VizError> {
    // The next font, even if it lacks this character: by default, texts with a character that no
    // font has would lose all others that the first font lacks.
    let next = FontResolver {
        select_fallback: Box::new(|_, tried, fonts| {
            fonts.faces().map(|face| face.id).find(|id| !tried.contains(id))
        }),
        ..FontResolver::default()
    };
    let (fontdb, font_family) = (FONTS.clone(), "Inter".to_owned());
    let options = Options { fontdb, font_family, font_resolver: next, ..Options::default() };
    Ok(Tree::from_str(svg, &options)?)
}

/// Renders an SVG on white as a PNG with `scale` pixels per logical pixel.
///
/// Only the two bundled fonts are used: Inter for Latin, Greek and mathematical signs, NanumSquare
/// for Hangul and other characters that Inter lacks. A character that neither has is left out.
///
/// # Errors
///
/// [`VizError::Svg`] if the text is not an SVG, [`VizError::Size`] if the picture would have no
/// pixels or more than [`MAX_PIXELS`], [`VizError::Encode`] if the PNG encoder fails.
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
    // Negated, so that NaN is refused too.
    if !(width >= 1.0 && height >= 1.0 && width * height <= MAX_PIXELS) {
        return Err(refused());
    }
    let (width, height) = (width.round() as u32, height.round() as u32);
    let strip = Pixmap::new(width, height.min(STRIP)).ok_or_else(refused)?;
    encode(&tree, scale as f32, strip, height).map_err(|error| VizError::Encode(error.to_string()))
}

/// Rows of pixels that are drawn at a time: the largest figures of the sections would take 16 MB as
/// a whole, and their copy without the alpha channel 12.
const STRIP: u32 = 256;

/// Draws and encodes an opaque picture, strip by strip. `Pixmap::encode_png` would keep the alpha
/// channel and filter rows as photographs need it: for 21 figures, files of 108 % in 210 % of the
/// time.
fn encode(
    tree: &Tree,
    scale: f32,
    mut strip: Pixmap,
    height: u32,
) -> Result<Vec<u8>, EncodingError> {
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, strip.width(), height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_filter(Filter::NoFilter);
    encoder.set_deflate_compression(DeflateCompression::Level(4));
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let row = 3 * strip.width() as usize;
    let mut rgb = vec![0; row * strip.height() as usize];
    for top in (0..height).step_by(STRIP as usize) {
        // At a fractional scale, the figure's own background covers the last column and row only
        // in part.
        strip.fill(Color::WHITE);
        let transform = Transform::from_row(scale, 0.0, 0.0, scale, 0.0, -(top as f32));
        resvg::render(tree, transform, &mut strip.as_mut());
        // At opt-level 1, an iterator of bytes would take 60 ms, longer than drawing the picture.
        let rgba = strip.data().as_chunks::<4>().0;
        for (to, &[r, g, b, _]) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(rgba) {
            *to = [r, g, b];
        }
        let rows = strip.height().min(height - top) as usize;
        stream.write_all(&rgb[..rows * row])?;
    }
    stream.finish()?;
    writer.finish()?;
    Ok(png)
}
