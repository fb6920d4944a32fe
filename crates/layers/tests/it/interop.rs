//! Safetensors files exchanged with PyTorch give the same outputs.

use std::path::Path;
use std::process::Command;

use init::{Initializer, Purpose, Seed};
use layers::{
    Activation, Affine, BatchNorm, Convolution, DropoutScaling, MaxPooling, MultiLayerNet,
    Sequential,
};
use nalgebra::DMatrix;
use optimizers::{Rule, Sgd};
use serde::Deserialize;
use tensor_ops::{ImageShape, Window};

#[derive(Deserialize)]
struct Golden {
    x: Vec<Vec<f32>>,
    y: Vec<Vec<f32>>,
}

fn rows(matrix: &DMatrix<f32>) -> Vec<Vec<f32>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

fn multi_layer(dropout: bool) -> Sequential<f32> {
    let net = MultiLayerNet::new(6, &[5, 4], 3).batch_norm(true);
    let net = if dropout { net.dropout(0.2, DropoutScaling::AtTraining) } else { net };
    net.build(Seed::new(1)).unwrap()
}

fn convolutional() -> Sequential<f32> {
    let rng = |index| Seed::new(1).stream(Purpose::Weights, index);
    let image = ImageShape { channels: 2, height: 4, width: 6 };
    let window = Window::new(3, 3).pad(1);
    let half = Window::new(2, 2).stride(2);
    let convolution = Convolution::new(image, 3, window, Initializer::He, &mut rng(0)).unwrap();
    let between = convolution.output_shape();
    let pooling = MaxPooling::new(between, half).unwrap();
    let affine = Affine::new(pooling.output_shape().features(), 3, Initializer::He, &mut rng(1));
    Sequential::new(image.features())
        .push(convolution)
        .and_then(|net| net.push(BatchNorm::per_channel(between)))
        .and_then(|net| net.push_boxed(Activation::Relu.layer()))
        .and_then(|net| net.push(pooling))
        .and_then(|net| net.push(affine))
        .unwrap()
}

/// `docs/reference/layers_checkpoint.py` made the files, which contain `num_batches_tracked`.
#[test]
fn files_that_pytorch_saved_load_and_give_its_outputs() {
    let files: [(_, _, &[u8]); 2] = [
        (
            multi_layer(false),
            include_str!("../goldens/torch_mlp.json"),
            include_bytes!("../goldens/torch_mlp.safetensors"),
        ),
        (
            convolutional(),
            include_str!("../goldens/torch_convolutional.json"),
            include_bytes!("../goldens/torch_convolutional.safetensors"),
        ),
    ];
    for (mut net, golden, file) in files {
        let Golden { x, y } = serde_json::from_str(golden).unwrap();
        assert!(file.windows(19).any(|bytes| bytes == b"num_batches_tracked"));
        net.load_safetensors(file).unwrap();
        let x = DMatrix::from_row_iterator(x.len(), x[0].len(), x.concat());
        let outputs = rows(net.predict(&x)).concat();
        assert_eq!(outputs.len(), y.concat().len());
        for (ours, torch) in outputs.iter().zip(y.concat()) {
            assert!((ours - torch).abs() <= 1e-5, "{ours} is not {torch}");
        }
    }
}

/// Needs `PYTHON_WITH_TORCH`, the path of a Python with torch and safetensors, which
/// `experiments/interop/torch/run.sh` sets up. Without it, the test only says that it did not run.
#[test]
fn files_that_we_save_load_in_pytorch_and_give_our_outputs() {
    let Some(python) = std::env::var_os("PYTHON_WITH_TORCH") else {
        eprintln!("not run: PYTHON_WITH_TORCH is not set; see experiments/interop/torch/run.sh");
        return;
    };
    for (name, mut net) in [("mlp", multi_layer(true)), ("convolutional", convolutional())] {
        let inputs = if name == "mlp" { 6 } else { 48 };
        let x = DMatrix::from_fn(16, inputs, |i, j| ((i * 7 + j * 5) % 13) as f32 / 6.0 - 1.0);
        let labels: Vec<usize> = (0..16).map(|i| i * 5 % 3).collect();
        let mut sgd = Sgd { lr: 0.1 }.build().unwrap();
        for _ in 0..20 {
            net.gradient(&x, &labels);
            sgd.step(&mut net).unwrap();
        }
        let stem = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(stem.with_extension("safetensors"), net.to_safetensors()).unwrap();
        let golden = serde_json::json!({ "x": rows(&x), "y": rows(net.predict(&x)) });
        std::fs::write(stem.with_extension("json"), golden.to_string()).unwrap();

        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/load_in_torch.py");
        let output = Command::new(&python).arg(script).arg(&stem).output().unwrap();
        print!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
