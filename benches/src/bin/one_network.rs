//! One network of section 6.1.8 as a section of its own: what `benches/peers` compares with the peers.
//!
//! It runs on the spine of the experiments, so that what is timed is what the sections do: batches drawn
//! and gathered, a step, the second forward for the loss after it, and the test accuracy at the end.

use std::process::ExitCode;

// For its allocator.
use benches as _;
use experiments::{Args, Conclusion, Failure, Log, Printed, Run, Section, accuracy, train};
use init::Seed;
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Moment, Plan, Real};

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

    fn samples(_: &Args) -> (usize, usize) {
        (60_000, 10_000)
    }

    fn printed() -> Vec<Printed> {
        Vec::new()
    }

    fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
        let plan = Plan::updates(run.scaled(2000, 100), 128);
        let seed = Seed::new(run.args().seed);
        let samples = run.data().train.clone();
        let test = run.data().test.blocks::<T>();
        let kind = match flags.optimizer {
            Optimizer::Sgd => OptimizerKind::Sgd,
            Optimizer::Adam => OptimizerKind::Adam,
        };
        run.begin("training one network", plan.iterations());
        let network = MultiLayerNet::new(784, &[100; 4], 10);
        let contestant = Contestant::<T>::new(&network, kind, seed.unit(0));
        let mut contestants = [contestant.expect("fixed settings are valid")];
        let measure = |moment: &mut Moment<'_, T>, log: &mut Log| {
            log.push((moment.iteration, "train_loss", moment.loss_after()));
            if moment.iteration + 1 == plan.iterations() {
                log.push((moment.iteration, "test_accuracy", accuracy(run, moment, &test)));
            }
        };
        let logs = train(run, &mut contestants, &samples, plan, seed, &measure)?;
        run.end();
        for log in logs {
            run.record(PART, kind.name(), run.args().seed, log)?;
        }
        Ok(())
    }

    fn conclusions(_: &Run, _: &Flags) -> Vec<Conclusion> {
        Vec::new()
    }
}

fn main() -> ExitCode {
    experiments::main::<OneNetwork>()
}
