//! burn on the CPU. Variants: `flex`, its own backend, and `ndarray`, the deprecated one.

use burn::module::Module;
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::optim::{
    AdaGradConfig, AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig,
};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};

#[path = "../../shared.rs"]
mod shared;
use shared::{Args, WIDTHS};

#[derive(Module, Debug)]
struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    fn new(device: &Device) -> Self {
        let layer = |pair: &[usize]| {
            let std = (2.0 / pair[0] as f64).sqrt();
            let weights = Initializer::Normal { mean: 0.0, std };
            let config = LinearConfig::new(pair[0], pair[1]).with_initializer(weights);
            let mut layer = config.init(device);
            layer.bias = layer.bias.map(|bias| bias.map(|b| b.zeros_like().require_grad()));
            layer
        };
        Self { layers: WIDTHS.windows(2).map(layer).collect() }
    }

    fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if i + 1 < self.layers.len() {
                x = relu(x);
            }
        }
        x
    }
}

struct Network {
    /// Taken in a step, and put back.
    model: Option<Mlp>,
    optimizer: ModuleOptimizer,
    lr: f64,
    plain: Device,
    training_loss: CrossEntropyLoss,
    loss: CrossEntropyLoss,
}

/// Once with gradients, once without.
struct Batch {
    tracked: (Tensor<2>, Tensor<1, Int>),
    plain: (Tensor<2>, Tensor<1, Int>),
}

impl Network {
    fn new(rule: &str, plain: &Device) -> Self {
        let device = plain.clone().autodiff();
        let optimizer = match rule {
            "sgd" => SgdConfig::new().init(),
            "momentum" => SgdConfig::new()
                .with_momentum(Some(MomentumConfig::new().with_dampening(0.0)))
                .init(),
            "adagrad" => AdaGradConfig::new().with_epsilon(1e-7).init(),
            _ => AdamConfig::new().with_epsilon(1e-7).init(),
        };
        Self {
            model: Some(Mlp::new(&device)),
            optimizer,
            lr: shared::rate(rule),
            plain: plain.clone(),
            training_loss: CrossEntropyLossConfig::new().init(&device),
            loss: CrossEntropyLossConfig::new().init(plain),
        }
    }
}

impl shared::Network for Network {
    type Batch = Batch;

    fn step(&mut self, batch: &Batch) {
        let model = self.model.take().expect("put back by the last step");
        let (x, t) = batch.tracked.clone();
        let gradients = self.training_loss.forward(model.forward(x), t).backward();
        let gradients = GradientsParams::from_grads(gradients, &model);
        self.model = Some(self.optimizer.step(self.lr, model, gradients));
    }

    fn loss(&mut self, batch: &Batch) -> f64 {
        let model = self.model.as_ref().expect("put back by the last step").valid();
        let (x, t) = batch.plain.clone();
        f64::from(self.loss.forward(model.forward(x), t).into_scalar::<f32>())
    }

    fn correct(&mut self, x: &[f32], labels: &[i64]) -> usize {
        let model = self.model.as_ref().expect("put back by the last step").valid();
        let data = TensorData::new(x.to_vec(), [labels.len(), 784]);
        let scores = model.forward(Tensor::from_data(data, &self.plain));
        let hits = scores.argmax(1).into_data();
        hits.iter::<i64>().zip(labels).filter(|(hit, label)| hit == *label).count()
    }
}

fn main() {
    let args = Args::parse();
    let plain = if args.variant == "ndarray" { Device::ndarray() } else { Device::flex() };
    plain.seed(0);
    let train = shared::load("train");
    let batch = |chosen: &[i64]| {
        let (x, labels) = train.gather(chosen);
        let x = Tensor::<2>::from_data(TensorData::new(x, [chosen.len(), 784]), &plain);
        let labels = TensorData::new(labels, [chosen.len()]);
        let labels = Tensor::<1, Int>::from_data(labels, &plain);
        Batch { tracked: (x.clone().autodiff(), labels.clone().autodiff()), plain: (x, labels) }
    };
    let about = format!("burn 0.22, {}", if args.variant.is_empty() { "flex" } else { &args.variant });
    shared::run(&args, &about, &train, batch, |rule| Network::new(rule, &plain));
}
