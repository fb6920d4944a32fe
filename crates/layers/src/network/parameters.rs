//! The parameters of a network: by order, by name, and for optimizers.

use std::any::Any;

use kernels::{Scalar, sum_slice};
use optimizers::{Slot, Slots};

use super::Sequential;
use crate::{Layer, LayerError, Param, Role, State, StateMut};

impl<T: Scalar> Sequential<T> {
    /// Every parameter in order.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let count: usize = net.params().iter().map(|param| param.value.len()).sum();
    /// assert_eq!(count, 2 * 3 + 3 + 3 * 2 + 2);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn params(&self) -> Vec<&Param<T>> {
        let mut params = Vec::new();
        self.visit_params(|param| params.push(param));
        params
    }

    /// Every parameter in order, mutable.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// for param in net.params_mut() {
    ///     param.value.fill(0.0);
    /// }
    /// assert_eq!(net.predict(&nalgebra::dmatrix![1.0, 2.0]), &nalgebra::dmatrix![0.0, 0.0]);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn params_mut(&mut self) -> Vec<&mut Param<T>> {
        let mut params = Vec::new();
        self.visit_params_mut(|param| params.push(param));
        params
    }

    /// The parameter with a full name such as `0.weight`; `None` if there is none.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// assert_eq!(net.param("2.weight").unwrap().value.shape(), (3, 2));
    /// assert!(net.param("1.weight").is_none()); // ReLU
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn param(&self, name: &str) -> Option<&Param<T>> {
        self.params().into_iter().find(|param| param.name == name)
    }

    /// The parameter with a full name, mutable; `None` if there is none.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.param_mut("2.bias").unwrap().value.copy_from_slice(&[5.0, -5.0]);
    /// let y = net.predict(&nalgebra::dmatrix![0.0, 0.0]);
    /// assert_eq!(y, &nalgebra::dmatrix![5.0, -5.0]);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn param_mut(&mut self, name: &str) -> Option<&mut Param<T>> {
        self.params_mut().into_iter().find(|param| param.name == name)
    }

    /// The layer of type `L` at a place such as `1`, or `1.0` in a network that is layer 1; `None`
    /// if there is none, or its type is another.
    ///
    /// ```
    /// use layers::{BatchNorm, MultiLayerNet};
    ///
    /// let net = MultiLayerNet::new(2, &[3], 2).batch_norm(true);
    /// let mut net = net.build::<f64>(init::Seed::new(1))?;
    /// let norm: &mut BatchNorm<f64> = net.layer_mut("1").unwrap();
    /// assert_eq!(norm.running()[0].values, [0.0; 3]);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn layer_mut<L: Layer<T>>(&mut self, place: &str) -> Option<&mut L> {
        let (first, rest) = place.split_once('.').map_or((place, None), |(a, b)| (a, Some(b)));
        let layer = self.layers.get_mut(first.parse::<usize>().ok()?)?;
        let layer: &mut dyn Any = &mut **layer;
        match rest {
            None => layer.downcast_mut(),
            Some(rest) => layer.downcast_mut::<Self>()?.layer_mut(rest),
        }
    }

    /// Has optimizers leave parameters as they are: the one of this name, or all whose names begin
    /// with it and a dot (`0` means `0.weight` and `0.bias`). Returns how many they are.
    ///
    /// An optimizer keeps the state of frozen parameters, so that they may be frozen and
    /// [unfrozen](Self::unfreeze) between steps. Batch normalisation still updates its running
    /// statistics.
    ///
    /// # Errors
    /// [`LayerError::UnknownParam`] if there is none.
    ///
    /// ```
    /// use layers::MultiLayerNet;
    /// use nalgebra::dmatrix;
    /// use optimizers::{Rule, Sgd};
    ///
    /// let mut net = MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let before = net.clone();
    /// assert_eq!(net.freeze("0")?, 2);
    /// net.gradient(&dmatrix![1.0, -2.0], &[1]);
    /// Sgd { lr: 0.1 }.build()?.step(&mut net)?;
    /// let weight = |net: &layers::Sequential<f64>, name| net.param(name).unwrap().value.clone();
    /// assert_eq!(weight(&net, "0.weight"), weight(&before, "0.weight"));
    /// assert_ne!(weight(&net, "2.weight"), weight(&before, "2.weight"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn freeze(&mut self, name: &str) -> Result<usize, LayerError> {
        self.set_frozen(name, true)
    }

    /// Undoes [`freeze`](Self::freeze).
    ///
    /// # Errors
    /// As `freeze`.
    pub fn unfreeze(&mut self, name: &str) -> Result<usize, LayerError> {
        self.set_frozen(name, false)
    }

    fn set_frozen(&mut self, name: &str, frozen: bool) -> Result<usize, LayerError> {
        let mut count = 0;
        self.visit_params_mut(|param| {
            let rest = param.name.strip_prefix(name);
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
                param.frozen = frozen;
                count += 1;
            }
        });
        if count > 0 {
            return Ok(count);
        }
        let known: Vec<_> = self.params().into_iter().map(|param| param.name.clone()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(LayerError::UnknownParam { name: name.to_owned(), known })
    }

    /// Whether all parameters are finite. False once training has diverged.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// assert!(net.is_finite());
    /// net.params_mut()[0].value[0] = f64::NAN;
    /// assert!(!net.is_finite());
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn is_finite(&self) -> bool {
        let mut finite = true;
        self.visit_params(|param| {
            let values = param.value.as_slice();
            // A finite sum, which is fast, has finite terms; finite terms may have an infinite sum.
            finite &= sum_slice(values).is_finite() || values.iter().all(|v| v.is_finite());
        });
        finite
    }

    pub(super) fn visit_params<'a>(&'a self, mut visitor: impl FnMut(&'a Param<T>)) {
        self.visit(&mut |state| {
            if let State::Param(param) = state {
                visitor(param);
            }
        });
    }

    pub(super) fn visit_params_mut<'a>(&'a mut self, mut visitor: impl FnMut(&'a mut Param<T>)) {
        self.visit_mut(&mut |state| {
            if let StateMut::Param(param) = state {
                visitor(param);
            }
        });
    }
}

