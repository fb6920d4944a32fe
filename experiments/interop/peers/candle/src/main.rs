//! Runs candle's cells and prints them as JSON. Paths, images and scores are those of the Python
//! files beside this folder.

use candle_core::{DType, Device, ModuleT, Result, Tensor, Var};
use candle_nn::{
    AdamW, BatchNorm, Dropout, Init, Optimizer, ParamsAdamW, SGD, VarBuilder, VarMap, init, linear,
    loss, ops,
};
use serde_json::{Map, Value, json};

const CPU: &Device = &Device::Cpu;
const INPUTS: usize = 1000;
const UNITS: usize = 500;

fn tensor(values: &[f64], shape: &[usize]) -> Result<Tensor> {
    Tensor::from_slice(values, shape, CPU)
}

fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
}

/// Eight steps with a rate of 1.
fn path<O: Optimizer>(config: O::Config) -> Result<Vec<f64>> {
    let w = Var::from_tensor(&tensor(&[0.0, 0.0, 1.0], &[3])?)?;
    let mut optimizer = O::new(vec![w.clone()], config)?;
    let mut path = Vec::new();
    for g in [1.0, 0.5, -0.25, 1.0, 0.5, -0.25, 1.0, 0.5] {
        let loss = (w.as_tensor() * tensor(&[g, 1e-6 * g, 0.0], &[3])?)?.sum_all()?;
        optimizer.backward_step(&loss)?;
        path.extend(numbers(&w)?);
    }
    Ok(path)
}

/// √n_in times the standard deviation, and the largest weight in standard deviations, at most 3.
fn law(weights: &Tensor) -> Result<[f64; 2]> {
    let w = numbers(weights)?;
    let n = w.len() as f64;
    let mean = w.iter().sum::<f64>() / n;
    let deviation = (w.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    let largest = w.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    Ok([deviation * (INPUTS as f64).sqrt(), (largest / deviation).min(3.0)])
}

fn drawn(init: Init) -> Result<[f64; 2]> {
    law(init.var((UNITS, INPUTS), DType::F64, CPU)?.as_tensor())
}

/// The output in training, both running statistics, then the output in evaluation.
fn batch_norm(x: &Tensor, dtype: DType) -> Result<Vec<f64>> {
    let map = VarMap::new();
    let norm: BatchNorm =
        candle_nn::batch_norm(1, 1e-5, VarBuilder::from_varmap(&map, dtype, CPU))?;
    let trained = norm.forward_t(x, true)?;
    let statistics = [norm.running_mean(), norm.running_var(), &norm.forward_t(x, false)?];
    let mut found = numbers(&trained)?;
    for values in statistics {
        found.extend(numbers(values)?);
    }
    Ok(found)
}

fn dropout() -> Result<[f64; 2]> {
    let (layer, ones) = (Dropout::new(0.4), Tensor::ones(1000, DType::F64, CPU)?);
    let largest =
        |x: Tensor| Ok::<_, candle_core::Error>(numbers(&x)?.into_iter().fold(0.0, f64::max));
    Ok([largest(layer.forward(&ones, true)?)?, largest(layer.forward(&ones, false)?)?])
}

fn main() -> Result<()> {
    let adamw = ParamsAdamW { lr: 1.0, ..ParamsAdamW::default() };
    let adam = ParamsAdamW { weight_decay: 0.0, ..adamw.clone() };
    let of_adamw = format!("eps {:e}, weight_decay {}", adamw.eps, adamw.weight_decay);

    let map = VarMap::new();
    let layer = linear(INPUTS, UNITS, VarBuilder::from_varmap(&map, DType::F64, CPU))?;
    let map = VarMap::new();
    let wide = linear(INPUTS, 20_000, VarBuilder::from_varmap(&map, DType::F32, CPU))?;

    let column = [1.0, 2.0, 3.0, 4.0];
    let far: Vec<f64> = column.iter().map(|x| x + 1e4).collect();
    let x = tensor(&[-3.0, -1.0, 0.0, 1.0, 3.0], &[5])?;
    let scores = tensor(&[1.0, 2.0, 3.0, 0.0, 0.0, 100.0], &[2, 3])?;
    let labels = Tensor::new(&[2u32, 0], CPU)?;
    let outputs = tensor(&[1.0, 2.0, 4.0, 3.0, 5.0, 0.0], &[2, 3])?;
    let image = |side: usize| {
        let pixels: Vec<f64> = (1..=side * side).map(|x| x as f64).collect();
        tensor(&pixels, &[1, 1, side, side])
    };
    let filter = tensor(&[1.0, 2.0, 3.0, 4.0], &[1, 1, 2, 2])?;
    let zero = Var::from_tensor(&tensor(&[0.0], &[1])?)?;
    let slope = zero.relu()?.sum_all()?.backward()?;

    let mut cells = Map::new();
    let mut cell = |name: &str, defaults: &str, values: Vec<f64>| {
        cells.insert(name.to_owned(), json!({ "defaults": defaults, "values": values }));
    };
    cell("SGD", "", path::<SGD>(1.0)?);
    cell("Adam", &of_adamw, path::<AdamW>(adam)?);
    cell("AdamW", &of_adamw, path::<AdamW>(adamw)?);
    cell("DEFAULT_KAIMING_NORMAL", "", drawn(init::DEFAULT_KAIMING_NORMAL)?.into());
    cell("DEFAULT_KAIMING_UNIFORM", "", drawn(init::DEFAULT_KAIMING_UNIFORM)?.into());
    cell("linear", "", law(layer.weight())?.into());
    cell("linear(..).bias", "", law(wide.bias().expect("a bias"))?.into());
    cell(
        "batch_norm",
        "eps 1e-5, momentum 0.1",
        batch_norm(&tensor(&column, &[4, 1])?, DType::F64)?,
    );
    let far = tensor(&far, &[4, 1])?.to_dtype(DType::F32)?;
    cell("batch_norm, f32", "", batch_norm(&far, DType::F32)?[..4].to_vec());
    cell("Dropout::new(0.4)", "", dropout()?.into());
    cell("Tensor::gelu", "", numbers(&x.gelu()?)?);
    cell("Tensor::gelu_erf", "", numbers(&x.gelu_erf()?)?);
    cell("Tensor::silu", "", numbers(&x.silu()?)?);
    cell("Tensor::elu(1.0)", "", numbers(&x.elu(1.0)?)?);
    cell("relu'", "", numbers(slope.get(&zero).expect("a gradient"))?);
    cell("Tensor::max_pool2d(2)", "", numbers(&image(4)?.max_pool2d(2)?)?);
    cell("Tensor::conv2d", "", numbers(&image(3)?.conv2d(&filter, 0, 1, 1, 1)?)?);
    cell("loss::cross_entropy", "", numbers(&loss::cross_entropy(&scores, &labels)?)?);
    cell("loss::mse", "", numbers(&loss::mse(&outputs, &outputs.zeros_like()?)?)?);
    cell("ops::softmax", "", numbers(&ops::softmax(&scores, 1)?)?);
    let program: Value = json!({ "version": "0.11.1", "close": 1e-12, "cells": cells });
    println!("{program}");
    Ok(())
}
