//! Section 6.4: overfitting, and what holds it back.

mod ensemble;
mod figures;

use std::process::ExitCode;

use ensemble::ENSEMBLE;
use experiments::bands::Band;
use experiments::{
    Args, Conclusion, Data, Failure, Log, NoFlags, Printed, Run, Section, accuracy, csv_rows, train,
};
use init::Seed;
use layers::{DropoutScaling, MultiLayerNet};
use optimizers::OptimizerKind;
use rayon::prelude::*;
use training::{Blocks, Contestant, Moment, Plan, Real};

const TRAIN_SIZE: usize = 300;
/// The notebook says 300 for its weight decay too, but its printed accuracies are multiples of 1/400.
const PRINTED_SIZE: usize = 400;
const BATCH_SIZE: usize = 100;
const HIDDEN: [usize; 6] = [100; 6];
const DECAY: f64 = 0.1;
const DROPOUT: f64 = 0.2;

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

fn variants(data: &Data) -> [Variant; 4] {
    // ANCHOR: networks
    let plain = MultiLayerNet::new(data.inputs(), &HIDDEN, data.classes());
    let decay = plain.clone().weight_decay(DECAY);
    let dropout = plain.clone().dropout(DROPOUT, DropoutScaling::AtEvaluation);
    // ANCHOR_END: networks
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
        let overfit = include_str!("../../../../data/reference/sec6_4_overfit.csv");
        let decay = include_str!("../../../../data/reference/sec6_4_weight_decay.csv");
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
        let wanted = variants(run.data()).into_iter().filter(|variant| run.wants(variant.part));
        let scaled = |v: Variant| Variant { epochs: run.scaled(v.epochs, 6), ..v };
        let variants: Vec<_> = wanted.map(scaled).collect();
        let test = run.data().test.clone().first(run.scaled(10_000, 500)).blocks::<T>();
        let members = train_all(run, &variants, &test)?;
        if !variants.is_empty() {
            figures::print_table(run, &variants)?;
            figures::draw(run, &variants);
        }
        if run.wants(ENSEMBLE) {
            ensemble::report(run, &members, &test)?;
        }
        Ok(())
    }

    fn conclusions(run: &Run, _: &NoFlags) -> Vec<Conclusion> {
        let last = |part: &str, series: &str, metric: &str| -> Option<Band> {
            run.metrics().bands(part, series, metric).last().map(|(_, band)| *band)
        };
        let both = |part: &str| {
            Some((last(part, part, "train_accuracy")?, last(part, part, "test_accuracy")?))
        };
        let mut conclusions = Vec::new();
        let Some((train, test)) = both("overfit") else { return ensemble::conclusion(run) };
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
        conclusions.extend(ensemble::conclusion(run));
        conclusions
    }
}

/// Trains all networks of the section for every seed side by side, the longest first. Keeps what the
/// variants measured at each epoch's first iteration; gives what the ensemble's did.
fn train_all<T: Real>(
    run: &mut Run,
    variants: &[Variant],
    test: &Blocks<T>,
) -> Result<Vec<ensemble::Member<T>>, Failure> {
    let seeds = run.args().seeds();
    let plan = |variant: &Variant| Plan::epochs(variant.epochs, BATCH_SIZE, variant.train_size);
    let members = ensemble::members(run);
    let iterations = variants.iter().map(|variant| plan(variant).iterations()).sum::<usize>()
        + members * ensemble::plan(run).iterations();
    let what = format!("training {} networks", seeds.len() * (variants.len() + members));
    run.begin(&what, seeds.len() * iterations);
    let run_ref: &Run = run;
    let train_one = |&(index, seed): &(usize, u64)| {
        let variant = &variants[index];
        let samples = run_ref.data().train.clone().first(variant.train_size);
        let blocks = samples.blocks::<T>();
        let plan = plan(variant);
        let measure = |moment: &mut Moment<'_, T>, log: &mut Log| {
            if let Some(epoch) = plan.step_at(moment.iteration) {
                for (metric, samples) in [("train_accuracy", &blocks), ("test_accuracy", test)] {
                    log.push((epoch, metric, accuracy(run_ref, moment, samples)));
                }
            }
        };
        let seed = Seed::new(seed);
        let mut contestant = [contestant(&variant.network, seed.unit(index as u64))];
        train(run_ref, &mut contestant, &samples, plan, seed, &measure)
    };
    let jobs: Vec<_> = (0..variants.len())
        .flat_map(|index| seeds.iter().map(move |&seed| (index, seed)))
        .collect();
    // The last variant is the longest: what is begun last should be short.
    let logs = || jobs.par_iter().rev().with_max_len(1).map(train_one).collect::<Result<_, _>>();
    let (logs, members) = rayon::join(logs, || ensemble::train_all(run_ref, test));
    let (logs, members): (Vec<Vec<Log>>, _) = (logs?, members?);
    run.end();
    for ((index, seed), logs) in jobs.into_iter().zip(logs.into_iter().rev()) {
        for log in logs {
            run.record(variants[index].part, variants[index].series, seed, log)?;
        }
    }
    Ok(members)
}

fn contestant<T: Real>(network: &MultiLayerNet, seed: Seed) -> Contestant<T> {
    // SGD of 0.01, the book's default.
    Contestant::new(network, OptimizerKind::Sgd, seed).expect("fixed settings are valid")
}

/// Matrices begin on cache lines.
#[global_allocator]
static ALLOCATOR: tensor_ops::LineAllocator = tensor_ops::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<Regularization>()
}
