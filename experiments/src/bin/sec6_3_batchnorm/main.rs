//! Section 6.3: batch normalisation at sixteen scales of the initial weights.

mod figures;

use std::process::ExitCode;

use experiments::text::significant;
use experiments::{
    Args, Conclusion, Data, Failure, Log, NoFlags, Printed, Run, Section, accuracy, csv_rows,
    each_seed, train,
};
use init::{Initializer, Seed};
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Moment, Plan, Real};

const PART: &str = "batchnorm";
const TRAIN_SIZE: usize = 1000;
const BATCH_SIZE: usize = 100;
const ITER_PER_EPOCH: usize = TRAIN_SIZE / BATCH_SIZE;
const HIDDEN: [usize; 5] = [100; 5];
const SCALES: usize = 16;
/// The two networks of each scale, in the order of the table.
const KINDS: [(&str, bool); 2] = [("plain", false), ("batchnorm", true)];

struct BatchNormSection;

impl Section for BatchNormSection {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_3_batchnorm";
    const ABOUT: &'static str =
        "Section 6.3: training with and without batch normalisation at 16 weight scales";
    const PARTS: &'static [(&'static str, &'static str)] =
        &[(PART, "16 weight scales, plain and with batch normalisation, on 1,000 images")];

    fn samples(_: &Args) -> (usize, usize) {
        (TRAIN_SIZE, 0)
    }

    fn printed() -> Vec<Printed> {
        let rows = csv_rows(include_str!("../../../../data/reference/sec6_3_train_accuracy.csv"));
        let number = |(column, kind): (usize, &str)| {
            let rows = rows.iter();
            let printed = rows.map(move |row| Printed {
                part: PART,
                series: series(row[0] as usize - 1, kind),
                metric: "train_accuracy",
                step: row[2] as usize,
                value: row[column],
            });
            printed.collect::<Vec<_>>()
        };
        [(3, "plain"), (4, "batchnorm")].map(number).concat()
    }

    fn run<T: Real>(run: &mut Run, _: &NoFlags) -> Result<(), Failure> {
        let epochs = run.scaled(20, 3);
        train_all::<T>(run, epochs)?;
        print_table(run)?;
        figures::draw(run, epochs);
        Ok(())
    }

    fn conclusions(run: &Run, _: &NoFlags) -> Vec<Conclusion> {
        let last = |kind: &str| -> Vec<f64> {
            let bands = |scale| run.metrics().bands(PART, &series(scale, kind), "train_accuracy");
            let last = |scale| bands(scale).last().map_or(f64::NAN, |(_, band)| band.mean);
            (0..SCALES).map(last).collect()
        };
        let (plain, normalised) = (last("plain"), last("batchnorm"));
        let worst = normalised.iter().copied().fold(f64::INFINITY, f64::min);
        let learns = plain.iter().filter(|accuracy| **accuracy > 0.5).count();
        let faster: Vec<String> = (0..SCALES)
            .filter(|&scale| normalised[scale] <= plain[scale])
            .map(|scale| significant(weight_scale(scale)))
            .collect();
        let won = SCALES - faster.len();
        vec![
            Conclusion::new(
                "with batch normalisation the network learns at every scale",
                worst > 0.3,
                format!("the lowest final accuracy over the scales is {worst:.3}"),
            ),
            Conclusion::new(
                "without it, learning depends on the scale of the initial weights",
                learns < SCALES / 2,
                format!("{learns} of {SCALES} scales end above 0.5"),
            ),
            Conclusion::new(
                "batch normalisation is ahead at almost every scale",
                won >= 13,
                format!("ahead at {won} of {SCALES} scales; plain ahead at {}", faster.join(", ")),
            ),
        ]
    }
}

/// np.logspace(0, -4, 16): from 1 down to 10⁻⁴.
fn weight_scale(index: usize) -> f64 {
    10_f64.powf(-4.0 * index as f64 / (SCALES - 1) as f64)
}

/// `01/plain`, `01/batchnorm`, …, `16/batchnorm`.
fn series(index: usize, kind: &str) -> String {
    format!("{:02}/{kind}", index + 1)
}

/// Every network of every run, each run on its own mini-batches.
fn train_all<T: Real>(run: &mut Run, epochs: usize) -> Result<(), Failure> {
    let samples = run.data().train.clone().first(TRAIN_SIZE);
    let plan = Plan::epochs(epochs, BATCH_SIZE, TRAIN_SIZE);
    let seeds = run.args().seeds();
    run.begin("training 32 networks", seeds.len() * 2 * SCALES * plan.iterations());

    let blocks = samples.blocks::<T>();
    let measure = |moment: &mut Moment<'_, T>, log: &mut Log| {
        if let Some(epoch) = plan.step_at(moment.iteration) {
            log.push((epoch, "train_accuracy", accuracy(run, moment, &blocks)));
        }
    };
    let train_one = |seed: Seed| {
        let mut contestants: Vec<_> =
            (0..2 * SCALES).map(|unit| contestant::<T>(run.data(), unit, seed)).collect();
        train(run, &mut contestants, &samples, plan, seed, &measure)
    };
    let logs = each_seed(&seeds, &train_one)?;
    run.end();
    for (seed, logs) in seeds.into_iter().zip(logs) {
        for (unit, log) in logs.into_iter().enumerate() {
            run.record(PART, &series(unit / 2, KINDS[unit % 2].0), seed, log)?;
        }
    }
    Ok(())
}

/// One of the 32 networks: for each scale the plain one, then the one with batch normalisation.
fn contestant<T: Real>(data: &Data, unit: usize, seed: Seed) -> Contestant<T> {
    // ANCHOR: network
    let network = MultiLayerNet::new(data.inputs(), &HIDDEN, data.classes())
        .initializer(Initializer::Normal { std: weight_scale(unit / 2) })
        .batch_norm(KINDS[unit % 2].1);
    // ANCHOR_END: network
    // SGD of 0.01, the book's default.
    Contestant::new(&network, OptimizerKind::Sgd, seed.unit(unit as u64))
        .expect("fixed settings are valid")
}

/// The notebook's table: epoch, accuracy without and with batch normalisation.
fn print_table(run: &mut Run) -> Result<(), Failure> {
    for scale in 0..SCALES {
        let [plain, normalised] = KINDS
            .map(|(kind, _)| run.metrics().bands(PART, &series(scale, kind), "train_accuracy"));
        run.say(&format!("=============== {}/{SCALES} ================", scale + 1))?;
        for ((epoch, plain), (_, normalised)) in plain.iter().zip(&normalised) {
            run.say(&format!("epoch:{epoch} / {} - {}", plain.text(3), normalised.text(3)))?;
        }
    }
    Ok(())
}

/// Matrices begin on cache lines.
#[global_allocator]
static ALLOCATOR: tensor_ops::LineAllocator = tensor_ops::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<BatchNormSection>()
}
