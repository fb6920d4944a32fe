//! From a figure to its files.

use std::path::{Path, PathBuf};

use crate::canvas::{Align, Canvas};
use crate::geometry::{Point, Rect};
use crate::layout::{Layout, SUBTITLE_LEADING, TITLE_LEADING};
use crate::legend::{self, Legend};
use crate::legend_box::LegendBox;
use crate::text::{self, Font};
use crate::{Cell, Color, Figure, VizError, color_bar, panel, svg_to_png, theme};

impl Figure {
    /// The figure as a self-contained SVG document.
    ///
    /// Texts are texts, in the bundled fonts' family where the viewer has it and in a sans-serif
    /// family where not.
    pub fn to_svg(&self) -> String {
        let layout = Layout::new(self);
        let description = if self.caption.is_empty() { &self.subtitle } else { &self.caption };
        Canvas::render((layout.width, layout.height), &self.title, description, |canvas| {
            self.draw(canvas, &layout);
        })
    }

    /// Writes `name.svg` and `name.png` (at two pixels per logical pixel) into the folder `dir`,
    /// which is made if it does not exist. Returns the two paths.
    ///
    /// Each file appears whole or not at all: it is written beside its place and then renamed.
    ///
    /// # Errors
    ///
    /// [`VizError::Io`] if a file or the folder cannot be written, and what
    /// [`svg_to_png`] returns, as for a figure of more than [`MAX_PIXELS`](crate::MAX_PIXELS).
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
            let mut unfinished = path.clone().into_os_string();
            unfinished.push(".part");
            std::fs::write(&unfinished, bytes)
                .and_then(|()| std::fs::rename(&unfinished, path))
                .map_err(|cause| VizError::Io { path: path.clone(), cause })?;
        }
        Ok(paths)
    }

    fn draw(&self, canvas: &Canvas, layout: &Layout) {
        let page = Rect { x: 0.0, y: 0.0, w: layout.width, h: layout.height };
        canvas.rect(page, Color(255, 255, 255), 1.0);
        let left = theme::MARGIN;
        let mut y = theme::MARGIN + theme::TITLE.size / 2.0;
        canvas.lines(&layout.title, (left, y), TITLE_LEADING, theme::TITLE);
        y += layout.title.len() as f64 * TITLE_LEADING - 2.0;
        canvas.lines(&layout.subtitle, (left, y), SUBTITLE_LEADING, theme::SUBTITLE);
        y = layout.caption_top + theme::CAPTION.size / 2.0;
        canvas.lines(&layout.caption, (left, y), SUBTITLE_LEADING, theme::CAPTION);

        for placed in &layout.panels {
            panel::draw_title(canvas, placed.cell.title(), placed.rect);
            match placed.cell {
                Cell::Panel(panel) => {
                    panel.draw(canvas, placed.rect, placed.x_labels, placed.y_labels);
                }
                Cell::Parallel(parallel) => parallel.draw(canvas, placed.rect),
                Cell::Surface(surface) => surface.draw(canvas, placed.rect),
            }
        }
        self.draw_axis_titles(canvas, layout);

        let inner = layout.width - 2.0 * theme::MARGIN;
        match layout.legend {
            Legend::Top | Legend::Bottom => {
                legend::draw_rows(canvas, &layout.keys, (left, layout.legend_top), inner);
            }
            Legend::Inside(panel, corner) => {
                let rect = layout.panels.get(panel).map(|placed| placed.rect);
                let fitting =
                    rect.and_then(|r| Some((r, LegendBox::fit(&layout.keys, (r.w, r.h))?)));
                if let Some((rect, legend)) = fitting {
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
        // Smaller where they would end beyond their axes, beside others.
        let draw = |title: &str, at: Point, align: Align, length: f64| {
            let size = text::shrink(title, theme::AXIS_LABEL.size, length);
            canvas.text(title, at, align, Font { size, ..theme::AXIS_LABEL });
        };
        if let Some(title) = &layout.x_title {
            let at = (plots.x + plots.w / 2.0, layout.x_title_at);
            draw(title, at, Align::Center, plots.w);
        }
        if let Some(title) = &layout.y_title {
            let at = (theme::MARGIN + half_line, plots.y + plots.h / 2.0);
            draw(title, at, Align::Upwards, plots.h);
        }
        for placed in &layout.panels {
            let (Some(panel), rect) = (placed.cell.panel(), placed.rect) else { continue };
            if layout.x_title.is_none() && placed.x_labels {
                let labels = theme::TICK_GAP + panel.below(rect.w).height;
                let at = (rect.x + rect.w / 2.0, rect.bottom() + labels + half_line);
                draw(&panel.x.title(), at, Align::Center, rect.w);
            }
            if layout.y_title.is_none() && placed.y_labels {
                let labels = theme::TICK_GAP + panel.beside_width(rect.h);
                let x = rect.x - labels - theme::AXIS_LINE + half_line;
                draw(&panel.y.title(), (x, rect.y + rect.h / 2.0), Align::Upwards, rect.h);
            }
        }
    }
}
