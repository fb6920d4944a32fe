//! One network of section 6.1.8 as a section of its own: what `benches/peers` compares with the
//! peers.
//!
//! It runs on the spine of the experiments, so that what is timed is what the sections do: batches
//! drawn and gathered, a step, the second forward for the loss after it, and the test accuracy at
//! the end.

use std::process::ExitCode;

// For its allocator.
use benches as _;
use experiments::Section;
use experiments::cli::{Args, Result};
use experiments::findings::Metric;
use experiments::lab::{Experiment, Lab, Unit};
use experiments::report::RunReport;
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Plan, Real};

/// What trains it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Optimizer {
    Sgd,
    Adam,
}

#[derive(Clone, Debug, clap::Args)]
struct Flags {
    /// What trains the network
    #[arg(long, value_enum, default_value = "sgd")]
    optimizer: Optimizer,
}

struct OneNetwork;

const PART: &str = "mnist";

impl Section for OneNetwork {
    type Flags = Flags;
    const NAME: &'static str = "one_network";
    const ABOUT: &'static str = "One network of section 6.1.8, to be timed";
    const PARTS: &'static [(&'static str, &'static str)] =
        &[(PART, "784-100×4-10, batch 128, 2,000 iterations")];

    fn samples(_: &Args, _: &Flags) -> (usize, usize) {
        (60_000, 10_000)
    }

    fn run<T: Real>(lab: &Lab, flags: &Flags, report: &mut RunReport) -> Result<()> {
        let plan = Plan::updates(lab.scaled(2000, 100), 128);
        let kind = match flags.optimizer {
            Optimizer::Sgd => OptimizerKind::Sgd,
            Optimizer::Adam => OptimizerKind::Adam,
        };
        let network = MultiLayerNet::new(784, &[100; 4], 10);
        let contestant = |_, seed| {
            Contestant::<T>::new(&network, kind, Unit::Series(0).of(seed))
                .expect("fixed settings are valid")
        };
        let samples = lab.data.train.clone();
        let experiment =
            Experiment::new(PART, [(kind.name(), kind.name())], samples, plan, contestant);
        let findings = lab.run_one(experiment.measure(|moment, measured| {
            measured.push(moment.iteration, Metric::TRAIN_LOSS, moment.loss_after());
            if moment.iteration + 1 == plan.iterations() {
                let accuracy = lab.accuracy(moment, &lab.data.test);
                measured.push(moment.iteration, Metric::TEST_ACCURACY, accuracy);
            }
        }))?;
        report.record(findings);
        Ok(())
    }
}

fn main() -> ExitCode {
    experiments::main::<OneNetwork>()
}
