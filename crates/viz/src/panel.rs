use crate::axis::Tick;
use crate::canvas::{Align, Canvas};
use crate::geometry::Rect;
use crate::names::{self, Below};
use crate::plot::Plot;
use crate::text::Font;
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
#[must_use]
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
    pub fn x_axis(self, axis: Axis) -> Self {
        Self { x: axis, ..self }
    }

    /// The vertical axis. It runs upwards, but categories run downwards, as they are read.
    pub fn y_axis(self, axis: Axis) -> Self {
        Self { y: if axis.categorical { axis.reversed() } else { axis }, ..self }
    }

    /// Adds a mark, drawn over the earlier ones.
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
    pub fn marks<M: Into<Mark>>(mut self, marks: impl IntoIterator<Item = M>) -> Self {
        self.marks.extend(marks.into_iter().map(Into::into));
        self
    }

    /// The series that mark `k` belongs to: its own name, or without one that of the next named
    /// mark of its colour, else of the last one before; empty if there is none. So the band before
    /// a curve and the cross at its end are part of it.
    pub(crate) fn series_of(&self, k: usize) -> &str {
        let mark = &self.marks[k];
        if !mark.name().is_empty() || mark.color().is_none() {
            return mark.name();
        }
        let named = |other: &&Mark| !other.name().is_empty() && other.color() == mark.color();
        let after = self.marks[k..].iter().find(named);
        after.or_else(|| self.marks[..k].iter().rfind(named)).map_or("", Mark::name)
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let axes = [&mut self.x, &mut self.y].into_iter().flat_map(Axis::texts_mut);
        let marks = self.marks.iter_mut().flat_map(Mark::texts_mut);
        std::iter::once(&mut self.title).chain(axes).chain(marks).collect()
    }

    pub(crate) fn x_ticks(&self, width: f64) -> Vec<Tick> {
        names::across(&self.x, width)
    }

    pub(crate) fn below(&self, width: f64) -> Below {
        Below::new(&self.x_ticks(width), width)
    }

    /// Width of the labels of the y axis.
    pub(crate) fn beside_width(&self, height: f64) -> f64 {
        let ticks = names::upright(&self.y, height);
        names::widest(&ticks, names::stacked_size(&ticks, height))
    }

    /// Draws grid, frame, marks and ticks, and the tick labels of the axes that the flags say.
    pub(crate) fn draw(&self, canvas: &Canvas, rect: Rect, x_labels: bool, y_labels: bool) {
        let (x_ticks, y_ticks) = (self.x_ticks(rect.w), names::upright(&self.y, rect.h));
        let across = |tick: &Tick| rect.x + tick.at * rect.w;
        let down = |tick: &Tick| rect.bottom() - tick.at * rect.h;
        canvas.group("data-grid", "x", || {
            for x in names::labelled(&x_ticks).filter(|_| !self.x.categorical).map(across) {
                canvas.line(&[(x, rect.y), (x, rect.bottom())], theme::GRID);
            }
        });
        canvas.group("data-grid", "y", || {
            for y in names::labelled(&y_ticks).filter(|_| !self.y.categorical).map(down) {
                canvas.line(&[(rect.x, y), (rect.right(), y)], theme::GRID);
            }
        });
        canvas.frame(rect, theme::FRAME);
        let mut plot = Plot { canvas, rect, x: &self.x, y: &self.y, obstacles: Vec::new() };
        plot.obstacles = self.marks.iter().flat_map(|mark| mark.obstacles(&plot)).collect();
        for (k, mark) in self.marks.iter().enumerate() {
            canvas.group("data-series", self.series_of(k), || mark.draw(&plot));
        }
        let length =
            |tick: &Tick| theme::TICK_LENGTH * if tick.label.is_empty() { 0.5 } else { 1.0 };
        let below = Below::new(&x_ticks, rect.w);
        let font = Font { size: below.size, ..theme::TICK };
        let half_line = theme::TICK.size / 2.0;
        let (down_by, align) =
            if below.turned { (0.0, Align::UpTo) } else { (half_line, Align::Center) };
        let label_y = rect.bottom() + theme::TICK_GAP + down_by;
        canvas.group("data-ticks", "x", || {
            for tick in &x_ticks {
                let x = across(tick);
                canvas.line(&[(x, rect.bottom()), (x, rect.bottom() + length(tick))], theme::FRAME);
                if x_labels {
                    canvas.text(&tick.label, (x, label_y), align, font);
                }
            }
        });
        let font = Font { size: names::stacked_size(&y_ticks, rect.h), ..theme::TICK };
        canvas.group("data-ticks", "y", || {
            for tick in &y_ticks {
                let y = down(tick);
                canvas.line(&[(rect.x - length(tick), y), (rect.x, y)], theme::FRAME);
                if y_labels {
                    canvas.text(&tick.label, (rect.x - theme::TICK_GAP, y), Align::Right, font);
                }
            }
        });
    }
}
