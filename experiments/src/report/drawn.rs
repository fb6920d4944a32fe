//! A figure as it goes onto the page and into files.

use serde::Serialize;
use serde_json::json;
use viz::{Figure, MarkKind, PanelData};

/// About as many points of a curve go onto the page; panels are about 400 pixels wide. The CSV has
/// all.
const POINTS: usize = 500;

/// A figure, drawn. The page has it twice, wide and narrow, and chooses by the width of the screen.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Drawn {
    pub(super) name: String,
    pub(super) reading: String,
    /// SVG without the caption, which the page shows in its own font.
    pub(super) wide: String,
    pub(super) narrow: String,
    /// The panels and their places in both, as JSON for the page's script.
    pub(super) data: String,
    /// SVG with the caption.
    #[serde(skip)]
    pub(super) captioned: String,
    /// The numbers of its marks, a row a point; empty for a figure of functions only.
    pub(super) csv: String,
}

impl Drawn {
    pub(super) fn new(name: &str, figure: Figure, reading: String) -> Self {
        let narrow = figure.narrow();
        let panels = figure.data();
        let csv = rows(&panels);
        let thinned = |panel: Option<PanelData>| panel.map(|panel| panel.thinned(POINTS));
        let panels: Vec<_> = panels.into_iter().map(thinned).collect();
        let data = json!({ "panels": panels, "wide": figure.places(), "narrow": narrow.places() });
        Self {
            name: name.to_owned(),
            wide: figure.to_svg(),
            narrow: narrow.to_svg(),
            // A script element ends at the first `</`, wherever it is.
            data: data.to_string().replace('<', "\\u003c"),
            csv,
            captioned: figure.caption(&reading).to_svg(),
            reading,
        }
    }
}

/// A point of a figure. Columns that its kind of mark has no number for are empty.
#[derive(Default, Serialize)]
struct Point<'a> {
    /// Counted from 1, row by row.
    panel: usize,
    title: &'a str,
    series: &'a str,
    kind: Option<MarkKind>,
    /// The run that a value is of, counted from 1; without one it is the mean or the only value.
    run: Option<usize>,
    x: Option<f64>,
    y: Option<f64>,
    /// The ends of a band in y, of a histogram's bin in x.
    low: Option<f64>,
    high: Option<f64>,
    /// What the colour of a point says.
    value: Option<f64>,
    /// The name of a bar.
    category: &'a str,
}

/// The points of all marks as CSV; empty if there are none.
fn rows(panels: &[Option<PanelData>]) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for (k, panel) in panels.iter().enumerate() {
        let Some(panel) = panel else { continue };
        for mark in &panel.marks {
            let whole = Point {
                panel: k + 1,
                title: &panel.title,
                series: &mark.series,
                kind: Some(mark.kind),
                ..Point::default()
            };
            let point = |numbers: &Vec<f64>| {
                let at = |i: usize| numbers.get(i).copied();
                match mark.kind {
                    MarkKind::Band => Point { x: at(0), low: at(1), high: at(2), ..whole },
                    MarkKind::Histogram => Point { low: at(0), high: at(1), y: at(2), ..whole },
                    MarkKind::Bars => {
                        let name = at(1).and_then(|k| panel.y.names.get(k as usize));
                        Point { x: at(0), category: name.map_or("", String::as_str), ..whole }
                    }
                    _ => Point { x: at(0), y: at(1), value: at(2), ..whole },
                }
            };
            let runs = mark.runs.iter().enumerate().flat_map(|(run, values)| {
                mark.points.iter().zip(values).map(move |(point, &y)| Point {
                    run: Some(run + 1),
                    x: point.first().copied(),
                    y: Some(y),
                    ..whole
                })
            });
            let points = mark.points.iter().filter(|_| mark.kind != MarkKind::Text).map(point);
            for point in points.chain(runs) {
                csv.serialize(point).expect("writing to memory cannot fail");
            }
        }
    }
    let bytes = csv.into_inner().expect("writing to memory cannot fail");
    String::from_utf8(bytes).expect("CSV of texts is text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz::{Area, Axis, Bars, Color, Line, Marker, Panel};

    #[test]
    fn the_csv_of_a_figure_has_every_point_and_every_run() {
        let band = Area::new(Color::BLUE, [(0.0, 0.1, 0.3)]);
        let line =
            Line::new(Color::BLUE, [(0.0, 0.2)]).named("a, b").runs(vec![vec![0.1], vec![0.3]]);
        let bars =
            Panel::new("").y_axis(Axis::categories(["lr"])).mark(Bars::new(Color::BLUE, [0.5]));
        let figure = Figure::new("f").panel(Panel::new("p").mark(band).mark(line)).panel(bars);
        assert_eq!(
            rows(&figure.data()),
            "panel,title,series,kind,run,x,y,low,high,value,category\n\
             1,p,\"a, b\",band,,0.0,,0.1,0.3,,\n\
             1,p,\"a, b\",line,,0.0,0.2,,,,\n\
             1,p,\"a, b\",line,1,0.0,0.1,,,,\n\
             1,p,\"a, b\",line,2,0.0,0.3,,,,\n\
             2,,,bars,,0.5,,,,,lr\n"
        );
        assert_eq!(rows(&Figure::new("nothing").panel(Panel::new("")).data()), "");
    }

    #[test]
    fn no_text_of_a_figure_ends_the_script_that_holds_its_data() {
        let figure = Figure::new("f").panel(Panel::new("</script><p>"));
        let drawn = Drawn::new("f", figure, String::new());
        assert!(!drawn.data.contains('<'));
        let data: serde_json::Value = serde_json::from_str(&drawn.data).unwrap();
        assert_eq!(data["panels"][0]["title"], "</script><p>");
    }

    #[test]
    fn the_page_has_every_fourth_point_of_long_curves_and_the_last_and_the_csv_has_all() {
        let xs = || (0..2000).map(f64::from);
        let run: Vec<f64> = xs().map(|x| x / 2.0).collect();
        let line = Line::new(Color::BLUE, xs().map(|x| (x, x))).named("a").runs(vec![run]);
        let line = line.marker(Marker::Circle, 100);
        let drawn =
            Drawn::new("f", Figure::new("f").panel(Panel::new("").mark(line)), String::new());
        let data: serde_json::Value = serde_json::from_str(&drawn.data).unwrap();
        let mark = &data["panels"][0]["marks"][0];
        let [points, run] = [&mark["points"], &mark["runs"][0]].map(|v| v.as_array().unwrap());
        assert_eq!([points.len(), run.len()], [501, 501]);
        assert_eq!((&points[1], &run[1]), (&json!([4.0, 4.0]), &json!(2.0)));
        assert_eq!((&points[500], &run[500]), (&json!([1999.0, 1999.0]), &json!(999.5)));
        assert_eq!(mark["every"], 25, "the markers stand where they stood");
        assert_eq!(drawn.csv.lines().count(), 1 + 2 * 2000);
    }
}
