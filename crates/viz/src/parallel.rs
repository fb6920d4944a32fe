use crate::canvas::{Align, Canvas};
use crate::geometry::Rect;
use crate::stroke::Stroke;
use crate::text::{self, Font};
use crate::{Axis, LineStyle, clip, names, theme};

/// Parallel coordinates: a vertical axis for each quantity, and for each trial a line, coloured by
/// a value.
///
/// Lines break at values that are NaN, infinite, or not positive on a log axis. Lines of low values
/// are drawn first, so that the best ones are on top.
///
/// ```
/// use viz::{Axis, Figure, Parallel};
/// let accuracy = Axis::linear("accuracy", 0.0, 1.0);
/// let rate = Axis::log("learning rate", 1e-6, 1e-2);
/// let decay = Axis::log("weight decay", 1e-8, 1e-4);
/// let trials = [(vec![7e-3, 3e-6, 0.83], 0.83), (vec![2e-6, 5e-8, 0.11], 0.11)];
/// let scale = accuracy.clone();
/// let search = Parallel::new("100 trials", [rate, decay, accuracy], scale, trials);
/// let svg = Figure::new("Random search").panel(search).to_svg();
/// # assert!(svg.contains("learning rate"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    pub(crate) title: String,
    pub(crate) scale: Axis,
    axes: Vec<Axis>,
    lines: Vec<(Vec<f64>, f64)>,
}

/// Room above the axes for half a tick label.
const HEAD: f64 = 8.0;
/// Height of a line of an axis title, and its distance to the axis.
const TITLE_LINE: f64 = 15.0;
const TITLE_GAP: f64 = 9.0;
/// Least distance between texts of neighbouring axes.
const AIR: f64 = 10.0;

impl Parallel {
    /// Each of `lines` has a value for each axis, and the value for its colour.
    ///
    /// # Panics
    ///
    /// If a line does not have as many values as there are axes.
    pub fn new(
        title: impl Into<String>,
        axes: impl IntoIterator<Item = Axis>,
        scale: Axis,
        lines: impl IntoIterator<Item = (Vec<f64>, f64)>,
    ) -> Self {
        let axes: Vec<Axis> = axes.into_iter().collect();
        let mut lines: Vec<(Vec<f64>, f64)> = lines.into_iter().collect();
        for (values, _) in &lines {
            assert_eq!(values.len(), axes.len(), "a line needs one value for each of the axes");
        }
        lines.sort_by(|a, b| a.1.total_cmp(&b.1));
        Self { title: title.into(), scale, axes, lines }
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let axes = self.axes.iter_mut().chain([&mut self.scale]);
        std::iter::once(&mut self.title).chain(axes.flat_map(Axis::texts_mut)).collect()
    }

    pub(crate) fn draw(&self, canvas: &Canvas, rect: Rect) {
        let frame = Frame::new(&self.axes, rect);
        let area = frame.area;
        for (values, value) in &self.lines {
            let Some(color) = self.scale.color(*value) else { continue };
            let places = (self.axes.iter().zip(values).enumerate()).map(|(k, (axis, &v))| {
                Some((frame.across(k), area.bottom() - axis.fraction(v)? * area.h))
            });
            let stroke = Stroke { color, width: 1.2, opacity: 0.7, style: LineStyle::Solid };
            for run in clip::polyline(places, area) {
                canvas.line(&run, stroke);
            }
        }
        for (k, axis) in self.axes.iter().enumerate() {
            frame.draw_axis(canvas, k, axis);
        }
    }
}

/// The places of the axes, and the room for their texts.
struct Frame {
    area: Rect,
    /// From one axis to the next.
    step: f64,
    /// From the first axis to the left edge, and from the last to the right edge.
    left: f64,
    right: f64,
    last: usize,
}

