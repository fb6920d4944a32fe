#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod axis;
mod canvas;
mod cell;
mod clip;
mod color;
mod color_bar;
mod error;
mod figure;
mod grid;
mod labels;
mod layout;
mod legend;
mod legend_box;
mod marks;
mod names;
mod panel;
mod parallel;
mod plot;
mod png;
mod script;
mod surface;
mod text;
mod theme;
mod ticks;

pub use axis::Axis;
pub use cell::Cell;
pub use color::{Color, ColorMap, ColorScale};
pub use error::VizError;
pub use figure::Figure;
pub use grid::Grid;
pub use legend::Legend;
pub use marks::{
    Arrows, Band, Bars, Contour, Corner, HeatMap, Histogram, Line, LineStyle, Mark, Marker, Note,
    Scatter,
};
pub use panel::Panel;
pub use parallel::Parallel;
pub use png::{MAX_PIXELS, NANUM_SQUARE, svg_to_png};
pub use surface::Surface;
