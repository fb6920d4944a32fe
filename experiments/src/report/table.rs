//! Tables as they are shown: on stdout and on the page.

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::cli::Texts;
use crate::findings::Comparison;
use crate::findings::equivalence::{Equivalence, Fidelity, InterquartileMean};

/// A table of the page.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The title.
    pub title: String,
    /// The headings of the columns.
    pub columns: Vec<String>,
    /// The rows, one text per column; a cell that is a word of the language's table is translated.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with this title, these headings and these rows.
    pub fn new(
        title: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<String>>,
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { title: title.into(), columns, rows: rows.into_iter().collect() }
    }

    /// The table for a terminal, its title first: aligned by the width of characters, which is two
    /// for Hangul.
    pub fn lines(&self) -> Vec<String> {
        let rows = || std::iter::once(&self.columns).chain(&self.rows);
        let widest = |column: usize| rows().map(|row| row[column].width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(widest).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths);
            let cells = cells.map(|(cell, width)| cell.clone() + &" ".repeat(width - cell.width()));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        std::iter::once(self.title.clone()).chain(rows().map(line)).collect()
    }

    pub(super) fn translated(self, texts: &Texts) -> Self {
        let columns = self.columns.iter().map(|column| texts.text(column)).collect();
        let cells = |row: Vec<String>| row.iter().map(|cell| texts.word(cell)).collect();
        let rows = self.rows.into_iter().map(cells).collect();
        Self { title: texts.text(&self.title), columns, rows }
    }

    /// The table of the notebook's printed numbers beside ours.
    pub(super) fn beside(comparisons: &[&Comparison], texts: &Texts) -> Self {
        let heads = ["series", "metric", "step", "notebook", "ours", "within our range"];
        let row = |c: &&Comparison| {
            let inside = c.inside.map_or_else(
                || "–".to_owned(),
                |inside| texts.text(if inside { "yes" } else { "no" }),
            );
            let (step, notebook) = (c.step.to_string(), format!("{:.4}", c.notebook));
            let label = texts.text(&c.label);
            vec![label, texts.text(&c.metric.title()), step, notebook, c.ours.text(4), inside]
        };
        Self::new("number by number", heads, comparisons.iter().map(row)).translated(texts)
    }

    /// The tables of the tests beside the original: of quantities, and of whole curves.
    pub(super) fn beside_the_original(fidelity: &Fidelity, texts: &Texts) -> [Self; 2] {
        let quantities = fidelity.quantities.iter().map(|test| {
            let verdict = match test.verdict {
                Equivalence::Shown => "equal",
                Equivalence::NotShown => "not shown",
                Equivalence::Different => "different",
            };
            let [low, high] = test.interval;
            let [theirs, ours] = test.interquartile_means.map(|middle| {
                let InterquartileMean { mean, interval: [low, high] } = middle;
                format!("{mean:.4} ({low:.4}, {high:.4})")
            });
            vec![
                texts.text(&test.label),
                test.original.text(4),
                test.ours.text(4),
                format!("{:.4} ({low:.4}, {high:.4})", test.difference),
                test.margin.to_string(),
                format!("{:.4}", test.p),
                format!("{:.2}", test.effect),
                format!("{:.2}", test.above),
                theirs,
                ours,
                texts.text(verdict),
            ]
        });
        let curves = fidelity.curves.iter().map(|test| {
            let verdict = texts.text(if test.differ { "yes" } else { "no" });
            vec![texts.text(&test.label), format!("{:.4}", test.p), verdict]
        });
        let columns = [
            "quantity",
            "original",
            "ours",
            "difference (95 % interval)",
            "margin",
            "p",
            "effect size",
            "chance that ours is above",
            "original, middle half (95 % interval)",
            "ours, middle half (95 % interval)",
            "verdict",
        ];
        let equal = Self::new("beside the original: equal within margins?", columns, quantities);
        let title = "beside the original: do whole curves differ?";
        [equal, Self::new(title, ["series", "p", "differ"], curves)].map(|t| t.translated(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_on_a_terminal_in_hangul_too() {
        let rows = [["에폭", "1"], ["seed", "10"]].map(|row| row.map(str::to_owned).to_vec());
        let table = Table::new("t", ["x", "값"], rows);
        assert_eq!(table.lines(), ["t", "x     값", "에폭  1", "seed  10"]);
    }
}