impl Frame {
    fn new(axes: &[Axis], rect: Rect) -> Self {
        let last = axes.len().saturating_sub(1);
        // The outer axes leave room for their titles and labels; the last axis has its labels on
        // the right, away from the lines.
        let outside = |axis: &Axis| {
            let ticks = names::upright(axis, rect.h - HEAD - TITLE_GAP - TITLE_LINE);
            let labels = theme::TICK_GAP + names::widest(&ticks, theme::TICK.size);
            let title = text::width(&axis.title(), theme::AXIS_LABEL.size);
            labels.max(title / 2.0).min(rect.w / 3.0)
        };
        let (left, right) = (axes.first().map_or(0.0, outside), axes.last().map_or(0.0, outside));
        let step = (rect.w - left - right) / last.max(1) as f64;
        let area =
            Rect { x: rect.x + left, y: rect.y + HEAD, w: rect.w - left - right, h: rect.h - HEAD };
        let mut frame = Self { area, step, left, right, last };
        let lines = axes.iter().enumerate().map(|(k, axis)| frame.title(k, axis).0.len()).max();
        frame.area.h -= TITLE_GAP + TITLE_LINE * lines.unwrap_or(0).max(1) as f64;
        frame
    }

    fn across(&self, k: usize) -> f64 {
        self.area.x + self.step * k as f64
    }

    /// Whether the labels of an axis are on its right.
    fn is_right(&self, k: usize) -> bool {
        k == self.last && self.last > 0
    }

    /// The lines of an axis title and their size, such that neighbouring titles do not touch.
    fn title(&self, k: usize, axis: &Axis) -> (Vec<String>, f64) {
        let edge = |is_outer: bool, room: f64| if is_outer { 2.0 * room } else { f64::INFINITY };
        let outer = edge(k == 0, self.left).min(edge(k == self.last, self.right));
        let limit = outer.min(self.step - AIR).max(1.0);
        let title = axis.title();
        let words = title.split_whitespace();
        // As small as the longest word needs: a word is not broken.
        let size = words.map(|word| text::shrink(word, theme::AXIS_LABEL.size, limit));
        let size = size.fold(theme::AXIS_LABEL.size, f64::min);
        // A little wider, since rounding could break the longest word.
        (text::wrap(&title, size, limit + 0.01), size)
    }

    /// The widest that labels of an axis may be, so that they do not reach the next axis.
    fn label_room(&self, k: usize) -> f64 {
        let room = match k {
            0 => self.left,
            k if self.is_right(k) => self.right,
            _ => self.step - AIR,
        };
        (room - theme::TICK_GAP).max(1.0)
    }

    fn draw_axis(&self, canvas: &Canvas, k: usize, axis: &Axis) {
        let (x, area, ink) = (self.across(k), self.area, Stroke::solid(theme::INK, 1.0));
        canvas.line(&[(x, area.y), (x, area.bottom())], ink);
        let ticks = names::upright(axis, area.h);
        let stacked = names::stacked_size(&ticks, area.h);
        for tick in names::labelled(&ticks) {
            let y = area.bottom() - tick.at * area.h;
            let size = text::shrink(&tick.label, stacked, self.label_room(k));
            let font = Font { size, ..theme::TICK };
            if self.is_right(k) {
                canvas.line(&[(x, y), (x + theme::TICK_LENGTH, y)], ink);
                canvas.text(&tick.label, (x + theme::TICK_GAP, y), Align::Left, font);
                continue;
            }
            let (w, h) = (text::width(&tick.label, size) + 4.0, size + 3.0);
            let behind = Rect { x: x - theme::TICK_GAP - w + 2.0, y: y - h / 2.0, w, h };
            canvas.rect(behind, theme::WHITE, 0.8);
            canvas.line(&[(x - theme::TICK_LENGTH, y), (x, y)], ink);
            canvas.text(&tick.label, (x - theme::TICK_GAP, y), Align::Right, font);
        }
        let (lines, size) = self.title(k, axis);
        let font = Font { size, ..theme::AXIS_LABEL };
        for (n, line) in lines.iter().enumerate() {
            let y = area.bottom() + TITLE_GAP + TITLE_LINE * (n as f64 + 0.6);
            canvas.text(line, (x, y), Align::Center, font);
        }
    }
}
