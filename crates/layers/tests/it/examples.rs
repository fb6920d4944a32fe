//! The examples, on synthetic digits and with small settings.

#[allow(dead_code)] // `main`
#[path = "../../examples/cnn.rs"]
mod cnn;
#[allow(dead_code)]
#[path = "../../examples/learning_rate_finder.rs"]
mod learning_rate_finder;
#[allow(dead_code)]
#[path = "../../examples/regression.rs"]
mod regression;
#[allow(dead_code)]
#[path = "../../examples/residual.rs"]
mod residual;
#[allow(dead_code)]
#[path = "../../examples/resume.rs"]
mod resume;
#[allow(dead_code)]
#[path = "../../examples/train_idx.rs"]
mod train_idx;

use mnist_io::synthetic;

#[test]
fn train_idx_and_cnn_learn_digits() {
    let data = synthetic(2, 2_000, 500);
    let mut net = train_idx::train(&data, 2).unwrap();
    let first =
        nalgebra::DMatrix::from_fn(1, 784, |_, i| f32::from(data.test.images.image(0)[i]) / 255.0);
    assert_eq!(net.predict(&first).shape(), (1, 10));
    assert!(cnn::train(&data, 2).unwrap() > 0.8);
}

#[test]
fn twenty_one_layers_with_residual_blocks_learn() {
    let losses = residual::train(2_000, 6).unwrap();
    assert!(losses[5] < 0.5 * losses[0], "{losses:?}");
}

#[test]
fn the_rate_found_is_one_that_trains() {
    let rate = learning_rate_finder::find(2_000).unwrap();
    assert!((0.001..1.0).contains(&rate), "{rate}");
}

#[test]
fn hubers_loss_is_less_drawn_to_outliers() {
    let [squared, huber] = regression::compare(300).unwrap();
    assert!(huber < 0.7 * squared, "{huber}, {squared}");
}

#[test]
fn training_that_went_on_from_its_file_writes_the_same_file() {
    let folder = std::env::temp_dir().join(format!("layers-resume-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let [stopped, whole] = ["stopped", "whole"].map(|name| folder.join(name));
    resume::train(&stopped, 1).unwrap();
    resume::train(&stopped, 2).unwrap();
    resume::train(&whole, 2).unwrap();
    assert!(std::fs::read(&stopped).unwrap() == std::fs::read(&whole).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}
