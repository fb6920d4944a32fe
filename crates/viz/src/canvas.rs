//! Drawing in logical pixels on plotters' SVG back end.
//!
//! The back end rounds coordinates to integers, which turns curves into staircases. So everything is
//! drawn in tenths of a pixel, and the head of the finished SVG maps them back by its `viewBox`.

use std::borrow::Cow;
use std::fmt::Display;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{
    Circle, DashedPathElement, Drawable, PathElement, PointCollection, Polygon, Rectangle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform, IntoFont, RGBAColor, ShapeStyle};

use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::text::{self, Font};
use crate::{Color, LineStyle, script, theme};

/// Canvas units per logical pixel.
pub(crate) const UNIT: f64 = 10.0;

/// Half the height of capitals, in sizes of the text: how far below its point a text stands.
const HALF_CAPITAL: f64 = 0.364;

/// How a text stands at its point; vertically, capitals are always centred on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
    /// Centred, reading upwards.
    Upwards,
    /// Reading upwards to its point.
    UpTo,
}

pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl<'a> Canvas<'a> {
    /// The SVG of `width`×`height` pixels that `draw` fills.
    pub(crate) fn render(
        (width, height): (f64, f64),
        title: &str,
        description: &str,
        draw: impl FnOnce(&Canvas),
    ) -> String {
        let mut svg = String::new();
        {
            let size = ((width * UNIT) as u32, (height * UNIT) as u32);
            let canvas =
                Canvas { area: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
            draw(&canvas);
            expect(canvas.area.present());
        }
        finish(&svg, (width, height), title, description)
    }

    pub(crate) fn line(&self, points: &[Point], stroke: Stroke) {
        let mut path: Vec<(i32, i32)> = points.iter().copied().map(units).collect();
        path.dedup();
        if path.len() < 2 {
            return;
        }
        let (dash, gap) = stroke.style.pattern();
        match stroke.style {
            LineStyle::Solid => self.put(&PathElement::new(path, shape(stroke))),
            _ => self.put(&DashedPathElement::new(
                path,
                (dash * stroke.width * UNIT).round() as i32,
                (gap * stroke.width * UNIT).round() as i32,
                shape(stroke),
            )),
        }
    }

    pub(crate) fn polygon(&self, points: &[Point], color: Color, opacity: f64) {
        if points.len() > 2 {
            let corners: Vec<(i32, i32)> = points.iter().copied().map(units).collect();
            self.put(&Polygon::new(corners, rgba(color, opacity)));
        }
    }

    pub(crate) fn rect(&self, rect: Rect, color: Color, opacity: f64) {
        let corners = [units((rect.x, rect.y)), units((rect.right(), rect.bottom()))];
        let style = ShapeStyle { color: rgba(color, opacity), filled: true, stroke_width: 0 };
        self.put(&Rectangle::new(corners, style));
    }

    pub(crate) fn frame(&self, rect: Rect, stroke: Stroke) {
        let (l, t, r, b) = (rect.x, rect.y, rect.right(), rect.bottom());
        self.line(&[(l, t), (r, t), (r, b), (l, b), (l, t)], stroke);
    }

    pub(crate) fn disc(&self, center: Point, radius: f64, color: Color, opacity: f64) {
        let style = ShapeStyle { color: rgba(color, opacity), filled: true, stroke_width: 0 };
        self.put(&Circle::new(units(center), (radius * UNIT).round() as i32, style));
    }

    pub(crate) fn text(&self, line: &str, at: Point, align: Align, font: Font) {
        if line.is_empty() {
            return;
        }
        let anchor = match align {
            Align::Left => HPos::Left,
            Align::Right | Align::UpTo => HPos::Right,
            Align::Center | Align::Upwards => HPos::Center,
        };
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = match align {
            Align::Upwards | Align::UpTo => FontTransform::Rotate270,
            Align::Left | Align::Center | Align::Right => FontTransform::None,
        };
        // The back end divides sizes by 1.24.
        let style = (text::FAMILY, font.size * UNIT * 1.24)
            .into_font()
            .style(weight)
            .transform(turn)
            .color(&rgba(font.color, 1.0))
            .pos(Pos::new(anchor, VPos::Center));
        let line = line.replace(is_unprintable, " ");
        expect(self.area.draw_text(&line, &style, units(at)));
    }

    /// Several lines with `leading` between their centres, the first at `at`.
    pub(crate) fn lines(&self, lines: &[String], at: Point, leading: f64, font: Font) {
        for (k, line) in lines.iter().enumerate() {
            self.text(line, (at.0, at.1 + k as f64 * leading), Align::Left, font);
        }
    }

    fn put<'e, E>(&self, element: &'e E)
    where
        E: Drawable<SVGBackend<'a>>,
        &'e E: PointCollection<'e, (i32, i32)>,
    {
        expect(self.area.draw(element));
    }
}

