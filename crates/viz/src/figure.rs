use crate::{Axis, Cell, Legend};

/// A figure: a grid of panels with a title, a legend and a caption.
///
/// Panels fill the grid row by row. All plot areas have the same size. Neighbours with equal axes
/// share their tick labels, and an axis title that all panels have is drawn once.
///
/// The same figure always gives the same bytes.
///
/// ```
/// use viz::{Axis, Color, Figure, Line, LineStyle, Panel};
/// let panel = |scale: f64| {
///     let curve = |rate: f64| {
///         (0..20).map(f64::from).map(move |epoch| (epoch, 1.0 - (-rate * scale * epoch).exp()))
///     };
///     Panel::new(format!("W: {scale}"))
///         .x_axis(Axis::linear("epoch", 0.0, 19.0))
///         .y_axis(Axis::linear("accuracy", 0.0, 1.0))
///         .mark(Line::new(Color::BLUE, curve(0.8)).named("batch norm"))
///         .mark(Line::new(Color::VERMILLION, curve(0.3)).style(LineStyle::Dashed).named("plain"))
/// };
/// let figure = Figure::new("Training accuracy")
///     .caption("Batch normalisation learns faster at every scale.")
///     .grid(2, 2)
///     .panels([1.0, 0.5, 0.2, 0.1].map(panel));
/// assert!(figure.to_svg().starts_with("<svg"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Figure {
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) caption: String,
    pub(crate) cells: Vec<Cell>,
    pub(crate) legend: Legend,
    grid: Option<(usize, usize)>,
    /// After this many cells a new row begins, though the one before may not be full.
    pub(crate) stretch: Option<usize>,
    plot_size: Option<(f64, f64)>,
}

impl Figure {
    /// An empty figure; without [`grid`](Self::grid), its panels are side by side.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            subtitle: String::new(),
            caption: String::new(),
            cells: Vec::new(),
            legend: Legend::Top,
            grid: None,
            stretch: None,
            plot_size: None,
        }
    }

    /// A smaller line below the title, for example data set and seeds.
    pub fn subtitle(self, subtitle: impl Into<String>) -> Self {
        Self { subtitle: subtitle.into(), ..self }
    }

    /// A sentence below the figure that says what it shows.
    pub fn caption(self, caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..self }
    }

    /// Numbers of rows and columns; more panels than fit make further rows.
    ///
    /// # Panics
    ///
    /// If either is 0.
    pub fn grid(mut self, rows: usize, columns: usize) -> Self {
        assert!(rows > 0 && columns > 0, "a grid of {rows}×{columns} has no place for a panel");
        self.grid = Some((rows, columns));
        self
    }

    /// Width and height of every plot area in logical pixels; by default from 600×360 for one
    /// column to 170×128 for five and more.
    ///
    /// # Panics
    ///
    /// If either is not between 20 and 5000.
    pub fn plot_size(mut self, width: f64, height: f64) -> Self {
        assert!(
            [width, height].iter().all(|side| (20.0..=5000.0).contains(side)),
            "a plot area of {width}×{height} is not within 20 to 5000 pixels"
        );
        self.plot_size = Some((width.round(), height.round()));
        self
    }

    /// Where the legend is; [`Legend::Top`] by default.
    pub fn legend(self, legend: Legend) -> Self {
        Self { legend, ..self }
    }

    /// Adds a panel.
    pub fn panel(mut self, panel: impl Into<Cell>) -> Self {
        self.cells.push(panel.into());
        self
    }

    /// Adds several panels.
    pub fn panels<P: Into<Cell>>(mut self, panels: impl IntoIterator<Item = P>) -> Self {
        self.cells.extend(panels.into_iter().map(Into::into));
        self
    }

    /// Replaces every text of the figure by what `text` makes of it: titles, axes and categories,
    /// names in the legend, notes, subtitle and caption; not tick labels that are numbers, and not
    /// empty texts.
    ///
    /// ```
    /// use viz::{Axis, Figure, Panel};
    /// let panel = Panel::new("").x_axis(Axis::linear("epoch", 0.0, 9.0));
    /// let figure = Figure::new("Training").panel(panel);
    /// let korean = figure.map_texts(|text| match text {
    ///     "epoch" => "에폭".to_owned(),
    ///     other => other.to_owned(),
    /// });
    /// assert!(korean.to_svg().contains("에폭"));
    /// ```
    pub fn map_texts(mut self, mut text: impl FnMut(&str) -> String) -> Self {
        let own = [&mut self.title, &mut self.subtitle, &mut self.caption];
        let cells = self.cells.iter_mut().flat_map(Cell::texts_mut);
        for place in own.into_iter().chain(cells).filter(|place| !place.is_empty()) {
            *place = text(place);
        }
        self
    }

    /// Rows and columns.
    pub(crate) fn shape(&self) -> (usize, usize) {
        let (rows, columns) = self.grid.unwrap_or((1, self.cells.len().max(1)));
        let needed =
            self.cells.len().checked_sub(1).map_or(0, |last| self.position(last, columns).0 + 1);
        (rows.max(needed), columns)
    }

    /// The row and the column of a cell.
    pub(crate) fn position(&self, k: usize, columns: usize) -> (usize, usize) {
        let stretch = self.stretch.unwrap_or(usize::MAX);
        let (before, k) = (k / stretch, k % stretch);
        (before * stretch.div_ceil(columns) + k / columns, k % columns)
    }

    pub(crate) fn plot_area(&self) -> (f64, f64) {
        self.plot_size.unwrap_or(match self.shape().1 {
            1 => (600.0, 360.0),
            2 => (420.0, 280.0),
            3 => (285.0, 205.0),
            4 => (216.0, 160.0),
            _ => (170.0, 128.0),
        })
    }

    /// The distinct colour scales of all cells.
    pub(crate) fn color_scales(&self) -> Vec<&Axis> {
        let mut scales: Vec<&Axis> = Vec::new();
        for scale in self.cells.iter().flat_map(Cell::color_scales) {
            if !scales.contains(&scale) {
                scales.push(scale);
            }
        }
        scales
    }
}
