//! Runs burn's cells and prints them as JSON. Paths, images and scores are those of the Python
//! files beside this folder.

use burn::grad_clipping::GradientClippingConfig;
use burn::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
use burn::lr_scheduler::linear::LinearLrSchedulerConfig;
use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::lr_scheduler::step::StepLrSchedulerConfig;
use burn::module::{Initializer, Module, Param};
use burn::nn::conv::Conv2dConfig;
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::pool::MaxPool2dConfig;
use burn::nn::{BatchNormConfig, DropoutConfig, LeakyReluConfig, LinearConfig};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdamConfig, AdamWConfig, GradientsParams, LionConfig, ModuleOptimizer,
    RmsPropConfig, SgdConfig,
};
use burn::tensor::{Device, Int, Tensor, activation};
use serde_json::{Map, json};

const INPUTS: usize = 1000;
const UNITS: usize = 500;

/// Three numbers to train.
#[derive(Module, Debug)]
struct Three {
    w: Param<Tensor<1>>,
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().convert::<f64>().try_to_vec().expect("numbers")
}

/// Eight steps.
fn path_at(mut optimizer: ModuleOptimizer, rate: f64) -> Vec<f64> {
    let device = Device::default().autodiff();
    let start = Tensor::from_floats([0.0, 0.0, 1.0], &device);
    let mut model = Three { w: Param::from_tensor(start) };
    let mut path = Vec::new();
    for g in [1.0, 0.5, -0.25, 1.0, 0.5, -0.25, 1.0, 0.5] {
        let gradient = Tensor::<1>::from_floats([g, 1e-6 * g, 0.0], &device);
        let loss = (model.w.val() * gradient).sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(rate, model, gradients);
        path.extend(numbers(model.w.val()));
    }
    path
}

fn path(optimizer: ModuleOptimizer) -> Vec<f64> {
    path_at(optimizer, 1.0)
}

fn rates(scheduler: Result<ModuleLrScheduler, String>) -> Vec<f64> {
    let mut scheduler = scheduler.expect("a valid schedule");
    (0..13).map(|_| scheduler.step().base()).collect()
}

