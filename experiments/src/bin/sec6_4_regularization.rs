//! Section 6.4: overfitting, and what holds it back.

use std::process::ExitCode;

use experiments::bands::Band;
use experiments::curves::{Style, curve};
use experiments::{
    Args, Blocks, Conclusion, Contestant, Failure, Log, Moment, NoFlags, Plan, Printed, Real, Run,
    Section, csv_rows, train,
};
use init::Seed;
use layers::{DropoutScaling, MultiLayerNet, Sequential};
use nalgebra::DMatrix;
use optimizers::{Rule, Sgd};
use rayon::prelude::*;
use tensor_ops::reduce::{Axis as Over, argmax};
use tensor_ops::softmax::softmax;
use viz::{Axis, Color, Figure, Line, LineStyle, Marker, Panel};

const TRAIN_SIZE: usize = 300;
/// The notebook says 300 for its weight decay too, but its printed accuracies are multiples of 1/400.
const PRINTED_SIZE: usize = 400;
const BATCH_SIZE: usize = 100;
const HIDDEN: [usize; 6] = [100; 6];
const DECAY: f64 = 0.1;
const DROPOUT: f64 = 0.2;
const ENSEMBLE: &str = "ensemble";
const MEMBERS: usize = 10;

/// One network of the section.
struct Variant {
    /// The part it belongs to and its series in `metrics.csv`.
    part: &'static str,
    series: &'static str,
    label: &'static str,
    train_size: usize,
    epochs: usize,
    network: MultiLayerNet,
}

fn variants() -> [Variant; 4] {
    let plain = MultiLayerNet::new(784, &HIDDEN, 10);
    let decay = plain.clone().weight_decay(DECAY);
    let dropout = plain.clone().dropout(DROPOUT, DropoutScaling::AtEvaluation);
    let variant = |(part, series, label), train_size, epochs, network| Variant {
        part,
        series,
        label,
        train_size,
        epochs,
        network,
    };
    let [overfit, decay_300, decay_400, drop] = [
        ("overfit", "overfit", "no regularisation"),
        ("weight_decay", "weight_decay", "weight decay 0.1"),
        ("weight_decay", "weight_decay_400", "weight decay 0.1, 400 images"),
        ("dropout", "dropout", "dropout 0.2"),
    ];
    [
        variant(overfit, TRAIN_SIZE, 201, plain),
        variant(decay_300, TRAIN_SIZE, 201, decay.clone()),
        variant(decay_400, PRINTED_SIZE, 201, decay),
        variant(drop, TRAIN_SIZE, 301, dropout),
    ]
}

struct Regularization;

impl Section for Regularization {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_4_regularization";
    const ABOUT: &'static str = "Section 6.4: overfitting, weight decay, dropout and ensembles";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        ("overfit", "300 images and seven layers: training accuracy 1, test accuracy far below"),
        ("weight_decay", "the same with weight decay 0.1"),
        ("dropout", "the same with dropout 0.2"),
        (ENSEMBLE, "ten networks trained separately and averaged, beside dropout"),
    ];

    fn samples(_: &Args) -> (usize, usize) {
        (PRINTED_SIZE, 10_000)
    }

    fn printed() -> Vec<Printed> {
        let overfit = include_str!("../../../data/reference/sec6_4_overfit.csv");
        let decay = include_str!("../../../data/reference/sec6_4_weight_decay.csv");
        let mut printed = Vec::new();
        for (part, series, text) in
            [("overfit", "overfit", overfit), ("weight_decay", "weight_decay_400", decay)]
        {
            let rows = csv_rows(text);
            for (column, metric) in [(1, "train_accuracy"), (2, "test_accuracy")] {
                printed.extend(rows.iter().map(|row| Printed {
                    part,
                    series: series.to_owned(),
                    metric,
                    step: row[0] as usize,
                    value: row[column],
                }));
            }
        }
        printed
    }

    fn run<T: Real>(run: &mut Run, _: &NoFlags) -> Result<(), Failure> {
        let wanted = variants().into_iter().filter(|variant| run.wants(variant.part));
        let scaled = |v: Variant| Variant { epochs: run.scaled(v.epochs, 6), ..v };
        let variants: Vec<_> = wanted.map(scaled).collect();
        if !variants.is_empty() {
            train_all::<T>(run, &variants)?;
            print_table(run, &variants)?;
            draw(run, &variants)?;
        }
        if run.wants(ENSEMBLE) {
            ensemble::<T>(run)?;
        }
        Ok(())
    }

    fn conclusions(run: &Run) -> Vec<Conclusion> {
        let last = |part: &str, series: &str, metric: &str| -> Option<Band> {
            run.metrics().bands(part, series, metric).last().map(|(_, band)| *band)
        };
        let both = |part: &str| {
            Some((last(part, part, "train_accuracy")?, last(part, part, "test_accuracy")?))
        };
        let mut conclusions = Vec::new();
        let Some((train, test)) = both("overfit") else { return ensemble_conclusion(run) };
        conclusions.push(Conclusion::new(
            "few images and a large network overfit",
            train.mean > 0.99 && test.mean < 0.9,
            format!("training {}, test {}", train.text(3), test.text(3)),
        ));
        let gap = train.mean - test.mean;
        for (part, what) in [("weight_decay", "weight decay"), ("dropout", "dropout")] {
            let Some((train, test)) = both(part) else { continue };
            conclusions.push(Conclusion::new(
                &format!("{what} narrows the gap between training and test accuracy"),
                train.mean - test.mean < gap,
                format!(
                    "gap {:.3} instead of {gap:.3}: training {}, test {}",
                    train.mean - test.mean,
                    train.text(3),
                    test.text(3)
                ),
            ));
        }
        conclusions.extend(ensemble_conclusion(run));
        conclusions
    }
}

