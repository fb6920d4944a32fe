//! Networks as ONNX files: their bytes, and what ONNX Runtime makes of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use init::{Purpose, Seed};
use kernels::Scalar;
use layers::activation::{Elu, LeakyRelu, Tanh};
use layers::{
    Activation, BatchNorm, Builder, Dropout, DropoutScaling, Elementwise, Input, Layer, LayerError,
    MaxPooling, Mode, OnnxError, OnnxOutput, Sequential, StateMut,
};
use nalgebra::DMatrix;
use optimizers::{Rule, Sgd};
use tensor_ops::softmax::softmax;
use tensor_ops::{ImageShape, Window};

/// Numbers that every float type has, the same in `docs/reference/layers_onnx.py`.
fn set_state<T: Scalar>(net: &mut Sequential<T>) {
    net.visit_mut(&mut |state| {
        let (name, values) = match state {
            StateMut::Param(param) => (&param.name, param.value.as_mut_slice()),
            StateMut::Buffer(buffer) => (&buffer.name, &mut buffer.values[..]),
            StateMut::Generator(_) => return,
        };
        let least = if name.ends_with("running_var") { 0.125 } else { -0.75 };
        for (i, value) in values.iter_mut().enumerate() {
            *value = T::of(least + (i * 7 % 13) as f64 / 8.0);
        }
    });
}

/// `docs/reference/layers_onnx.py` made both files with the `onnx` package.
#[test]
fn the_bytes_are_those_that_the_onnx_package_writes() {
    let inner = Sequential::images(3, 2, 3)
        .average_pool_with(Window::new(2, 2).pad(1))
        .activation(Activation::Silu)
        .affine(4)
        .batch_norm();
    let net = Sequential::<f32>::images(2, 4, 6)
        .conv_with(3, Window::new(3, 3).pad(1))
        .batch_norm()
        .relu()
        .max_pool(2)
        .layer(inner.build(Seed::new(1)).unwrap())
        .activation(Activation::LeakyRelu)
        .activation(Activation::Elu)
        .activation(Activation::Gelu)
        .dropout(0.25)
        .affine(3)
        .activation(Activation::Tanh)
        .activation(Activation::Sigmoid);
    let mut net = net.build(Seed::new(1)).unwrap();
    set_state(&mut net);
    let file = net.to_onnx(OnnxOutput::Probabilities).unwrap();
    assert!(file == include_bytes!("../goldens/onnx_f32.onnx"), "the f32 file differs");

    let net = Sequential::<f64>::images(2, 2, 3)
        .batch_norm()
        .activation(Activation::LeakyRelu)
        .activation(Activation::Elu)
        .affine(2);
    let mut net = net.build(Seed::new(1)).unwrap();
    set_state(&mut net);
    let file = net.to_onnx(OnnxOutput::Scores).unwrap();
    assert!(file == include_bytes!("../goldens/onnx_f64.onnx"), "the f64 file differs");
}

#[derive(Clone, Debug)]
struct Twice;

impl Layer<f32> for Twice {
    fn name(&self) -> &str {
        "twice"
    }
    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        Ok(inputs)
    }
    fn forward(&mut self, _: Input<'_, f32>, _: &mut DMatrix<f32>, _: Mode) {}
    fn backward(
        &mut self,
        _: Input<'_, f32>,
        _: &DMatrix<f32>,
        _: &DMatrix<f32>,
        _: Option<&mut DMatrix<f32>>,
    ) {
    }
}

#[test]
fn a_layer_of_ones_own_is_named_with_its_place() {
    let inner = Sequential::features(3).relu().layer(Twice).build(Seed::new(1)).unwrap();
    let net = Sequential::features(3).affine(3).relu().layer(inner).build(Seed::new(1)).unwrap();
    let error = net.to_onnx(OnnxOutput::Scores).unwrap_err();
    assert_eq!(error, OnnxError::Layer { place: "2.1".to_owned(), name: "twice".to_owned() });
}

struct Exported<T: Scalar> {
    name: String,
    inputs: usize,
    net: Sequential<T>,
    output: OnnxOutput,
}

