//! What a figure says of itself as data, and where its panels are.

use crate::canvas::UNIT;
use crate::data::{AxisData, AxisScale, MarkData, PanelData, PanelPlace};
use crate::layout::{Layout, Placed};
use crate::{Axis, Figure, Mark, Panel};

impl Figure {
    /// The data of every cell in the order of the grid; `None` for a cell that is no [`Panel`].
    ///
    /// As JSON, points have six significant digits, which is more than a figure shows.
    ///
    /// ```
    /// use viz::{Color, Figure, Line, Panel};
    /// let line = Line::new(Color::BLUE, [(0.0, 0.1), (1.0, 0.9)]).named("batch norm");
    /// let figure = Figure::new("Accuracy").panel(Panel::new("").mark(line));
    /// let data = figure.data()[0].clone().unwrap();
    /// assert_eq!(data.marks[0].series, "batch norm");
    /// assert_eq!(data.marks[0].points, [[0.0, 0.1], [1.0, 0.9]]);
    /// ```
    pub fn data(&self) -> Vec<Option<PanelData>> {
        self.cells.iter().map(|cell| cell.panel().map(Panel::data)).collect()
    }

    /// Where every cell is in the SVG of [`to_svg`](Self::to_svg), in the order of the grid.
    pub fn places(&self) -> Vec<PanelPlace> {
        let layout = Layout::new(self);
        let place = |placed: &Placed| PanelPlace {
            left: placed.rect.x * UNIT,
            top: placed.rect.y * UNIT,
            width: placed.rect.w * UNIT,
            height: placed.rect.h * UNIT,
            x_labels: placed.x_labels,
            y_labels: placed.y_labels,
        };
        layout.panels.iter().map(place).collect()
    }
}

impl Panel {
    fn data(&self) -> PanelData {
        let mark = |(k, mark): (usize, &Mark)| MarkData {
            series: self.series_of(k).to_owned(),
            ..mark.data()
        };
        PanelData {
            title: self.title.clone(),
            x: self.x.data(),
            y: self.y.data(),
            marks: self.marks.iter().enumerate().map(mark).collect(),
        }
    }
}

impl Axis {
    fn data(&self) -> AxisData {
        let scale = match (self.categorical, self.is_log()) {
            (true, _) => AxisScale::Categories,
            (false, true) => AxisScale::Log,
            (false, false) => AxisScale::Linear,
        };
        let (from, to) = self.range();
        AxisData { title: self.label.clone(), scale, from, to, names: self.names() }
    }
}
