//! What a single layer remembers, for tests.

use layers::{Buffer, Layer, Param, State, StateMut};

pub fn params(layer: &dyn Layer<f64>) -> Vec<&Param<f64>> {
    let mut params = Vec::new();
    layer.visit(&mut |state| {
        if let State::Param(param) = state {
            params.push(param);
        }
    });
    params
}

pub fn params_mut(layer: &mut dyn Layer<f64>) -> Vec<&mut Param<f64>> {
    let mut params = Vec::new();
    layer.visit_mut(&mut |state| {
        if let StateMut::Param(param) = state {
            params.push(param);
        }
    });
    params
}

pub fn buffers(layer: &dyn Layer<f64>) -> Vec<&Buffer<f64>> {
    let mut buffers = Vec::new();
    layer.visit(&mut |state| {
        if let State::Buffer(buffer) = state {
            buffers.push(buffer);
        }
    });
    buffers
}

pub fn buffers_mut(layer: &mut dyn Layer<f64>) -> Vec<&mut Buffer<f64>> {
    let mut buffers = Vec::new();
    layer.visit_mut(&mut |state| {
        if let StateMut::Buffer(buffer) = state {
            buffers.push(buffer);
        }
    });
    buffers
}
