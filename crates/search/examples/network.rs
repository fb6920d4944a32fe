//! A search over a convolutional network: a Gaussian process proposes learning rate, filters and
//! pooling, and the median rule stops trials that fall behind.
//! ```text
//! cargo run --release -p search --example network
//! ```

use std::error::Error;

use init::Seed;
use kernels::ByteRows;
use layers::Sequential;
use mnist_io::{Dataset, Split, synthetic};
use optimizers::{Adam, Rule};
use search::pruner::Median;
use search::sampler::GaussianProcess;
use search::{End, Objective, Observe, Params, Report, Search, Space, Trial, ranking};
use tensor_ops::Sparse;

const EPOCHS: usize = 4;
type Failure = Box<dyn Error + Send + Sync>;

/// Trains the network of one trial and reports the accuracy after each epoch.
fn trial(data: &Dataset, params: &Params, observe: &mut Observe<'_>) -> Result<End, Failure> {
    let rows = |split: &Split| ByteRows::new(split.images.pixels().chunks(784));
    let (train, unit) = (rows(&data.train), |byte| f32::from(byte) / 255.0);
    let (mut x, test) = (Sparse::default(), Sparse::new(&rows(&data.test), unit));
    let net = Sequential::images(1, 28, 28).conv(params.integer("filters")? as usize, 5).relu();
    let net = if params.text("pool")? == "max" { net.max_pool(4) } else { net.average_pool(4) };
    let mut net = net.affine(10).build(Seed::new(1))?;
    let mut adam = Adam { lr: params.float("lr")?, ..Adam::default() }.build()?;
    for epoch in 0..EPOCHS {
        for (batch, labels) in data.train.labels.chunks(50).enumerate() {
            x.gather(&train, 50 * batch..50 * batch + labels.len(), unit);
            net.gradient(&x, labels);
            adam.step(&mut net)?;
        }
        let accuracy = net.accuracy(&test, &data.test.labels[..]);
        if observe(Report::of(epoch, accuracy)).is_break() {
            return Ok(End::Stopped(epoch));
        }
    }
    Ok(End::Complete)
}

/// The trials of the search.
pub fn search(images: usize, trials: u64) -> Result<Vec<Trial>, Failure> {
    let data = synthetic(1, images, 500);
    let space = Space::parse(["lr=log:1e-4:1", "filters=int:2:8", "pool=choice:max,average"])?;
    let (space, sampler, pruner) = (&space, &GaussianProcess::default(), &Median::over(EPOCHS));
    let search = Search { space, sampler, pruner, seed: Seed::new(1), steps: EPOCHS, together: 2 };
    let objective: &Objective<'_, Failure> = &|_, params, observe| trial(&data, params, observe);
    let trials = search.run(&[], 0..trials, objective, &|_| Ok(()))?;
    ranking(&trials).iter().for_each(|t| println!("{:.3}  {}, {:?}", t.value(), t.params, t.end));
    Ok(trials)
}

fn main() -> Result<(), Failure> {
    search(1_000, 20).map(|_| ())
}
