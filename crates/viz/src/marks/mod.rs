//! What can be drawn in a panel.

mod area;
mod arrows;
mod bars;
mod contour;
mod heat_map;
mod histogram;
mod line;
mod note;
mod scatter;
mod stairs;

pub use area::Area;
pub use arrows::Arrows;
pub use bars::Bars;
pub use contour::Contour;
pub use heat_map::HeatMap;
pub use histogram::Histogram;
pub use line::Line;
pub use note::Note;
pub use scatter::Scatter;

use crate::data::MarkData;
use crate::legend::Key;
use crate::plot::{Obstacle, Plot};
use crate::{Axis, Color};

/// One thing drawn in a panel; [`Panel::mark`](crate::Panel::mark) takes any of these types.
///
/// Marks are drawn in the order in which they were added. Marks with a name appear in the legend.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A field of arrows.
    Arrows(Arrows),
    /// A shaded area between two curves.
    Area(Area),
    /// Horizontal bars.
    Bars(Bars),
    /// Contour lines.
    Contour(Contour),
    /// A heat map.
    HeatMap(HeatMap),
    /// Histogram bars.
    Histogram(Histogram),
    /// A curve.
    Line(Line),
    /// A text.
    Note(Note),
    /// Markers.
    Scatter(Scatter),
}

/// `From<$name> for Mark` for each variant, and the call that goes to all of them.
macro_rules! marks {
    ($($name:ident),*) => {
        $(impl From<$name> for Mark {
            fn from(mark: $name) -> Self {
                Mark::$name(mark)
            }
        })*

        impl Mark {
            pub(crate) fn draw(&self, plot: &Plot) {
                match self {
                    $(Mark::$name(mark) => mark.draw(plot),)*
                }
            }
        }
    };
}
marks!(Arrows, Area, Bars, Contour, HeatMap, Histogram, Line, Note, Scatter);

impl Mark {
    pub(crate) fn key(&self) -> Option<Key> {
        match self {
            Mark::Arrows(arrows) => arrows.key(),
            Mark::Area(area) => area.key(),
            Mark::Bars(bars) => bars.key(),
            Mark::Contour(contour) => contour.key(),
            Mark::Histogram(histogram) => histogram.key(),
            Mark::Line(line) => line.key(),
            Mark::Scatter(scatter) => scatter.key(),
            Mark::HeatMap(_) | Mark::Note(_) => None,
        }
    }

    /// The name in the legend; empty without one.
    pub(crate) fn name(&self) -> &str {
        match self {
            Mark::Arrows(Arrows { name, .. })
            | Mark::Area(Area { name, .. })
            | Mark::Bars(Bars { name, .. })
            | Mark::Contour(Contour { name, .. })
            | Mark::Histogram(Histogram { name, .. })
            | Mark::Line(Line { name, .. })
            | Mark::Scatter(Scatter { name, .. }) => name,
            Mark::HeatMap(_) | Mark::Note(_) => "",
        }
    }

    /// The mark as data; [`Panel::series_of`](crate::Panel) says which series it belongs to.
    pub(crate) fn data(&self) -> MarkData {
        match self {
            Mark::Area(area) => area.data(),
            Mark::Bars(bars) => bars.data(),
            Mark::Histogram(histogram) => histogram.data(),
            Mark::Line(line) => line.data(),
            Mark::Note(note) => note.data(),
            Mark::Scatter(scatter) => scatter.data(),
            Mark::Arrows(_) | Mark::Contour(_) | Mark::HeatMap(_) => MarkData::default(),
        }
    }

    /// The colour of a mark that can belong to a series; `None` for marks that cannot.
    pub(crate) fn color(&self) -> Option<Color> {
        match self {
            Mark::Area(Area { color, .. })
            | Mark::Bars(Bars { color, .. })
            | Mark::Line(Line { color, .. })
            | Mark::Note(Note { color, .. })
            | Mark::Scatter(Scatter { color, .. }) => Some(*color),
            _ => None,
        }
    }

    /// The bars, points and pieces of lines that a text should not cover.
    pub(crate) fn obstacles(&self, plot: &Plot) -> Vec<Obstacle> {
        match self {
            Mark::Histogram(histogram) => histogram.obstacles(plot),
            Mark::Line(line) => line.obstacles(plot),
            Mark::Scatter(scatter) => scatter.obstacles(plot),
            _ => Vec::new(),
        }
    }

    pub(crate) fn color_scale(&self) -> Option<&Axis> {
        match self {
            Mark::HeatMap(map) => Some(&map.scale),
            Mark::Scatter(scatter) => scatter.scale.as_ref(),
            Mark::Arrows(arrows) => arrows.scale.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Mark::Area(Area { name, .. })
            | Mark::Bars(Bars { name, .. })
            | Mark::Contour(Contour { name, .. })
            | Mark::Histogram(Histogram { name, .. })
            | Mark::Line(Line { name, .. }) => vec![name],
            Mark::HeatMap(map) => map.scale.texts_mut(),
            Mark::Note(note) => note.lines.iter_mut().collect(),
            Mark::Arrows(Arrows { name, scale, .. })
            | Mark::Scatter(Scatter { name, scale, .. }) => {
                let axis = scale.iter_mut().flat_map(|scale| scale.texts_mut());
                std::iter::once(name).chain(axis).collect()
            }
        }
    }
}