fn ensemble_conclusion(run: &Run) -> Vec<Conclusion> {
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

/// Trains every variant for every seed side by side; evaluates at each epoch's first iteration.
fn train_all<T: Real>(run: &mut Run, variants: &[Variant]) -> Result<(), Failure> {
    let seeds = run.args().seeds();
    let plan = |variant: &Variant| {
        let per_epoch = variant.train_size / BATCH_SIZE;
        Plan { iterations: (variant.epochs - 1) * per_epoch + 1, batch_size: BATCH_SIZE }
    };
    let iterations: usize = variants.iter().map(|variant| plan(variant).iterations).sum();
    let test = run.data().test.clone().first(run.scaled(10_000, 500)).blocks::<T>();
    let jobs: Vec<_> = (0..variants.len())
        .flat_map(|index| seeds.iter().map(move |&seed| (index, seed)))
        .collect();
    let what = format!("training {} networks", jobs.len());
    run.begin(&what, seeds.len() * iterations);
    let run_ref: &Run = run;
    let train_one = |&(index, seed): &(usize, u64)| {
        let variant = &variants[index];
        let samples = run_ref.data().train.clone().first(variant.train_size);
        let blocks = samples.blocks::<T>();
        let per_epoch = variant.train_size / BATCH_SIZE;
        let observe = |Moment { iteration, network, log, .. }: Moment<'_, T>| {
            if iteration % per_epoch == 0 {
                let epoch = iteration / per_epoch;
                log.push((epoch, "train_accuracy", blocks.accuracy(network)));
                log.push((epoch, "test_accuracy", test.accuracy(network)));
            }
        };
        let seed = Seed::new(seed);
        let mut contestant = [contestant(&variant.network, seed.unit(index as u64))];
        train(run_ref, &mut contestant, &samples, plan(variant), seed, observe)
    };
    let logs: Vec<Vec<Log>> = jobs.par_iter().map(train_one).collect::<Result<_, _>>()?;
    run.end();
    for ((index, seed), logs) in jobs.into_iter().zip(logs) {
        for log in logs {
            run.record(variants[index].part, variants[index].series, seed, log);
        }
    }
    Ok(())
}

fn contestant<T: Real>(network: &MultiLayerNet, seed: Seed) -> Contestant<T> {
    Contestant {
        network: network.build(seed).expect("fixed settings are valid"),
        optimizer: Sgd { lr: 0.01 }.build().expect("0.01 is a learning rate"),
    }
}

/// The notebook's table.
fn print_table(run: &mut Run, variants: &[Variant]) -> Result<(), Failure> {
    for variant in variants {
        let [train, test] = ["train_accuracy", "test_accuracy"]
            .map(|metric| run.metrics().bands(variant.part, variant.series, metric));
        run.say(&format!("=============== {} ===============", variant.label))?;
        for ((epoch, train), (_, test)) in train.iter().zip(&test) {
            let (train, test) = (train.text(4), test.text(4));
            run.say(&format!("epoch:{epoch}, train acc:{train}, test acc:{test}"))?;
        }
    }
    Ok(())
}

