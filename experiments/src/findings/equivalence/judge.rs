//! All tests of a section together.

use rayon::prelude::*;
use serde::Serialize;

use super::super::Spread;
use super::curves::Curves;
use super::margins::margins;
use super::means::InterquartileMean;
use super::{holm, means, permutation};

/// The level of all tests, after Holm's correction.
pub const LEVEL: f64 = 0.05;

type OfRun<'a> = Box<dyn Fn(&[&[f64]]) -> f64 + Sync + 'a>;

/// A number that the chapter talks about, computed of one run's curves in the order of the section.
pub struct Quantity<'a> {
    name: String,
    of: OfRun<'a>,
}

impl<'a> Quantity<'a> {
    /// A quantity by its name in `data/reference/margins.toml`.
    pub fn new(name: impl Into<String>, of: impl Fn(&[&[f64]]) -> f64 + Sync + 'a) -> Self {
        Self { name: name.into(), of: Box::new(of) }
    }

    /// The last value of the curve at this place.
    pub fn last(name: impl Into<String>, curve: usize) -> Self {
        Self::new(name, move |run| run[curve].last().copied().unwrap_or(f64::NAN))
    }

    fn values(&self, curves: &[Curves]) -> Vec<f64> {
        let seeds = curves[0].runs.len();
        let run = |seed: usize| -> Vec<&[f64]> {
            curves.iter().map(|curves| curves.runs[seed].as_slice()).collect()
        };
        (0..seeds).map(|seed| (self.of)(&run(seed))).collect()
    }
}

/// What the tests of one quantity say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Equivalence {
    /// The means differ by less than the margin.
    Shown,
    /// The seeds are too few, or the difference is too near the margin, to tell.
    NotShown,
    /// The whole interval of the difference lies beyond the margin.
    Different,
}

/// A quantity of the original and of ours.
#[derive(Clone, Debug, Serialize)]
pub struct MeanTest {
    /// Its name in the file of margins.
    pub quantity: String,
    /// Its name for readers.
    #[serde(skip)]
    pub label: String,
    /// The original over its seeds.
    pub original: Spread,
    /// Ours over our seeds.
    pub ours: Spread,
    /// The interquartile means of the original and of ours: to see by, no verdict follows from
    /// them.
    pub interquartile_means: [InterquartileMean; 2],
    /// The mean of ours minus that of the original.
    pub difference: f64,
    /// The 95 % interval of the difference, by a percentile bootstrap.
    pub interval: [f64; 2],
    /// The margin that was fixed before.
    pub margin: f64,
    /// The difference in standard deviations (Cohen's d).
    pub effect: f64,
    /// The probability that a run of ours lies above one of the original; 0.5 if they are alike.
    pub above: f64,
    /// The p-value of the two one-sided tests, after Holm's correction.
    pub p: f64,
    /// What follows.
    pub verdict: Equivalence,
}

/// A series of the original and of ours as whole curves.
#[derive(Clone, Debug, Serialize)]
pub struct CurveTest {
    /// The series.
    pub series: String,
    /// Its name for readers.
    #[serde(skip)]
    pub label: String,
    /// The p-value of the permutation test, after Holm's correction: small if they differ.
    pub p: f64,
    /// Whether they differ.
    pub differ: bool,
}

/// All tests of a section.
#[derive(Clone, Debug, Serialize)]
pub struct Fidelity {
    /// The tests of single numbers.
    pub quantities: Vec<MeanTest>,
    /// The tests of whole curves, one a series.
    pub curves: Vec<CurveTest>,
}

impl Fidelity {
    /// Judges a section, whose margins stand under its name. The curves of both stand in the same
    /// order.
    ///
    /// # Panics
    /// If a quantity has no margin.
    pub fn judge(
        section: &str,
        original: &[Curves],
        ours: &[Curves],
        quantities: &[Quantity<'_>],
    ) -> Self {
        let margins = margins(section);
        let readable = |name: &str| {
            ours.iter().find_map(|curves| curves.readable(name)).unwrap_or_else(|| name.to_owned())
        };
        let test = |quantity: &Quantity<'_>| {
            let margin = margins[&quantity.name];
            let [theirs, ours] = [original, ours].map(|curves| quantity.values(curves));
            MeanTest {
                quantity: quantity.name.clone(),
                label: readable(&quantity.name),
                original: Spread::of(&theirs),
                ours: Spread::of(&ours),
                interquartile_means: [&theirs, &ours].map(|values| InterquartileMean::of(values)),
                difference: Spread::of(&ours).mean - Spread::of(&theirs).mean,
                interval: means::bootstrap_interval(&ours, &theirs),
                margin,
                effect: means::effect_size(&ours, &theirs),
                above: means::probability_above(&ours, &theirs),
                p: means::two_one_sided(&ours, &theirs, margin),
                verdict: Equivalence::NotShown,
            }
        };
        let mut quantities: Vec<MeanTest> = quantities.par_iter().map(test).collect();
        let p = holm::adjusted(&quantities.iter().map(|test| test.p).collect::<Vec<_>>());
        for (test, p) in quantities.iter_mut().zip(p) {
            let [low, high] = test.interval;
            test.p = p;
            test.verdict = if p < LEVEL {
                Equivalence::Shown
            } else if low > test.margin || high < -test.margin {
                Equivalence::Different
            } else {
                Equivalence::NotShown
            };
        }
        let pairs: Vec<_> = original.iter().zip(ours).collect();
        let p: Vec<f64> = pairs
            .par_iter()
            .map(|(original, ours)| permutation::curves_differ(&original.runs, &ours.runs))
            .collect();
        let tests = ours.iter().zip(holm::adjusted(&p));
        let curves = tests.map(|(Curves { name, .. }, p)| CurveTest {
            series: name.clone(),
            label: readable(name),
            p,
            differ: p < LEVEL,
        });
        Self { quantities, curves: curves.collect() }
    }

    /// The result in lines: how many quantities and curves pass, then each that does not.
    pub fn lines(&self) -> (Vec<String>, Vec<String>) {
        let Some(first) = self.quantities.first() else { return Default::default() };
        let shown = self.quantities.iter().filter(|test| test.verdict == Equivalence::Shown);
        let differ = self.curves.iter().filter(|test| test.differ).count();
        let total = vec![format!(
            "original over {} seeds: {} of {} quantities are equal within their margins; {differ} of {} whole \
             curves differ",
            first.original.runs,
            shown.count(),
            self.quantities.len(),
            self.curves.len()
        )];
        let others = self.quantities.iter().filter(|test| test.verdict != Equivalence::Shown);
        let others = others.map(|test| {
            let MeanTest { label, difference, interval: [low, high], margin, .. } = test;
            let verdict = match test.verdict {
                Equivalence::Different => "different",
                _ => "not shown to be equal",
            };
            format!(
                "original, {label}: {verdict}, difference {difference:.4} ({low:.4} to {high:.4}), margin {margin}"
            )
        });
        let differing = self.curves.iter().filter(|test| test.differ);
        let differing = differing.map(|CurveTest { label, p, .. }| {
            format!("original, {label}: the curves differ, p = {p:.4}")
        });
        (total, others.chain(differing).collect())
    }
}
