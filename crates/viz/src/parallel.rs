use crate::canvas::{Align, Canvas, Rect, Stroke};
use crate::{Axis, Color, ColorScale, LineStyle, clip, text, theme};

/// Parallel coordinates: one vertical axis a quantity, one line a trial, coloured by a value.
///
/// Lines break at values that have no place (NaN, infinite, not positive on a log axis). Lines of
/// low values are drawn first, so that the best ones stand out.
///
/// ```
/// use viz::{Axis, ColorMap, ColorScale, Figure, Parallel};
/// let accuracy = Axis::linear("accuracy", 0.0, 1.0);
/// let axes = [Axis::log("learning rate", 1e-6, 1e-2), Axis::log("weight decay", 1e-8, 1e-4), accuracy.clone()];
/// let trials = [(vec![7e-3, 3e-6, 0.83], 0.83), (vec![2e-6, 5e-8, 0.11], 0.11)];
/// let search = Parallel::new("100 trials", axes, ColorScale::new(accuracy, ColorMap::Viridis), trials);
/// let svg = Figure::new("Random search").panel(search).to_svg();
/// # assert!(svg.contains("learning rate"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    pub(crate) title: String,
    pub(crate) scale: ColorScale,
    axes: Vec<Axis>,
    lines: Vec<(Vec<f64>, f64)>,
}

/// Below the axes, for their titles; above them, so that tick labels stay inside.
const FOOT: f64 = 24.0;
const HEAD: f64 = 8.0;

impl Parallel {
    /// `lines` of one value an axis, and the value for the colour.
    ///
    /// # Panics
    ///
    /// If a line does not have as many values as there are axes.
    pub fn new(
        title: impl Into<String>,
        axes: impl IntoIterator<Item = Axis>,
        scale: ColorScale,
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
        let axes = self.axes.iter_mut().chain([&mut self.scale.axis]);
        std::iter::once(&mut self.title).chain(axes.flat_map(Axis::texts_mut)).collect()
    }

    pub(crate) fn draw(&self, canvas: &Canvas, rect: Rect) {
        let ticks: Vec<Vec<_>> = (self.axes.iter())
            .map(|a| a.fitted_ticks(rect.h - FOOT - HEAD, |_| theme::TICK.size + theme::LABEL_AIR))
            .collect();
        // The outer axes stand so far inside that their titles and labels fit; the last has its
        // labels on the right, away from the lines.
        let outside = |k: usize| {
            let labels =
                ticks.get(k).into_iter().flatten().map(|t| text::width(&t.label, theme::TICK.size));
            let title =
                self.axes.get(k).map_or(0.0, |a| text::width(&a.title(), theme::AXIS_LABEL.size));
            (theme::TICK_GAP + labels.fold(0.0, f64::max)).max(title / 2.0).min(rect.w / 3.0)
        };
        let last = self.axes.len().saturating_sub(1);
        let (left, right) = (outside(0), outside(last));
        let area = Rect {
            x: rect.x + left,
            y: rect.y + HEAD,
            w: rect.w - left - right,
            h: rect.h - FOOT - HEAD,
        };
        let step = area.w / last.max(1) as f64;
        let across = |k: usize| area.x + step * k as f64;

        for (values, value) in &self.lines {
            let Some(color) = self.scale.color(*value) else { continue };
            let places = (self.axes.iter().zip(values).enumerate()).map(|(k, (axis, &v))| {
                Some((across(k), area.bottom() - axis.fraction(v)? * area.h))
            });
            let stroke = Stroke { color, width: 1.2, opacity: 0.7, style: LineStyle::Solid };
            for run in clip::polyline(places, area) {
                canvas.line(&run, stroke);
            }
        }
        for (k, (axis, ticks)) in self.axes.iter().zip(&ticks).enumerate() {
            let x = across(k);
            canvas.line(&[(x, area.y), (x, area.bottom())], Stroke::solid(theme::INK, 1.0));
            for tick in ticks.iter().filter(|tick| !tick.label.is_empty()) {
                let Some(t) = axis.fraction(tick.value) else { continue };
                let y = area.bottom() - t * area.h;
                if k == last && last > 0 {
                    canvas.line(
                        &[(x, y), (x + theme::TICK_LENGTH, y)],
                        Stroke::solid(theme::INK, 1.0),
                    );
                    canvas.text(&tick.label, (x + theme::TICK_GAP, y), Align::Left, theme::TICK);
                    continue;
                }
                let w = text::width(&tick.label, theme::TICK.size);
                let behind =
                    Rect { x: x - theme::TICK_GAP - w - 2.0, y: y - 7.0, w: w + 4.0, h: 14.0 };
                canvas.rect(behind, Color(255, 255, 255), 0.8);
                canvas.line(&[(x - theme::TICK_LENGTH, y), (x, y)], Stroke::solid(theme::INK, 1.0));
                canvas.text(&tick.label, (x - theme::TICK_GAP, y), Align::Right, theme::TICK);
            }
            canvas.text(
                &axis.title(),
                (x, area.bottom() + FOOT - 6.0),
                Align::Center,
                theme::AXIS_LABEL,
            );
        }
    }
}
