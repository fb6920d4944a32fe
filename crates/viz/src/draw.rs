//! From a figure to its files.

use std::path::{Path, PathBuf};

use crate::canvas::{Align, Canvas};
use crate::geometry::Rect;
use crate::layout::{Layout, Placed};
use crate::legend::{self, Legend};
use crate::legend_box::LegendBox;
use crate::{Cell, Figure, VizError, color_bar, svg_to_png, theme};

impl Figure {
    /// The figure as a self-contained SVG document.
    ///
    /// Texts stay texts. Viewers draw them in Inter and NanumSquare where these are installed, else
    /// in another sans-serif font.
    pub fn to_svg(&self) -> String {
        let layout = Layout::new(self);
        let description = if self.caption.is_empty() { &self.subtitle } else { &self.caption };
        Canvas::render((layout.width, layout.height), &self.title, description, |canvas| {
            self.draw(canvas, &layout);
        })
    }

    /// Writes `name.svg` and `name.png` (two pixels per logical pixel) into the folder `dir`, which
    /// is created if it does not exist. Returns the two paths.
    ///
    /// Each file appears whole or not at all: it is written under another name and then renamed.
    ///
    /// # Errors
    ///
    /// [`VizError::Io`] if a file or the folder cannot be written, and the errors of
    /// [`svg_to_png`], for example for a figure of more than [`MAX_PIXELS`](crate::MAX_PIXELS).
    ///
    /// ```
    /// # let dir = std::env::temp_dir().join("viz-doctest-save");
    /// let [svg, png] = viz::Figure::new("Nothing yet").save(&dir, "empty")?;
    /// assert!(svg.ends_with("empty.svg") && png.ends_with("empty.png"));
    /// # std::fs::remove_dir_all(&dir).unwrap();
    /// # Ok::<(), viz::VizError>(())
    /// ```
    pub fn save(&self, dir: impl AsRef<Path>, name: &str) -> Result<[PathBuf; 2], VizError> {
        let dir = dir.as_ref();
        let svg = self.to_svg();
        let png = svg_to_png(&svg, 2.0)?;
        std::fs::create_dir_all(dir)
            .map_err(|cause| VizError::Io { path: dir.to_owned(), cause })?;
        let paths = [dir.join(format!("{name}.svg")), dir.join(format!("{name}.png"))];
        for (path, bytes) in paths.iter().zip([svg.as_bytes(), &png]) {
            let unfinished = path.with_added_extension("part");
            std::fs::write(&unfinished, bytes)
                .and_then(|()| std::fs::rename(&unfinished, path))
                .map_err(|cause| VizError::Io { path: path.clone(), cause })?;
        }
        Ok(paths)
    }

    fn draw(&self, canvas: &Canvas, layout: &Layout) {
        let page = Rect { x: 0.0, y: 0.0, w: layout.width, h: layout.height };
        canvas.rect(page, theme::WHITE, 1.0);
        for &(ref line, y, font) in &layout.lines {
            canvas.text(line, (theme::MARGIN, y), Align::Left, font);
        }
        for (k, placed) in layout.panels.iter().enumerate() {
            let rect = placed.rect;
            let at = (rect.x, rect.y - theme::PANEL_TITLE_LINE / 2.0 - 1.0);
            canvas.text_within(rect.w, placed.cell.title(), at, Align::Left, theme::PANEL_TITLE);
            canvas.group("data-panel", &k.to_string(), || match placed.cell {
                Cell::Panel(panel) => panel.draw(canvas, rect, placed.x_labels, placed.y_labels),
                Cell::Parallel(parallel) => parallel.draw(canvas, rect),
                Cell::Surface(surface) => surface.draw(canvas, rect),
            });
        }
        self.draw_axis_titles(canvas, layout);

        let inner = layout.width - 2.0 * theme::MARGIN;
        match layout.legend {
            Legend::Top | Legend::Bottom => {
                legend::draw_rows(canvas, &layout.keys, (theme::MARGIN, layout.legend_top), inner);
            }
            Legend::Inside(panel, corner) => {
                if let Some(&Placed { rect, .. }) = layout.panels.get(panel)
                    && let Some(legend) = LegendBox::fit(&layout.keys, (rect.w, rect.h))
                {
                    legend.draw(canvas, rect, corner);
                }
            }
            Legend::Hidden => {}
        }

        let mut x = layout.bars_left;
        for scale in self.color_scales() {
            color_bar::draw(canvas, scale, x, layout.plots.y, layout.plots.h);
            x += color_bar::width(scale, layout.plots.h);
        }
    }

    fn draw_axis_titles(&self, canvas: &Canvas, layout: &Layout) {
        let plots = layout.plots;
        let half_line = theme::AXIS_LABEL.size / 2.0;
        // Smaller where they would be longer than their axes and reach the next title.
        let across = |title: &str, at, w| {
            canvas.text_within(w, title, at, Align::Center, theme::AXIS_LABEL);
        };
        let upwards = |title: &str, at, h| {
            canvas.text_within(h, title, at, Align::Upwards, theme::AXIS_LABEL);
        };
        if let Some(title) = &layout.x_title {
            across(title, (plots.x + plots.w / 2.0, layout.x_title_at), plots.w);
        }
        if let Some(title) = &layout.y_title {
            upwards(title, (theme::MARGIN + half_line, plots.y + plots.h / 2.0), plots.h);
        }
        for &Placed { cell, rect, x_labels, y_labels } in &layout.panels {
            let Some(panel) = cell.panel() else { continue };
            if layout.x_title.is_none() && x_labels {
                let labels = theme::TICK_GAP + panel.below(rect.w).height;
                let at = (rect.x + rect.w / 2.0, rect.bottom() + labels + half_line);
                across(&panel.x.title(), at, rect.w);
            }
            if layout.y_title.is_none() && y_labels {
                let labels = theme::TICK_GAP + panel.beside_width(rect.h);
                let x = rect.x - labels - theme::AXIS_LINE + half_line;
                upwards(&panel.y.title(), (x, rect.y + rect.h / 2.0), rect.h);
            }
        }
    }
}
