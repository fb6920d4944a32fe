//! Dropout read as an ensemble, beside a real one: the notebook only states the likeness.

use experiments::bands::Band;
use experiments::curves::{Style, curve, draw};
use experiments::{Conclusion, Failure, Log, Run, train};
use init::Seed;
use layers::{MultiLayerNet, Sequential};
use nalgebra::DMatrix;
use rayon::prelude::*;
use tensor_ops::reduce::{Axis as Over, argmax};
use tensor_ops::softmax::softmax;
use training::{Blocks, Plan, Real};
use viz::{Axis, Color, Figure, Marker, Panel};

use crate::{BATCH_SIZE, DROPOUT, HIDDEN, TRAIN_SIZE, contestant};

/// The part's name.
pub const ENSEMBLE: &str = "ensemble";
const MEMBERS: usize = 10;

/// More networks are better than one.
pub fn conclusion(run: &Run) -> Vec<Conclusion> {
    let sizes = run.metrics().bands(ENSEMBLE, ENSEMBLE, "test_accuracy");
    let (Some((_, one)), Some((members, all))) = (sizes.first(), sizes.last()) else {
        return Vec::new();
    };
    let dropout = run.metrics().bands("dropout", "dropout", "test_accuracy");
    let beside =
        dropout.last().map(|(_, band)| format!("; one network with dropout {}", band.text(3)));
    vec![Conclusion::new(
        "averaging separately trained networks raises test accuracy",
        all.mean > one.mean,
        format!(
            "one network {}, {members} averaged {}{}",
            one.text(3),
            all.text(3),
            beside.unwrap_or_default()
        ),
    )]
}

/// What a network of the ensemble measured, and its probabilities of the test images, block by block.
pub type Member<T> = (Log, Vec<DMatrix<T>>);

/// Networks that this part trains for a seed: ten, or none if it is not wanted.
pub fn members(run: &Run) -> usize {
    if run.wants(ENSEMBLE) { run.scaled(MEMBERS, 3) } else { 0 }
}

/// How long each of them is trained.
pub fn plan(run: &Run) -> Plan {
    Plan::epochs(run.scaled(201, 6), BATCH_SIZE, TRAIN_SIZE)
}

/// Trains the networks of every seed, each with its own weights and mini-batches.
///
/// # Errors
/// Whatever stops it.
pub fn train_all<T: Real>(run: &Run, test: &Blocks<T>) -> Result<Vec<Member<T>>, Failure> {
    let samples = run.data().train.clone().first(TRAIN_SIZE);
    let plain = MultiLayerNet::new(run.data().inputs(), &HIDDEN, run.data().classes());
    let train_one = |(seed, member): (u64, usize)| {
        // The series of units goes on behind those of the other parts.
        let seed = Seed::new(seed).unit(100 + member as u64);
        let mut contestants = [contestant::<T>(&plain, seed)];
        let mut logs = train(run, &mut contestants, &samples, plan(run), seed, &|_, _| {})?;
        let [mut contestant] = contestants;
        Ok((logs.pop().unwrap_or_default(), probabilities(&mut contestant.network, test)))
    };
    let seeds = run.args().seeds().into_iter();
    let jobs: Vec<_> =
        seeds.flat_map(|seed| (0..members(run)).map(move |member| (seed, member))).collect();
    jobs.into_par_iter().with_max_len(1).map(train_one).collect()
}

/// Averages the probabilities of one network, two, and so on, and draws how right that is.
///
/// # Errors
/// If what is found cannot be written.
pub fn report<T: Real>(
    run: &mut Run,
    trained: &[Member<T>],
    test: &Blocks<T>,
) -> Result<(), Failure> {
    let members = members(run);
    for (seed, outputs) in run.args().seeds().into_iter().zip(trained.chunks(members)) {
        let mut sum: Vec<DMatrix<T>> =
            outputs[0].1.iter().map(|p| DMatrix::zeros(p.nrows(), p.ncols())).collect();
        let mut log = Log::new();
        for (member, (member_log, output)) in outputs.iter().enumerate() {
            run.record(ENSEMBLE, &format!("member {}", member + 1), seed, member_log.clone())?;
            sum.iter_mut().zip(output).for_each(|(sum, p)| *sum += p);
            log.push((member + 1, "test_accuracy", accuracy(&sum, test)));
        }
        run.record(ENSEMBLE, ENSEMBLE, seed, log)?;
    }
    draw_ensemble(run, members)
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

fn draw_ensemble(run: &mut Run, members: usize) -> Result<(), Failure> {
    let sizes = run.metrics().bands(ENSEMBLE, ENSEMBLE, "test_accuracy");
    for (size, band) in &sizes {
        run.say(&format!("ensemble of {size}: test acc:{}", band.text(4)))?;
    }
    let style = Style::solid("ensemble of separately trained networks", Color::PURPLE)
        .marker(Marker::Circle, 1);
    let single = run.metrics().bands("dropout", "dropout", "test_accuracy");
    let bands = || sizes.iter().chain(single.last()).map(|(_, band)| band);
    // Room for differences, unless a short run has learnt little.
    let lowest = if bands().any(|band| band.min < 0.4) { 0.0 } else { 0.4 };
    let mut panel = Panel::new("")
        .x_axis(Axis::linear("networks averaged", 1.0, members as f64))
        .y_axis(Axis::linear("test accuracy", lowest, 1.0))
        .marks(curve(run.metrics(), (ENSEMBLE, ENSEMBLE, "test_accuracy"), &style));
    let ends = |band: &Band| format!("{:.3}", band.mean);
    let mut reading = match (sizes.first(), sizes.last()) {
        (Some((_, one)), Some((count, all))) => {
            format!("Test accuracy of one network {}, of {count} averaged {}", ends(one), ends(all))
        }
        _ => String::new(),
    };
    if let Some((epoch, band)) = single.last() {
        let name = format!("one network with dropout {DROPOUT} after {} epochs", epoch + 1);
        let level = [(1, *band), (members, *band)];
        panel = panel.marks(draw(&level, &Style::dashed(&name, Color::GREEN)));
        reading.push_str(&format!("; of one with dropout {}", ends(band)));
    }
    let (network, epochs) = (run.data().layers(&HIDDEN), plan(run).last_step() + 1);
    let settings = format!("{TRAIN_SIZE} training images, {network}, SGD(0.01), {epochs} epochs");
    let figure =
        Figure::new("Dropout beside an ensemble").subtitle(run.subtitle(&settings)).panel(panel);
    run.figure("sec6_4_ensemble", figure, &format!("{reading}."));
    Ok(())
}
