//! An ensemble of networks beside dropout, which the notebook likens to one without showing it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use experiments::findings::{Findings, Measurements, Metric, Series, Spread};
use experiments::lab::{Experiment, Lab, Unit};
use experiments::report::RunReport;
use experiments::report::curves::{Style, curve, draw};
use layers::Sequential;
use nalgebra::DMatrix;
use tensor_ops::reduce::{Over, argmax};
use tensor_ops::softmax::softmax;
use training::{Real, Samples};
use viz::{Axis, Color, Figure, Marker, Note, Panel, Scatter};

use crate::networks::RegularizationSettings;
use crate::trained::Trained;

/// The name of the part, and of the series of averages.
pub const ENSEMBLE: &str = "ensemble";
const MEMBERS: usize = 10;

/// The class probabilities of the test images by each network, block by block; keys are (seed,
/// member).
pub type Probabilities<T> = Mutex<BTreeMap<(u64, usize), Vec<DMatrix<T>>>>;

/// Ten networks, each with its own weights and mini-batches; none if the part is not run.
pub fn experiments<'a, T: Real>(
    lab: &'a Lab,
    settings: &'a RegularizationSettings,
    test: &'a Samples,
    probabilities: &'a Probabilities<T>,
) -> Vec<Experiment<'a, T>> {
    let members = if lab.wants(ENSEMBLE) { lab.scaled(MEMBERS, 3) } else { 0 };
    let plain = &settings.variants[0];
    let member = |member| {
        let unit = Unit::Member(member);
        let samples = lab.data.train.clone().first(plain.train_size);
        let name = format!("member {}", member + 1);
        let series = [(name.clone(), name)];
        let make = move |_, seed| settings.contestant(&plain.network, unit.of(seed));
        Experiment::new(ENSEMBLE, series, samples, settings.plan(plain), make).batches(unit).finish(
            move |(_, seed), network, _, _| {
                let found = self::probabilities(network, test);
                let mut all = probabilities.lock().unwrap_or_else(PoisonError::into_inner);
                all.insert((seed, member), found);
            },
        )
    };
    (0..members).map(member).collect()
}

/// The findings of the members, and a last series: the test accuracy of the averaged probabilities
/// of one network, of two, and so on.
pub fn average<T: Real>(
    members: Vec<Findings>,
    probabilities: &Probabilities<T>,
    test: &Samples,
) -> Findings {
    let seeds = members[0].seeds.clone();
    let probabilities = probabilities.lock().unwrap_or_else(PoisonError::into_inner);
    let averaged = |&seed: &u64| -> Measurements {
        let of_members = (0..members.len()).map(|member| &probabilities[&(seed, member)]);
        let mut sum: Vec<DMatrix<T>> = Vec::new();
        let mut measured = Measurements::default();
        for (member, output) in of_members.enumerate() {
            if sum.is_empty() {
                sum = output.clone();
            } else {
                sum.iter_mut().zip(output).for_each(|(sum, p)| *sum += p);
            }
            measured.push(member + 1, Metric::TEST_ACCURACY, accuracy(&sum, test));
        }
        measured
    };
    let averages = Series::new(ENSEMBLE, seeds.iter().map(averaged).collect());
    let members = members.into_iter().flat_map(|member| member.series);
    Findings { part: ENSEMBLE.to_owned(), seeds, series: members.chain([averages]).collect() }
}

/// The softmax of a network's scores for every block of test images.
fn probabilities<T: Real>(network: &mut Sequential<T>, test: &Samples) -> Vec<DMatrix<T>> {
    test.blocks()
        .map(|(x, _)| {
            let mut p = network.predict(&x).clone();
            let mut scratch = vec![T::zero(); p.nrows()];
            softmax(&mut p, &mut scratch);
            p
        })
        .collect()
}

