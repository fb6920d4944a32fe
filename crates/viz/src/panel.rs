use crate::axis::Tick;
use crate::canvas::{Align, Canvas};
use crate::geometry::Rect;
use crate::names::{self, Below};
use crate::plot::Plot;
use crate::text::{self, Font};
use crate::{Axis, Mark, theme};

/// One coordinate system with its axes and marks.
///
/// ```
/// use viz::{Axis, Color, Line, Panel};
/// let panel = Panel::new("W: 0.1")
///     .x_axis(Axis::linear("epoch", 0.0, 19.0))
///     .y_axis(Axis::linear("accuracy", 0.0, 1.0))
///     .mark(Line::new(Color::BLUE, [(0.0, 0.1), (19.0, 0.9)]).named("batch norm"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    pub(crate) title: String,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) marks: Vec<Mark>,
}

impl Panel {
    /// An empty panel with both axes from 0 to 1. The title may be empty.
    pub fn new(title: impl Into<String>) -> Self {
        let axis = Axis::linear("", 0.0, 1.0);
        Self { title: title.into(), x: axis.clone(), y: axis, marks: Vec::new() }
    }

    /// The horizontal axis.
    #[must_use]
    pub fn x_axis(mut self, axis: Axis) -> Self {
        self.x = axis;
        self
    }

    /// The vertical axis, upwards; categories go downwards, so that they read from the top.
    #[must_use]
    pub fn y_axis(mut self, axis: Axis) -> Self {
        self.y = if axis.categorical { axis.reversed() } else { axis };
        self
    }

    /// Adds a mark, above those that are there already.
    #[must_use]
    pub fn mark(mut self, mark: impl Into<Mark>) -> Self {
        self.marks.push(mark.into());
        self
    }

    /// Adds several marks.
    ///
    /// ```
    /// use viz::{Color, Line, Panel};
    /// let lines = (0..3).map(|k| Line::new(Color::cycle(k), [(0.0, 0.0), (1.0, 0.3 * k as f64)]));
    /// let panel = Panel::new("three lines").marks(lines);
    /// ```
    #[must_use]
    pub fn marks<M: Into<Mark>>(mut self, marks: impl IntoIterator<Item = M>) -> Self {
        self.marks.extend(marks.into_iter().map(Into::into));
        self
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let axes = [&mut self.x, &mut self.y].into_iter().flat_map(Axis::texts_mut);
        let marks = self.marks.iter_mut().flat_map(Mark::texts_mut);
        std::iter::once(&mut self.title).chain(axes).chain(marks).collect()
    }

    pub(crate) fn x_ticks(&self, width: f64) -> Vec<Tick> {
        self.x.fitted_ticks(width, |label| text::width(label, theme::TICK.size) + theme::LABEL_AIR)
    }

    pub(crate) fn y_ticks(&self, height: f64) -> Vec<Tick> {
        self.y.fitted_ticks(height, |_| theme::TICK.size + theme::LABEL_AIR)
    }

    /// How the labels of the x axis stand.
    pub(crate) fn below(&self, width: f64) -> Below {
        Below::new(&self.x, &self.x_ticks(width), width)
    }

    /// Width of the labels of the y axis.
    pub(crate) fn beside_width(&self, height: f64) -> f64 {
        let ticks = self.y_ticks(height);
        let size = names::stacked_size(&self.y, &ticks, height);
        ticks.iter().map(|tick| text::width(&tick.label, size)).fold(0.0, f64::max)
    }

    /// Grid, frame, marks and ticks; tick labels only where the flags say so.
    pub(crate) fn draw(&self, canvas: &Canvas, rect: Rect, x_labels: bool, y_labels: bool) {
        let plot = Plot { canvas, rect, x: &self.x, y: &self.y };
        let (x_ticks, y_ticks) = (self.x_ticks(rect.w), self.y_ticks(rect.h));
        for x in major(&x_ticks, &self.x).filter_map(|t| plot.across(t.value)) {
            canvas.line(&[(x, rect.y), (x, rect.bottom())], theme::GRID);
        }
        for y in major(&y_ticks, &self.y).filter_map(|t| plot.down(t.value)) {
            canvas.line(&[(rect.x, y), (rect.right(), y)], theme::GRID);
        }
        canvas.frame(rect, theme::FRAME);
        for mark in &self.marks {
            mark.draw(&plot);
        }
        let length =
            |tick: &Tick| theme::TICK_LENGTH * if tick.label.is_empty() { 0.5 } else { 1.0 };
        let below = Below::new(&self.x, &x_ticks, rect.w);
        let font = Font { size: below.size, ..theme::TICK };
        for tick in &x_ticks {
            let Some(x) = plot.across(tick.value) else { continue };
            canvas.line(&[(x, rect.bottom()), (x, rect.bottom() + length(tick))], theme::FRAME);
            if x_labels {
                let top = rect.bottom() + theme::TICK_GAP;
                let (y, align) = if below.turned {
                    (top, Align::UpTo)
                } else {
                    (top + theme::TICK.size / 2.0, Align::Center)
                };
                canvas.text(&tick.label, (x, y), align, font);
            }
        }
        let size = names::stacked_size(&self.y, &y_ticks, rect.h);
        for tick in &y_ticks {
            let Some(y) = plot.down(tick.value) else { continue };
            canvas.line(&[(rect.x - length(tick), y), (rect.x, y)], theme::FRAME);
            if y_labels {
                let font = Font { size, ..theme::TICK };
                canvas.text(&tick.label, (rect.x - theme::TICK_GAP, y), Align::Right, font);
            }
        }
    }
}

/// The title above a panel, smaller where it would not fit.
pub(crate) fn draw_title(canvas: &Canvas, title: &str, rect: Rect) {
    let font =
        Font { size: text::shrink(title, theme::PANEL_TITLE.size, rect.w), ..theme::PANEL_TITLE };
    canvas.text(title, (rect.x, rect.y - theme::PANEL_TITLE_LINE / 2.0 - 1.0), Align::Left, font);
}

fn major<'t>(ticks: &'t [Tick], axis: &Axis) -> impl Iterator<Item = &'t Tick> {
    let lines = !axis.categorical;
    ticks.iter().filter(move |tick| lines && !tick.label.is_empty())
}
