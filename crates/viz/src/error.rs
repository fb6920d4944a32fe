use std::path::PathBuf;

/// What can go wrong between an SVG text and the files on disk.
///
/// Building and drawing a figure cannot fail; only rendering an SVG and writing files can.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VizError {
    /// The text handed to [`svg_to_png`](crate::svg_to_png) is not an SVG document.
    #[error("not an SVG that can be rendered: {0}; pass the text of Figure::to_svg")]
    Svg(#[from] resvg::usvg::Error),

    /// The picture would have no pixels, or more than [`MAX_PIXELS`](crate::MAX_PIXELS) of them.
    #[error(
        "a PNG of {width:.0}×{height:.0} pixels (scale {scale}) is outside 1×1 to {max} pixels \
         in all; choose another scale, usually 1 to 4",
        max = crate::MAX_PIXELS
    )]
    Size {
        /// Width in pixels that was asked for.
        width: f64,
        /// Height in pixels that was asked for.
        height: f64,
        /// Pixels per logical pixel that was asked for.
        scale: f64,
    },

    /// The PNG encoder gave up.
    #[error("could not encode the PNG: {0}")]
    Encode(String),

    /// A file or its folder could not be written.
    #[error("could not write {}: {cause}; check the folder's permissions and free space", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}
