#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod axis;
mod canvas;
mod cell;
mod clip;
mod color;
mod color_bar;
mod draw;
mod error;
mod figure;
mod geometry;
mod grid;
mod labels;
mod layout;
mod legend;
mod legend_box;
mod marker;
mod marks;
mod names;
mod panel;
mod parallel;
mod plot;
mod png;
mod script;
mod stroke;
mod surface;
mod text;
mod theme;
mod ticks;

pub use axis::Axis;
pub use cell::Cell;
pub use color::{Color, ColorMap, ColorScale};
pub use error::VizError;
pub use figure::Figure;
pub use geometry::Corner;
pub use grid::Grid;
pub use legend::Legend;
pub use marker::Marker;
pub use marks::{Area, Arrows, Bars, Contour, HeatMap, Histogram, Line, Mark, Note, Scatter};
pub use panel::Panel;
pub use parallel::Parallel;
pub use png::{MAX_PIXELS, NANUM_SQUARE, svg_to_png};
pub use stroke::LineStyle;
pub use surface::Surface;