/// √n_in times the standard deviation, and the largest weight in standard deviations, at most 3.
fn law<const D: usize>(weights: Tensor<D>) -> Vec<f64> {
    let w = numbers(weights);
    let n = w.len() as f64;
    let mean = w.iter().sum::<f64>() / n;
    let deviation = (w.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    if deviation == 0.0 {
        return vec![0.0, 0.0];
    }
    let largest = w.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    vec![deviation * (INPUTS as f64).sqrt(), (largest / deviation).min(3.0)]
}

fn drawn(initializer: Initializer, device: &Device) -> Vec<f64> {
    let weights: Param<Tensor<2>> =
        initializer.init_with([INPUTS, UNITS], Some(INPUTS), Some(UNITS), device);
    law(weights.val())
}

/// The output in training, both running statistics, then the output in evaluation.
fn batch_norm(base: f32) -> Vec<f64> {
    let x = [[base + 1.0], [base + 2.0], [base + 3.0], [base + 4.0]];
    let device = Device::default().autodiff();
    let norm = BatchNormConfig::new(1).init(&device);
    let mut found = numbers(norm.forward(Tensor::<2>::from_floats(x, &device)));
    let norm = norm.valid();
    found.extend(numbers(norm.running_mean.value()));
    found.extend(numbers(norm.running_var.value()));
    found.extend(numbers(norm.forward(Tensor::<2>::from_floats(x, &Device::default()))));
    found
}

fn dropout() -> Vec<f64> {
    let layer = DropoutConfig::new(0.4).init();
    let largest = |x: Tensor<1>| numbers(x).into_iter().fold(0.0, f64::max);
    let ones = |device: &Device| Tensor::<1>::ones([1000], device);
    let trained = largest(layer.forward(ones(&Device::default().autodiff())));
    vec![trained, largest(layer.valid().forward(ones(&Device::default())))]
}

fn main() {
    let device = Device::default();
    device.seed(1);
    let mut cells = Map::new();
    let mut cell = |name: &str, defaults: &str, values: Vec<f64>| {
        cells.insert(name.to_owned(), json!({ "defaults": defaults, "values": values }));
    };
    let (momentum, adam) = (MomentumConfig::new(), AdamConfig::new());
    let of_momentum = format!("momentum {}, dampening {}", momentum.momentum, momentum.dampening);
    let nesterov = momentum.clone().with_nesterov(true);
    cell("SGD", "", path(SgdConfig::new().init()));
    cell("Momentum", &of_momentum, path(SgdConfig::new().with_momentum(Some(momentum)).init()));
    cell("Nesterov", &of_momentum, path(SgdConfig::new().with_momentum(Some(nesterov)).init()));
    cell("AdaGrad", "epsilon 1e-5", path(AdaGradConfig::new().init()));
    cell("RMSProp", "alpha 0.99, momentum 0.9, epsilon 1e-5", path(RmsPropConfig::new().init()));
    cell("Adam", "beta_1 0.9, beta_2 0.999, epsilon 1e-5", path(adam.init()));
    cell("AMSGrad", "epsilon 1e-5", path(AdamConfig::new().with_amsgrad(true).init()));
    cell("AdamW", "epsilon 1e-5, weight_decay 1e-4", path(AdamWConfig::new().init()));
    cell("Lion", "beta_1 0.9, beta_2 0.99, weight_decay 0", path(LionConfig::new().init()));
    let decay = || Some(WeightDecayConfig::new(0.1));
    let decayed = |optimizer: ModuleOptimizer| vec![path_at(optimizer, 0.1)[2]];
    let sgd = SgdConfig::new().with_weight_decay(decay()).init();
    cell("SgdConfig, WeightDecayConfig::new(0.1)", "", decayed(sgd));
    let adam = AdamConfig::new().with_weight_decay(decay()).init();
    cell("AdamConfig, WeightDecayConfig::new(0.1)", "", decayed(adam));

    let clipping = GradientClippingConfig::Norm(1.0).init();
    let clipped =
        [3.0_f32, 4.0].map(|g| clipping.clip_gradient(Tensor::<1>::from_floats([g], &device)));
    cell("clipping", "", clipped.into_iter().flat_map(numbers).collect());

    let step = StepLrSchedulerConfig::new(1.0, 5).with_gamma(0.5);
    cell("StepLrSchedulerConfig::new(1.0, 5).with_gamma(0.5)", "", rates(step.init()));
    let exponential = ExponentialLrSchedulerConfig::new(1.0, 0.9);
    cell("ExponentialLrSchedulerConfig::new(1.0, 0.9)", "", rates(exponential.init()));
    let cosine = CosineAnnealingLrSchedulerConfig::new(1.0, 10).with_min_lr(0.1);
    cell(
        "CosineAnnealingLrSchedulerConfig::new(1.0, 10).with_min_lr(0.1)",
        "",
        rates(cosine.init()),
    );
    let linear = LinearLrSchedulerConfig::new(0.2, 1.0, 4);
    cell("LinearLrSchedulerConfig::new(0.2, 1.0, 4)", "", rates(linear.init()));

    for (name, initializer) in [
        ("Initializer::XavierNormal { gain: 1.0 }", Initializer::XavierNormal { gain: 1.0 }),
        ("Initializer::XavierUniform { gain: 1.0 }", Initializer::XavierUniform { gain: 1.0 }),
        (
            "Initializer::KaimingNormal { gain: 1.0, fan_out_only: false }",
            Initializer::KaimingNormal { gain: 1.0, fan_out_only: false },
        ),
        (
            "Initializer::KaimingUniform { gain: 1.0, fan_out_only: false }",
            Initializer::KaimingUniform { gain: 1.0, fan_out_only: false },
        ),
    ] {
        cell(name, "", drawn(initializer, &device));
    }
    cell("LinearConfig::new", "", law(LinearConfig::new(INPUTS, UNITS).init(&device).weight.val()));
    let wide = LinearConfig::new(INPUTS, 20_000).init(&device);
    cell("LinearConfig::new(..).bias", "", law(wide.bias.expect("a bias").val()));

    cell("BatchNormConfig::new(1)", "epsilon 1e-5, momentum 0.1", batch_norm(0.0));
    cell("BatchNormConfig::new(1), f32", "", batch_norm(1e4)[..4].to_vec());
    cell("DropoutConfig::new(0.4)", "", dropout());
    let x = || Tensor::<1>::from_floats([-3.0, -1.0, 0.0, 1.0, 3.0], &device);
    cell("activation::gelu", "", numbers(activation::gelu(x())));
    cell("activation::silu", "", numbers(activation::silu(x())));
    cell("activation::elu(1.0)", "", numbers(activation::elu(x(), 1.0)));
    cell(
        "LeakyReluConfig::new()",
        "negative_slope 0.01",
        numbers(LeakyReluConfig::new().init().forward(x())),
    );
    let zero = Tensor::<1>::from_floats([0.0], &device.clone().autodiff()).require_grad();
    let gradients = activation::relu(zero.clone()).sum().backward();
    cell("relu'", "", numbers(zero.grad(&gradients).expect("a gradient")));
    let image = |side: usize| {
        let pixels: Vec<f32> = (1..=side * side).map(|x| x as f32).collect();
        Tensor::<1>::from_floats(pixels.as_slice(), &device).reshape([1, 1, side, side])
    };
    let pool = MaxPool2dConfig::new([2, 2]).init();
    cell("MaxPool2dConfig::new([2, 2])", "", numbers::<4>(pool.forward(image(4))));
    let mut convolution = Conv2dConfig::new([1, 1], [2, 2]).with_bias(false).init(&device);
    let filter = Tensor::<1>::from_floats([1.0, 2.0, 3.0, 4.0], &device).reshape([1, 1, 2, 2]);
    convolution.weight = Param::from_tensor(filter);
    cell("Conv2dConfig::new([1, 1], [2, 2])", "", numbers(convolution.forward(image(3))));

    let scores = Tensor::<2>::from_floats([[1.0, 2.0, 3.0], [0.0, 0.0, 100.0]], &device);
    let labels = Tensor::<1, Int>::from_ints([2, 0], &device);
    let loss = CrossEntropyLossConfig::new().init(&device);
    cell("CrossEntropyLossConfig::new()", "", numbers(loss.forward(scores, labels)));
    let outputs = Tensor::<2>::from_floats([[1.0, 2.0, 4.0], [3.0, 5.0, 0.0]], &device);
    let loss = MseLoss::new().forward(outputs.clone(), outputs.zeros_like(), Reduction::Auto);
    cell("MseLoss, Reduction::Auto", "", numbers(loss));
    println!("{}", json!({ "version": "0.22.1", "close": 1e-5, "cells": cells }));
}
