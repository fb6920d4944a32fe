use std::path::PathBuf;

/// Why an SVG could not be rendered, or a file not be written.
///
/// Building a figure and drawing its SVG cannot fail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VizError {
    /// The text given to [`svg_to_png`](crate::svg_to_png) is not an SVG document.
    #[error("not an SVG that can be rendered: {0}; pass the text of Figure::to_svg")]
    Svg(#[from] resvg::usvg::Error),

    /// The picture would have no pixels, or more than [`MAX_PIXELS`](crate::MAX_PIXELS).
    #[error(
        "a PNG of {width:.0}×{height:.0} pixels (scale {scale}) is outside 1×1 to {max} pixels \
         in all; choose another scale, usually 1 to 4",
        max = crate::MAX_PIXELS
    )]
    Size {
        /// Requested width in pixels.
        width: f64,
        /// Requested height in pixels.
        height: f64,
        /// Requested pixels per logical pixel.
        scale: f64,
    },

    /// The PNG encoder failed.
    #[error("could not encode the PNG: {0}")]
    Encode(String),

    /// A file or its folder could not be written.
    #[error(
        "could not write {}: {cause}; check the folder's permissions and free space",
        path.display()
    )]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        cause: std::io::Error,
    },
}