fn accuracy<T: Real>(probabilities: &[DMatrix<T>], test: &Samples) -> f64 {
    let (mut correct, mut count) = (0, 0);
    for (p, (_, labels)) in probabilities.iter().zip(test.blocks::<T>()) {
        let mut classes = vec![0; labels.len()];
        argmax(p, Over::Columns, &mut classes);
        correct += classes.iter().zip(&labels).filter(|(class, label)| class == label).count();
        count += labels.len();
    }
    correct as f64 / count as f64
}

/// The test accuracy of the averages by the number of networks.
pub fn sizes(findings: &Findings) -> Vec<(usize, Spread)> {
    findings.series.last().map_or(Vec::new(), |averages| averages.spreads(Metric::TEST_ACCURACY))
}

/// That of all networks.
pub fn largest(findings: &Findings) -> (usize, Spread) {
    *sizes(findings).last().expect("an ensemble has members")
}

/// Draws the accuracy of the averages, and beside it training without regularisation and with
/// dropout.
pub fn figure(
    report: &mut RunReport,
    lab: &Lab,
    findings: &Findings,
    [plain, dropout]: [&Trained<'_>; 2],
) {
    const TEST: &str = "test accuracy";
    let sizes = sizes(findings);
    let (count, all) = largest(findings);
    let (_, one) = sizes[0];
    let name = "ensemble of separately trained networks";
    let style = Style::solid(name, Color::PURPLE).marker(Marker::Circle, 1);
    let points: Vec<(f64, Spread)> =
        sizes.iter().map(|(size, spread)| (*size as f64, *spread)).collect();
    let averages = Panel::new("")
        .x_axis(Axis::linear("networks averaged", 1.0, count as f64))
        .y_axis(Axis::fitting(TEST, sizes.iter().flat_map(|(_, spread)| [spread.min, spread.max])))
        .marks(draw(&points, &style));

    let single = format!("one network, {}", plain.variant.label);
    let dropped = format!("one network, {}", dropout.variant.label);
    let styles = [
        (plain, Style::dashed(&single, Color::GREY)),
        (dropout, Style::solid(&dropped, Color::GREEN)),
    ];
    let end = (plain.variant.epochs - 1) as f64;
    let longest = end.max((dropout.variant.epochs - 1) as f64);
    let mut training = Panel::new("")
        .x_axis(Axis::linear("epoch", 0.0, longest))
        .y_axis(Axis::linear(TEST, 0.0, 1.0));
    for (trained, style) in &styles {
        training = training.marks(curve(trained.series(), Metric::TEST_ACCURACY, style));
    }
    let training = training
        .mark(Scatter::new(Color::PURPLE, [(end, all.mean)]).radius(5.5))
        .mark(Note::at((end, all.mean), &format!("{count} networks")).color(Color::INK));

    let figure = Figure::new("Dropout beside an ensemble")
        .subtitle(lab.subtitle(&plain.variant.made))
        .panel(averages)
        .panel(training);
    let reading = format!(
        "Test accuracy of one network of the ensemble {:.3}, of {count} averaged {:.3}; of one with dropout \
         {:.3}. The network without regularisation, from other initial weights, has {:.3}.",
        one.mean,
        all.mean,
        dropout.ends().test.mean,
        plain.ends().test.mean
    );
    report.figure("sec6_4_ensemble", figure, &reading);
}

/// Whether more epochs would raise the test accuracy, to judge by the last of them.
pub fn still_rising(trained: &Trained<'_>) -> String {
    let accuracy = trained.series().spreads(Metric::TEST_ACCURACY);
    let tenth = (accuracy.len() / 10).max(1);
    let mean = |spreads: &[(usize, Spread)]| {
        spreads.iter().map(|(_, spread)| spread.mean).sum::<f64>() / spreads.len() as f64
    };
    let mut tenths = accuracy.rchunks(tenth).map(mean);
    let (last, before) = (tenths.next().unwrap_or(0.0), tenths.next().unwrap_or(0.0));
    let gained = last - before;
    let so = if gained > 0.01 { "has not come to its end" } else { "hardly learns any more" };
    format!(
        "In the mean of its last {tenth} epochs, the network with dropout has {gained:.3} more than in the \
         {tenth} before: it {so}."
    )
}
