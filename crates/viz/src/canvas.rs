//! Drawing in logical pixels on plotters' SVG back end.
//!
//! The back end rounds coordinates to integers, which turns curves into staircases. So everything
//! is drawn in tenths of a pixel, and the `viewBox` of the finished SVG scales them back.

use std::borrow::Cow;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{
    Circle, DashedPathElement, Drawable, PathElement, PointCollection, Polygon, Rectangle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontStyle, FontTransform, IntoFont, RGBAColor};

use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::text::{self, Font};
use crate::{Color, script, theme};

/// Canvas units per logical pixel.
pub(crate) const UNIT: f64 = 10.0;

/// Half the height of capitals, in sizes of the text: how far the baseline lies below the centre.
const HALF_CAPITAL: f64 = 0.364;

/// Which part of a text is at its point; vertically, capitals are centred on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
    /// The centre of a text that reads upwards.
    Upwards,
    /// The end of a text that reads upwards.
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
        let size = ((width * UNIT) as u32, (height * UNIT) as u32);
        let canvas = Canvas { area: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
        draw(&canvas);
        canvas.area.present().expect(NO_ERROR);
        drop(canvas);
        finish(&svg, (width, height), title, description)
    }

    pub(crate) fn line(&self, points: &[Point], stroke: Stroke) {
        let mut path: Vec<(i32, i32)> = points.iter().copied().map(units).collect();
        path.dedup();
        if path.len() < 2 {
            return;
        }
        let width = (stroke.width * UNIT).round().max(1.0) as u32;
        let style = rgba(stroke.color, stroke.opacity).stroke_width(width);
        let Some((dash, gap)) = stroke.style.pattern() else {
            return self.put(&PathElement::new(path, style));
        };
        let units = |widths: f64| (widths * stroke.width * UNIT).round() as i32;
        self.put(&DashedPathElement::new(path, units(dash), units(gap), style));
    }

    pub(crate) fn polygon(&self, points: &[Point], color: Color, opacity: f64) {
        if points.len() > 2 {
            let corners: Vec<(i32, i32)> = points.iter().copied().map(units).collect();
            self.put(&Polygon::new(corners, rgba(color, opacity).filled()));
        }
    }

    pub(crate) fn rect(&self, rect: Rect, color: Color, opacity: f64) {
        let corners = [units((rect.x, rect.y)), units((rect.right(), rect.bottom()))];
        self.put(&Rectangle::new(corners, rgba(color, opacity).filled()));
    }

    pub(crate) fn frame(&self, rect: Rect, stroke: Stroke) {
        let (l, t, r, b) = (rect.x, rect.y, rect.right(), rect.bottom());
        self.line(&[(l, t), (r, t), (r, b), (l, b), (l, t)], stroke);
    }

    pub(crate) fn disc(&self, center: Point, radius: f64, color: Color, opacity: f64) {
        let style = rgba(color, opacity).filled().stroke_width(0);
        self.put(&Circle::new(units(center), (radius * UNIT).round() as i32, style));
    }

    pub(crate) fn text(&self, line: &str, at: Point, align: Align, font: Font) {
        if line.is_empty() {
            return;
        }
        let (anchor, turn) = match align {
            Align::Left => (HPos::Left, FontTransform::None),
            Align::Center => (HPos::Center, FontTransform::None),
            Align::Right => (HPos::Right, FontTransform::None),
            Align::Upwards => (HPos::Center, FontTransform::Rotate270),
            Align::UpTo => (HPos::Right, FontTransform::Rotate270),
        };
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        // The back end divides sizes by 1.24.
        let style = (text::FAMILY, font.size * UNIT * 1.24)
            .into_font()
            .style(weight)
            .transform(turn)
            .color(&rgba(font.color, 1.0))
            .pos(Pos::new(anchor, VPos::Center));
        let line = line.replace(is_unprintable, " ");
        self.area.draw_text(&line, &style, units(at)).expect(NO_ERROR);
    }

    /// A text that is smaller where it would be longer than `limit`.
    pub(crate) fn text_within(&self, limit: f64, line: &str, at: Point, align: Align, font: Font) {
        let size = text::shrink(line, font.size, limit);
        self.text(line, at, align, Font { size, ..font });
    }

    /// What `draw` draws, as a group with an attribute by which a script or style sheet finds it.
    pub(crate) fn group(&self, attribute: &str, value: &str, draw: impl FnOnce()) {
        let value = value.replace(is_unprintable, " ");
        self.tag(&format!("{OPEN}{attribute}={value}"));
        draw();
        self.tag(CLOSE);
    }

    /// The back end writes no tags, so a text stands for one until [`groups`] replaces it.
    fn tag(&self, text: &str) {
        let style = (text::FAMILY, 1.0).into_font().color(&rgba(theme::INK, 1.0));
        self.area.draw_text(text, &style, (0, 0)).expect(NO_ERROR);
    }

    fn put<'e, E>(&self, element: &'e E)
    where
        E: Drawable<SVGBackend<'a>>,
        &'e E: PointCollection<'e, (i32, i32)>,
    {
        self.area.draw(element).expect(NO_ERROR);
    }
}