/// Lends the parameters to an optimizer. Only weights decay.
impl<T: Scalar> Slots<T> for Sequential<T> {
    fn len(&self) -> usize {
        self.links.iter().map(|link| link.params).sum()
    }

    fn slot(&mut self, index: usize) -> Slot<'_, T> {
        let (layer, place) = self.layer_of(index);
        let (mut at, mut found) = (0, None);
        self.layers[layer].visit_mut(&mut |state| {
            if let StateMut::Param(param) = state {
                if at == place {
                    found = Some(param);
                }
                at += 1;
            }
        });
        let param = found.expect("an index below len()");
        Slot {
            decay: param.role == Role::Weight,
            value: param.value.as_mut_slice(),
            grad: param.grad.as_mut_slice(),
        }
    }

    fn frozen(&self, index: usize) -> bool {
        let (layer, place) = self.layer_of(index);
        let (mut at, mut frozen) = (0, false);
        self.layers[layer].visit(&mut |state| {
            if let State::Param(param) = state {
                frozen |= at == place && param.frozen;
                at += 1;
            }
        });
        frozen
    }
}

impl<T: Scalar> Sequential<T> {
    /// The layer of a parameter, and the parameter's place in it. To visit all layers for each
    /// parameter would take a hundredth of a step.
    fn layer_of(&self, index: usize) -> (usize, usize) {
        let mut place = index;
        for (layer, link) in self.links.iter().enumerate() {
            match place.checked_sub(link.params) {
                Some(rest) => place = rest,
                None => return (layer, place),
            }
        }
        panic!("the network has no parameter number {index}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MultiLayerNet;
    use init::Seed;
    use nalgebra::dmatrix;
    use optimizers::{Momentum, Rule};

    #[test]
    fn a_name_that_no_parameter_has_is_an_error_that_lists_all() {
        let mut net = MultiLayerNet::new(2, &[3], 2).build::<f32>(Seed::new(1)).unwrap();
        let error = net.freeze("1").unwrap_err().to_string();
        let known = "0.weight, 0.bias, 2.weight, 2.bias";
        assert_eq!(error, format!("no parameter is called \"1\"; there are {known}"));
        assert!(net.freeze("2.w").is_err());
        let error = Sequential::<f32>::new(2).freeze("0").unwrap_err().to_string();
        assert_eq!(error, "no parameter is called \"0\"; there are none");
        assert!(net.param("0.gamma").is_none() && net.param("9.weight").is_none());
    }

    /// While frozen, the velocity of the first layer stands still, and goes on afterwards.
    #[test]
    fn an_optimizer_keeps_the_state_of_frozen_parameters() {
        let mut net = MultiLayerNet::new(2, &[3], 2).build::<f64>(Seed::new(1)).unwrap();
        let mut momentum = Momentum::default().build().unwrap();
        let mut step = |net: &mut Sequential<f64>| {
            net.gradient(&dmatrix![1.0, -2.0], &[1]);
            momentum.step(net).unwrap();
            momentum.state().arrays[0].values[..9].to_vec()
        };
        let first = step(&mut net);
        net.freeze("0").unwrap();
        assert_eq!(step(&mut net), first);
        net.unfreeze("0").unwrap();
        assert_ne!(step(&mut net), first);
    }
}