/// Every layer, in every order in which values change their shape.
fn networks<T: Scalar>() -> Vec<Exported<T>> {
    use OnnxOutput::{Probabilities, Scores};
    let rng = |index| Seed::new(1).stream(Purpose::Dropout, index);

    let inverted = Dropout::new(0.5, DropoutScaling::AtTraining, rng(9)).unwrap();
    let mlp = Sequential::features(6)
        .affine(5)
        .batch_norm()
        .relu()
        .dropout(0.3)
        .affine(4)
        .layer(BatchNorm::new(4).eps(0.1).unwrap())
        .layer(inverted)
        .affine(3);

    let per_pixel = BatchNorm::new(4 * 4 * 5);
    let images = Sequential::images(2, 7, 9)
        .activation(Activation::Sigmoid)
        .batch_norm()
        .conv_with(4, Window::new(3, 2).stride(2).pad(1).floor())
        .batch_norm()
        .relu()
        .max_pool_with(Window::new(2, 3).pad(1))
        .conv_with(4, Window::new(3, 2))
        .average_pool_with(Window::new(2, 2).pad(1))
        .layer(per_pixel)
        .max_pool_with(Window::new(2, 2));
    let cnn = images.affine(5).relu().affine(3);

    let slopes = Sequential::features(4)
        .layer(Elementwise(LeakyRelu { slope: -0.3 }))
        .affine(4)
        .layer(Elementwise(Elu { alpha: 0.7 }))
        .affine(4)
        .layer(Elementwise(LeakyRelu { slope: 0.0 }));

    let build = |net: Builder<T>| net.build(Seed::new(1)).unwrap();
    let block = || build(Sequential::images(2, 4, 4).conv(3, 3).batch_norm().relu());
    let outer = Sequential::images(2, 4, 4).dropout(0.2).layer(block()).relu();
    let nested = Sequential::features(32).layer(build(outer)).affine(3);

    // What affine layers give is taken for images, and images go out.
    let image = ImageShape { channels: 2, height: 3, width: 3 };
    let decoder = Sequential::features(5)
        .affine(18)
        .layer(BatchNorm::per_channel(image))
        .layer(MaxPooling::new(image, Window::new(2, 2)).unwrap())
        .layer(Elementwise(Tanh));

    let mut networks = vec![
        ("mlp", 6, build(mlp), Probabilities),
        ("cnn", 2 * 7 * 9, build(cnn), Scores),
        ("max-pooling", 2 * 4 * 6, build(Sequential::images(2, 4, 6).max_pool(2)), Probabilities),
        ("slopes", 4, build(slopes), Scores),
        ("nested", 2 * 4 * 4, build(nested), Scores),
        ("decoder", 5, build(decoder), Scores),
        ("channels", 2 * 2 * 3, build(Sequential::images(2, 2, 3).batch_norm().affine(2)), Scores),
        ("nothing", 3, Sequential::new(3), Scores),
    ]
    .into_iter()
    .map(|(name, inputs, net, output)| Exported { name: name.to_owned(), inputs, net, output })
    .collect::<Vec<_>>();
    networks.extend(Activation::ALL.map(|activation| Exported {
        name: activation.to_string(),
        inputs: 4,
        net: build(Sequential::features(4).affine(5).activation(activation)),
        output: Scores,
    }));
    networks
}

/// Seven inputs of a network.
fn rows<T: Scalar>(inputs: usize) -> DMatrix<T> {
    DMatrix::from_fn(7, inputs, |i, j| T::of(((i * 7 + j * 5) % 23) as f64 / 8.0 - 1.5))
}

#[test]
fn networks_of_all_layers_come_back_from_their_files() {
    for Exported { name, inputs, mut net, .. } in networks::<f32>() {
        set_state(&mut net);
        let again = Sequential::<f32>::from_safetensors(&net.to_safetensors());
        let mut again = again.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again.predict(&rows(inputs)), net.predict(&rows(inputs)), "{name}");
    }
}

/// Trains each network a little and writes its file and, as JSON, inputs with our outputs; returns
/// the paths without extensions.
fn write<T: Scalar>() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let write = |Exported { name, inputs, mut net, output }: Exported<T>| {
        set_state(&mut net);
        let x = rows(inputs);
        let labels: Vec<usize> = (0..7).map(|i| i * 5 % net.outputs(inputs).unwrap()).collect();
        let mut sgd = Sgd { lr: 0.05 }.build().unwrap();
        for _ in 0..5 {
            net.gradient(&x, &labels);
            sgd.step(&mut net).unwrap();
        }
        let stem = folder.join(format!("{name}-{}", T::NAME));
        std::fs::write(stem.with_extension("onnx"), net.to_onnx(output).unwrap()).unwrap();
        let mut y = net.predict(&x).clone();
        if output == OnnxOutput::Probabilities {
            softmax(&mut y, &mut [T::zero(); 7]);
        }
        let numbers = |matrix: &DMatrix<T>| -> Vec<Vec<f64>> {
            matrix.row_iter().map(|row| row.iter().map(|x| x.f64()).collect()).collect()
        };
        let golden = serde_json::json!({ "x": numbers(&x), "y": numbers(&y) });
        std::fs::write(stem.with_extension("json"), golden.to_string()).unwrap();
        stem
    };
    networks().into_iter().map(write).collect()
}

/// Needs `PYTHON_WITH_ONNX`, the path of a Python with onnx and onnxruntime, which
/// `experiments/interop/onnx/run.sh` sets up. Without it, the files are made but not run.
#[test]
fn files_that_we_export_give_our_outputs_in_onnxruntime() {
    let stems = [write::<f32>(), write::<f64>()].concat();
    let Some(python) = std::env::var_os("PYTHON_WITH_ONNX") else {
        eprintln!("not run: PYTHON_WITH_ONNX is not set; see experiments/interop/onnx/run.sh");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/run_in_onnxruntime.py");
    let output = Command::new(&python).arg(script).args(stems).output().unwrap();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