/// Beginnings of texts that stand for tags; no other text has these characters, which XML forbids.
const OPEN: &str = "\u{FFFE}";
const CLOSE: &str = "\u{FFFF}";

const NO_ERROR: &str = "writing to a String cannot fail";

fn units((x, y): Point) -> (i32, i32) {
    debug_assert!(x.is_finite() && y.is_finite(), "a NaN or infinite point reached the canvas");
    ((x * UNIT).round() as i32, (y * UNIT).round() as i32)
}

fn rgba(color: Color, opacity: f64) -> RGBAColor {
    RGBAColor(color.0, color.1, color.2, opacity)
}

/// Turns the opacity of an element into the opacity of its fill or stroke; every element has only
/// one of them. For an element's own opacity, renderers draw a layer as large as the picture.
fn paint_opacity(line: &str) -> Cow<'_, str> {
    let Some((head, rest)) = line.split_once(" opacity=\"") else { return line.into() };
    let paint = if rest.contains(" fill=") { "fill" } else { "stroke" };
    format!("{head} {paint}-opacity=\"{rest}").into()
}

/// The body of a document with tags for the texts that stand for them.
fn groups(body: &str) -> String {
    let mut texts = body.split("<text ");
    let mut out = texts.next().unwrap_or_default().to_owned();
    for text in texts {
        let content = text.split_once(">\n").and_then(|(_, text)| text.split_once("\n</text>\n"));
        let (tag, rest) = match content {
            Some((CLOSE, rest)) => ("</g>\n".to_owned(), rest),
            Some((open, rest)) if open.starts_with(OPEN) => {
                let (attribute, value) = open[OPEN.len()..].split_once('=').unwrap_or_default();
                (format!("<g {attribute}=\"{value}\">\n"), rest)
            }
            _ => ("<text ".to_owned(), text),
        };
        out += &tag;
        out += rest;
    }
    out
}

/// The back end's document with a head that scales it, inherited styles in the head only, and a
/// name for screen readers.
fn finish(svg: &str, (width, height): (f64, f64), title: &str, description: &str) -> String {
    let (_, body) = svg.split_once('\n').unwrap_or_default();
    let body = groups(body)
        .replace(" opacity=\"1\"", "")
        .replace(&format!(" font-family=\"{}\"", escape(text::FAMILY)), "")
        // 0.5ex depends on the viewer's font; half the height of Inter's capitals does not.
        .replace(" dy=\"0.5ex\"", &format!(" dy=\"{HALF_CAPITAL}em\""))
        // One weight is bundled; a hairline around the glyphs makes it bolder, Hangul too.
        .replace(
            " font-weight=\"bold\"",
            &format!(" stroke=\"{}\" stroke-width=\"4\"", theme::INK.hex()),
        )
        // No line breaks around texts; markup in them is escaped, so tags are tags.
        .replace("\n</text>", "</text>")
        .split_inclusive('\n')
        .map(|line| if line.starts_with("<text") { line.trim_end_matches('\n') } else { line })
        .map(|line| script::spans(&paint_opacity(line), HALF_CAPITAL))
        .collect::<String>()
        .replace(" \"/>", "\"/>");
    let description = if description.is_empty() {
        String::new()
    } else {
        format!("<desc>{}</desc>\n", escape(&script::spoken(description)))
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
         width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {:.0} {:.0}\" \
         font-family=\"{}\" stroke-linejoin=\"round\">\n<title>{}</title>\n{description}{body}",
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

/// Text as XML character data, with spaces for characters that XML forbids.
fn escape(text: &str) -> String {
    text.replace(is_unprintable, " ")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}
