//! Training that is stopped and goes on from a file gives the bits of training without a stop.

use init::{Purpose, Seed};
use kernels::Scalar;
use layers::{Checkpoint, DropoutScaling, MultiLayerNet, Sequential};
use nalgebra::DMatrix;
use optimizers::{Decay, Optimizer, OptimizerKind};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

fn network<T: Scalar>(seed: Seed) -> Sequential<T> {
    let net = MultiLayerNet::new(6, &[5, 4], 3).batch_norm(true).weight_decay(0.01);
    net.dropout(0.3, DropoutScaling::AtTraining).build(seed).unwrap()
}

fn steps<T: Scalar>(
    count: usize,
    net: &mut Sequential<T>,
    optimizer: &mut dyn Optimizer<T>,
    batches: &mut ChaCha8Rng,
) {
    for _ in 0..count {
        let x = DMatrix::from_fn(8, 6, |_, _| T::of(batches.random_range(-1.0..1.0)));
        let labels: Vec<u8> = (0..8).map(|_| batches.random_range(0..3)).collect();
        net.gradient(&x, &labels[..]);
        optimizer.step(net).unwrap();
    }
}

fn resumes<T: Scalar>() {
    let seed = Seed::new(4);
    for (kind, decay) in OptimizerKind::ALL.into_iter().flat_map(|kind| {
        [Decay::None, Decay::L2(0.01), Decay::Decoupled(0.01)].map(|decay| (kind, decay))
    }) {
        let mut net = network::<T>(seed);
        let mut optimizer = kind.build_with(decay).unwrap();
        let mut batches = seed.stream(Purpose::Batches, 0);
        let mut files = Vec::new();
        for _ in 0..6 {
            files.push(Checkpoint::of(&net, &*optimizer, [("batches", &batches)]).to_bytes());
            steps(3, &mut net, &mut *optimizer, &mut batches);
        }
        let end = Checkpoint::of(&net, &*optimizer, [("batches", &batches)]).to_bytes();
        for (done, file) in files.iter().enumerate() {
            let Checkpoint { mut network, optimizer, mut generators, .. } =
                Checkpoint::<T>::from_bytes(file).unwrap();
            let mut optimizer = optimizer.unwrap().build().unwrap();
            let mut batches = generators.remove("batches").unwrap();
            steps(3 * (6 - done), &mut network, &mut *optimizer, &mut batches);
            let resumed = Checkpoint::of(&network, &*optimizer, [("batches", &batches)]).to_bytes();
            assert!(resumed == end, "{kind}, {decay:?}, stopped after {} steps", 3 * done);
        }
    }
}

#[test]
fn every_optimizer_goes_on_as_if_it_had_not_stopped_in_f32() {
    resumes::<f32>();
}

#[test]
fn every_optimizer_goes_on_as_if_it_had_not_stopped_in_f64() {
    resumes::<f64>();
}

#[test]
fn a_damaged_checkpoint_never_panics_and_a_cut_one_is_refused() {
    let (net, optimizer) = (network::<f32>(Seed::new(1)), OptimizerKind::Adam.build().unwrap());
    let batches = Seed::new(1).stream(Purpose::Batches, 0);
    let file = Checkpoint::of(&net, &*optimizer, [("batches", &batches)]).to_bytes();
    for length in 0..file.len() {
        assert!(Checkpoint::<f32>::from_bytes(&file[..length]).is_err(), "{length} bytes");
    }
    for place in 0..file.len() {
        let mut damaged = file.clone();
        damaged[place] ^= 1 << (place % 8);
        let _ = Checkpoint::<f32>::from_bytes(&damaged); // a damaged number still loads
    }
}