fn units((x, y): Point) -> (i32, i32) {
    debug_assert!(x.is_finite() && y.is_finite(), "a point without a place reached the canvas");
    ((x * UNIT).round() as i32, (y * UNIT).round() as i32)
}

fn shape(stroke: Stroke) -> ShapeStyle {
    ShapeStyle {
        color: rgba(stroke.color, stroke.opacity),
        filled: false,
        stroke_width: (stroke.width * UNIT).round().max(1.0) as u32,
    }
}

fn rgba(color: Color, opacity: f64) -> RGBAColor {
    RGBAColor(color.0, color.1, color.2, opacity)
}

/// Drawing goes to a `String`, which takes everything.
fn expect<T, E: Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => unreachable!("writing SVG to memory failed: {error}"),
    }
}

/// Gives the opacity of an element to the one paint that it has, its fill or its stroke: it looks the same, and
/// programs draw it at once, where an element's own opacity takes them a layer as large as the picture.
fn paint_opacity(line: &str) -> Cow<'_, str> {
    match line.split_once(" opacity=\"") {
        Some((head, rest)) if rest.contains(" fill=") => {
            format!("{head} fill-opacity=\"{rest}").into()
        }
        Some((head, rest)) => format!("{head} stroke-opacity=\"{rest}").into(),
        None => line.into(),
    }
}

/// The back end's document with a head that scales it, inherited styles said once, and a name for
/// screen readers.
fn finish(svg: &str, (width, height): (f64, f64), title: &str, description: &str) -> String {
    let ink = theme::INK;
    let body = svg.split_once('\n').map_or("", |(_, body)| body);
    let body = body
        .replace(" opacity=\"1\"", "")
        .replace(&format!(" font-family=\"{}\"", escape(text::FAMILY)), "")
        // 0.5ex depends on the viewer's font; half the height of Inter's capitals does not.
        .replace(" dy=\"0.5ex\"", &format!(" dy=\"{HALF_CAPITAL}em\""))
        // One weight is bundled; a hairline around the glyphs makes it bolder, Hangul too.
        .replace(
            " font-weight=\"bold\"",
            &format!(" stroke=\"#{:02X}{:02X}{:02X}\" stroke-width=\"4\"", ink.0, ink.1, ink.2),
        )
        // No line breaks around texts; markup in them is escaped, so tags are tags.
        .replace("\n</text>", "</text>")
        .split_inclusive('\n')
        .map(|line| if line.starts_with("<text") { line.trim_end_matches('\n') } else { line })
        .map(paint_opacity)
        .map(|line| script::spans(&line, HALF_CAPITAL))
        .collect::<String>()
        .replace(" \"/>", "\"/>");
    let description = if description.is_empty() {
        String::new()
    } else {
        format!("<desc>{}</desc>\n", escape(&script::spoken(description)))
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {:.0} {:.0}\" font-family=\"{}\" stroke-linejoin=\"round\">\n<title>{}</title>\n{description}{body}",
        width * UNIT,
        height * UNIT,
        escape(text::FAMILY),
        escape(&script::spoken(title)),
    )
}

/// Whether a character draws nothing, or is not allowed in XML.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// Text as XML character data, without the characters that XML forbids.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c if is_unprintable(c) => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
