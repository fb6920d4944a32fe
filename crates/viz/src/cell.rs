use crate::legend::Key;
use crate::{Axis, Mark, Panel, Parallel, Surface};

/// A cell of a figure's grid; [`Figure::panel`](crate::Figure::panel) takes any of these types.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Axes and marks.
    Panel(Panel),
    /// Parallel coordinates.
    Parallel(Parallel),
    /// A surface in space.
    Surface(Box<Surface>),
}

impl From<Panel> for Cell {
    fn from(panel: Panel) -> Self {
        Cell::Panel(panel)
    }
}

impl From<Parallel> for Cell {
    fn from(parallel: Parallel) -> Self {
        Cell::Parallel(parallel)
    }
}

impl From<Surface> for Cell {
    fn from(surface: Surface) -> Self {
        Cell::Surface(Box::new(surface))
    }
}

impl Cell {
    pub(crate) fn panel(&self) -> Option<&Panel> {
        if let Cell::Panel(panel) = self { Some(panel) } else { None }
    }

    pub(crate) fn title(&self) -> &str {
        match self {
            Cell::Panel(Panel { title, .. }) | Cell::Parallel(Parallel { title, .. }) => title,
            Cell::Surface(surface) => &surface.title,
        }
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Cell::Panel(panel) => panel.texts_mut(),
            Cell::Parallel(parallel) => parallel.texts_mut(),
            Cell::Surface(surface) => surface.texts_mut(),
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
        self.panel().into_iter().flat_map(|panel| panel.marks.iter().filter_map(Mark::key))
    }

    /// The colour scales that need a bar.
    pub(crate) fn color_scales(&self) -> Vec<&Axis> {
        match self {
            Cell::Panel(panel) => panel.marks.iter().filter_map(Mark::color_scale).collect(),
            Cell::Parallel(parallel) => vec![&parallel.scale],
            // Without a scale of its own, its z axis tells the colours.
            Cell::Surface(surface) => surface.scale.iter().collect(),
        }
    }
}