/// A figure for each variant, and all of them side by side.
fn draw(run: &mut Run, variants: &[Variant]) -> Result<(), Failure> {
    let size = |variant: &Variant| format!("{} training images", variant.train_size);
    for variant in variants {
        let figure = Figure::new(format!("Training and test accuracy: {}", variant.label))
            .subtitle(run.subtitle(&format!("{}, 784-100×6-10, SGD(0.01)", size(variant))))
            .panel(panel(run, variant, "", variant.epochs));
        let reading = match variant.series {
            "overfit" => {
                "The training images are learnt to the last one; the test images are not: the gap \
                 is overfitting."
            }
            "weight_decay" => "The gap is narrower, but the test accuracy is not higher.",
            "weight_decay_400" => "On 400 images, the number that the notebook's prints come from.",
            _ => "Dropout narrows the gap further; learning takes longer, and is not done here.",
        };
        run.figure(&format!("sec6_4_{}", variant.series), figure, reading)?;
    }
    if variants.len() > 1 {
        let longest = variants.iter().map(|variant| variant.epochs).max().unwrap_or(1);
        let panels = variants.iter().map(|variant| panel(run, variant, variant.label, longest));
        let figure = Figure::new("What regularisation does to training and test accuracy")
            .subtitle(run.subtitle("784-100×6-10, SGD(0.01)"))
            .grid(2, 2)
            .panels(panels);
        run.figure(
            "sec6_4_comparison",
            figure,
            "Weight decay and dropout bring the two curves together mostly by lowering the training \
             accuracy.",
        )?;
    }
    Ok(())
}

fn panel(run: &Run, variant: &Variant, title: &str, epochs: usize) -> Panel {
    let name = |metric| (variant.part, variant.series, metric);
    let train = Style::solid("training", Color::BLUE).marker(Marker::Circle, 10);
    let test = Style::dashed("test", Color::VERMILLION).marker(Marker::Square, 10);
    Panel::new(title)
        .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
        .y_axis(Axis::linear("accuracy", 0.0, 1.0))
        .marks(curve(run.metrics(), name("train_accuracy"), &train))
        .marks(curve(run.metrics(), name("test_accuracy"), &test))
}

/// Ten networks, each with its own weights and mini-batches, and the mean of their probabilities.
fn ensemble<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let seeds = run.args().seeds();
    let per_epoch = TRAIN_SIZE / BATCH_SIZE;
    let epochs = run.scaled(201, 6);
    let plan = Plan { iterations: (epochs - 1) * per_epoch + 1, batch_size: BATCH_SIZE };
    let members = run.scaled(MEMBERS, 3);
    let samples = run.data().train.clone().first(TRAIN_SIZE);
    let test = run.data().test.clone().first(run.scaled(10_000, 500)).blocks::<T>();
    let plain = MultiLayerNet::new(784, &HIDDEN, 10);
    let what = format!("training ensembles of {members} networks");
    run.begin(&what, seeds.len() * members * plan.iterations);
    let run_ref: &Run = run;
    let train_one = |&(seed, member): &(u64, usize)| {
        // The series of units goes on behind those of the other parts.
        let seed = Seed::new(seed).unit(100 + member as u64);
        let mut contestants = [contestant::<T>(&plain, seed)];
        train(run_ref, &mut contestants, &samples, plan, seed, |_| {})?;
        let [mut contestant] = contestants;
        Ok(probabilities(&mut contestant.network, &test))
    };
    let jobs: Vec<_> =
        seeds.iter().flat_map(|&seed| (0..members).map(move |member| (seed, member))).collect();
    let outputs: Vec<_> = jobs.par_iter().map(train_one).collect::<Result<_, Failure>>()?;
    run.end();
    for (&seed, outputs) in seeds.iter().zip(outputs.chunks(members)) {
        let mut sum: Vec<DMatrix<T>> =
            outputs[0].iter().map(|p| DMatrix::zeros(p.nrows(), p.ncols())).collect();
        let mut log = Log::new();
        for (member, output) in outputs.iter().enumerate() {
            sum.iter_mut().zip(output).for_each(|(sum, p)| *sum += p);
            log.push((member + 1, "test_accuracy", accuracy(&sum, &test)));
        }
        run.record(ENSEMBLE, ENSEMBLE, seed, log);
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
    let mut panel = Panel::new("")
        .x_axis(Axis::linear("networks averaged", 1.0, members as f64))
        .y_axis(Axis::linear("test accuracy", 0.4, 1.0))
        .marks(curve(run.metrics(), (ENSEMBLE, ENSEMBLE, "test_accuracy"), &style));
    let single = run.metrics().bands("dropout", "dropout", "test_accuracy");
    if let Some((_, band)) = single.last() {
        let level = [(1.0, band.mean), (members as f64, band.mean)];
        let line = Line::new(Color::GREEN, level).style(LineStyle::Dashed);
        panel = panel.mark(line.named("one network with dropout 0.2 after 301 epochs"));
    }
    let figure = Figure::new("Dropout beside an ensemble")
        .subtitle(run.subtitle("300 training images, 784-100×6-10, SGD(0.01), 201 epochs"))
        .panel(panel);
    run.figure(
        "sec6_4_ensemble",
        figure,
        "Averaging networks helps at once; dropout is said to do the same in one network, but not \
         within these epochs.",
    )
}

fn main() -> ExitCode {
    experiments::main::<Regularization>()
}
