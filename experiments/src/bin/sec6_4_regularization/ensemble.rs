//! An ensemble of networks beside dropout, which the notebook likens to one without showing it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use experiments::cli::Failure;
use experiments::findings::{Findings, Measurements, Metric, Series, Spread};
use experiments::lab::{Experiment, Lab, Unit};
use experiments::report::RunReport;
use experiments::report::curves::{Style, curve, draw};
use layers::{MultiLayerNet, Sequential};
use nalgebra::DMatrix;
use tensor_ops::reduce::{Over, argmax};
use tensor_ops::softmax::softmax;
use training::{Blocks, Plan, Real};
use viz::{Axis, Color, Figure, Marker, Panel};

use crate::networks::{BATCH_SIZE, DROPOUT, HIDDEN, TRAIN_SIZE, contestant};

/// The name of the part, and of the series of averages.
pub const ENSEMBLE: &str = "ensemble";
const MEMBERS: usize = 10;

/// The class probabilities of the test images by each network, block by block; keys are (seed,
/// member).
pub type Probabilities<T> = Mutex<BTreeMap<(u64, usize), Vec<DMatrix<T>>>>;

/// Ten networks, each with its own weights and mini-batches; none if the part is not run.
pub fn experiments<'a, T: Real>(
    lab: &'a Lab,
    test: &'a Blocks<T>,
    probabilities: &'a Probabilities<T>,
) -> Vec<Experiment<'a, T>> {
    let members = if lab.wants(ENSEMBLE) { lab.scaled(MEMBERS, 3) } else { 0 };
    let member = |member| {
        let unit = Unit::Member(member);
        let plain = MultiLayerNet::new(lab.data().inputs(), &HIDDEN, lab.data().classes());
        let plan = Plan::epochs(epochs(lab), BATCH_SIZE, TRAIN_SIZE);
        let samples = lab.data().train.clone().first(TRAIN_SIZE);
        let name = [format!("member {}", member + 1)];
        let make = move |_, seed| contestant(&plain, unit.of(seed));
        Experiment::new(ENSEMBLE, name, samples, plan, make).batches(unit).finish(
            move |(_, seed), network, _| {
                let found = self::probabilities(network, test);
                let mut all = probabilities.lock().unwrap_or_else(PoisonError::into_inner);
                all.insert((seed, member), found);
            },
        )
    };
    (0..members).map(member).collect()
}

/// The epochs that each network is trained for.
fn epochs(lab: &Lab) -> usize {
    lab.scaled(201, 6)
}

/// The findings of the members, and a last series: the test accuracy of the averaged probabilities
/// of one network, of two, and so on.
pub fn average<T: Real>(
    members: Vec<Findings>,
    probabilities: &Probabilities<T>,
    test: &Blocks<T>,
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
fn probabilities<T: Real>(network: &mut Sequential<T>, test: &Blocks<T>) -> Vec<DMatrix<T>> {
    let blocks = test.iter();
    blocks
        .map(|(x, _)| {
            let mut p = network.predict(x).clone();
            let mut scratch = vec![T::zero(); p.nrows()];
            softmax(&mut p, &mut scratch);
            p
        })
        .collect()
}

fn accuracy<T: Real>(probabilities: &[DMatrix<T>], test: &Blocks<T>) -> f64 {
    let (mut correct, mut count) = (0, 0);
    for (p, (_, labels)) in probabilities.iter().zip(test.iter()) {
        let mut classes = vec![0; labels.len()];
        argmax(p, Over::Columns, &mut classes);
        correct += classes.iter().zip(labels).filter(|(class, label)| class == label).count();
        count += labels.len();
    }
    correct as f64 / count as f64
}

/// Prints and draws the accuracy of the averages. `single` is one network with dropout: its epochs
/// and test accuracy.
///
/// # Errors
/// If stdout cannot be written to.
pub fn report(
    report: &mut RunReport,
    lab: &Lab,
    findings: &Findings,
    single: Option<(usize, Spread)>,
) -> Result<(), Failure> {
    let [.., averages] = &findings.series[..] else { return Ok(()) };
    let sizes = averages.spreads(Metric::TEST_ACCURACY);
    for (size, spread) in &sizes {
        report.say(&format!("ensemble of {size}: test acc:{}", spread.text(4)))?;
    }
    let ((_, one), (members, all)) = (sizes[0], sizes[sizes.len() - 1]);
    let seeds = averages.values(Metric::TEST_ACCURACY);
    let pairs = seeds[0].1.iter().zip(&seeds[seeds.len() - 1].1);
    let beside = single
        .map(|(_, spread)| format!("; one network with dropout {}", spread.text(3)))
        .unwrap_or_default();
    report.conclude(
        "averaging separately trained networks raises test accuracy",
        "the average of all networks is more accurate than the first of them",
        &pairs.map(|(one, all)| all > one).collect::<Vec<bool>>(),
        format!("one network {}, {members} averaged {}{beside}", one.text(3), all.text(3)),
    );

    let style = Style::solid("ensemble of separately trained networks", Color::PURPLE)
        .marker(Marker::Circle, 1);
    let single_spread = single.map(|(_, spread)| spread);
    // Cut the axis so that differences show, unless a short run has learnt little.
    let mut spreads = sizes.iter().map(|(_, spread)| *spread).chain(single_spread);
    let lowest = if spreads.any(|spread| spread.min < 0.4) { 0.0 } else { 0.4 };
    let mut panel = Panel::new("")
        .x_axis(Axis::linear("networks averaged", 1.0, members as f64))
        .y_axis(Axis::linear("test accuracy", lowest, 1.0))
        .marks(curve(averages, Metric::TEST_ACCURACY, &style));
    let mut reading = format!(
        "Test accuracy of one network {:.3}, of {members} averaged {:.3}",
        one.mean, all.mean
    );
    if let Some((epochs, spread)) = single {
        let name = format!("one network with dropout {DROPOUT} after {epochs} epochs");
        let level = [(1, spread), (members, spread)];
        panel = panel.marks(draw(&level, &Style::dashed(&name, Color::GREEN)));
        reading.push_str(&format!("; of one with dropout {:.3}", spread.mean));
    }
    let (network, epochs) = (lab.data().layers(&HIDDEN), epochs(lab));
    let settings = format!("{TRAIN_SIZE} training images, {network}, SGD(0.01), {epochs} epochs");
    let figure =
        Figure::new("Dropout beside an ensemble").subtitle(lab.subtitle(&settings)).panel(panel);
    report.figure("sec6_4_ensemble", figure, &format!("{reading}."));
    Ok(())
}
