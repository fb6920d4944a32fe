//! Pins the numbers that a seed gives. A release that changes them is a breaking change.

use init::{Initializer, Seed};
use layers::{DropoutScaling, Mode, MultiLayerNet};
use nalgebra::DMatrix;
use optimizers::{Rule, Sgd};

/// Allows a relative error of 1e-12, since `exp` and `ln` may differ in the last bit between
/// systems.
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{found:?} is not {expected:?}");
    }
}

#[test]
fn a_seed_gives_the_same_network_and_the_same_training() {
    let mut net = MultiLayerNet::new(2, &[3], 2)
        .initializer(Initializer::He)
        .batch_norm(true)
        .dropout(0.4, DropoutScaling::AtEvaluation)
        .weight_decay(0.01)
        .build::<f64>(Seed::new(6))
        .unwrap();
    let weights = |name| net.param(name).unwrap().value.as_slice().to_vec();
    assert_close(
        &weights("0.weight"),
        &[
            0.7536679924951173,
            1.5309299257225208,
            -0.20902372682022236,
            0.6836609015588843,
            0.2731161665323016,
            -0.5616884704413689,
        ],
    );
    assert_close(
        &weights("4.weight"),
        &[
            0.6083618527789518,
            -0.9273170010770648,
            0.3609702671353735,
            -1.1279274535748502,
            -0.687197879117589,
            -0.19885343206158593,
        ],
    );

    let x = DMatrix::from_fn(8, 2, |i, j| ((i * 5 + j * 3) % 7) as f64 / 3.0 - 1.0);
    let labels = vec![0, 1, 1, 0, 1, 0, 0, 1];
    let mut sgd = Sgd { lr: 0.1 }.build().unwrap();
    let mut losses = Vec::new();
    for _ in 0..5 {
        losses.push(net.gradient(&x, &labels));
        sgd.step(&mut net).unwrap();
    }
    losses.push(net.loss(&x, &labels, Mode::Eval));
    assert_close(
        &losses,
        &[
            1.127425621668928,
            0.9223483054424534,
            0.9405170124108136,
            1.1139327380937387,
            1.020318492023596,
            0.883967109911572,
        ],
    );
}
