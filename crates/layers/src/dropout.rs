//! Dropout.

use kernels::{Scalar, with_wide_registers};
use nalgebra::DMatrix;
use rand::Rng;
use rand::rngs::ChaCha8Rng;

use crate::layer::assert_same_shape;
use crate::{Generator, Input, Layer, LayerError, Mode, State, StateMut};

/// Which mode compensates for the units that dropout removes.
///
/// # Example
/// ```
/// use layers::DropoutScaling;
///
/// assert_eq!(DropoutScaling::default(), DropoutScaling::AtEvaluation);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DropoutScaling {
    /// As in the book: evaluation multiplies by 1 − ratio, training leaves the kept units alone.
    #[default]
    AtEvaluation,
    /// As in PyTorch ("inverted dropout"): training divides the kept units by the probability of
    /// keeping one, 1 − ratio; evaluation changes nothing.
    AtTraining,
}

/// Removes each unit with probability `ratio` in training: y = x·m, where m is 0 or 1.
///
/// With [`DropoutScaling::AtEvaluation`] (the book's) evaluation gives y = x·(1 − ratio); with
/// [`DropoutScaling::AtTraining`] training gives y = x·m/(1 − ratio) and evaluation y = x.
/// Backward: dx = dy·m, scaled like y. Shapes: x and y (batch, features). There are no defaults;
/// the notebook's class defaults to 0.5, its experiment uses 0.2.
///
/// Whether a unit is kept is decided by 16 random bits, so the actual probability differs from
/// `ratio` by up to 2⁻¹⁷ = 8·10⁻⁶, and the probability of keeping a unit is at least 2⁻¹⁶. Training
/// divides by the actual probability of keeping a unit, so that the mean stays the same at every
/// ratio. Evaluation in the book's mode multiplies by 1 − ratio, as the book does: at a ratio of
/// 0.9999 this is 7 % less than the mean in training. (The notebook and PyTorch compare a random
/// float with the ratio.)
///
/// Source: the book, section 6.4.3; Srivastava et al. 2014 (JMLR 15:1929).
///
/// # Example
/// ```
/// use init::{Purpose, Seed};
/// use layers::{Dropout, DropoutScaling, Layer, Mode};
/// use nalgebra::DMatrix;
///
/// let rng = Seed::new(1).stream(Purpose::Dropout, 0);
/// let mut dropout = Dropout::new(0.2, DropoutScaling::AtEvaluation, rng)?;
/// let x = DMatrix::<f64>::from_element(100, 100, 1.0);
/// let mut y = DMatrix::zeros(100, 100);
/// dropout.forward((&x).into(), &mut y, Mode::Train);
/// assert!((y.mean() - 0.8).abs() < 0.02);
/// dropout.forward((&x).into(), &mut y, Mode::Eval);
/// assert_eq!(y[(0, 0)], 0.8);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dropout {
    ratio: f64,
    scaling: DropoutScaling,
    generator: Generator,
    /// The units that every training pass keeps instead of random ones.
    given: Option<DMatrix<bool>>,
    /// The random bits of the last training pass, two bytes per unit.
    bytes: Vec<u8>,
}

impl Dropout {
    /// A layer that drops units with probability `ratio`, drawn from `rng`.
    ///
    /// # Errors
    /// [`LayerError::Hyperparameter`] unless 0 ≤ ratio < 1.
    ///
    /// ```
    /// use init::{Purpose, Seed};
    /// use layers::{Dropout, DropoutScaling};
    ///
    /// let rng = Seed::new(1).stream(Purpose::Dropout, 0);
    /// let error = Dropout::new(1.0, DropoutScaling::default(), rng).unwrap_err();
    /// assert_eq!(error.to_string(), "dropout's ratio must be at least 0 and below 1, found 1");
    /// ```
    pub fn new(ratio: f64, scaling: DropoutScaling, rng: ChaCha8Rng) -> Result<Self, LayerError> {
        let (name, expected) = ("dropout's ratio", "at least 0 and below 1");
        LayerError::check_hyperparameter((0.0..1.0).contains(&ratio), name, expected, ratio)?;
        let generator = Generator { name: "generator".to_owned(), rng };
        Ok(Self { ratio, scaling, generator, given: None, bytes: Vec::new() })
    }

    /// Has every training pass keep the units that are true in `kept`, a (batch, features) matrix,
    /// instead of random ones; with `None` they are random again. The scale stays that of the
    /// ratio.
    ///
    /// In a network, [`Sequential::layer_mut`](crate::Sequential::layer_mut) finds the layer.
    ///
    /// # Panics
    /// The next pass panics if `kept` does not have the shape of its batch.
    ///
    /// ```
    /// use init::Seed;
    /// use layers::{Dropout, DropoutScaling, Mode, Sequential};
    /// use nalgebra::dmatrix;
    ///
    /// let mut net = Sequential::<f64>::features(3).dropout(0.5).build(Seed::new(1))?;
    /// let dropout: &mut Dropout = net.layer_mut("0").expect("the only layer");
    /// dropout.keep(Some(dmatrix![true, false, true]));
    /// let y = net.forward(&dmatrix![1.0, 2.0, 3.0], Mode::Train);
    /// assert_eq!(y, &dmatrix![1.0, 0.0, 3.0]);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn keep(&mut self, kept: Option<DMatrix<bool>>) {
        self.given = kept;
    }

    /// Sets the random bits of a training pass for a batch of this shape.
    fn draw(&mut self, shape: (usize, usize)) {
        self.bytes.resize(2 * shape.0 * shape.1, 0);
        let Some(kept) = &self.given else { return self.generator.rng.fill_bytes(&mut self.bytes) };
        assert_eq!(kept.shape(), shape, "dropout: the units to keep must have the batch's shape");
        for (bits, &keep) in self.bytes.as_chunks_mut::<2>().0.iter_mut().zip(kept) {
            *bits = [if keep { u8::MAX } else { 0 }; 2];
        }
    }

    // ANCHOR: evaluation
    /// The factor of every unit in evaluation.
    pub(crate) fn evaluation_scale(&self) -> f64 {
        match self.scaling {
            DropoutScaling::AtEvaluation => 1.0 - self.ratio,
            DropoutScaling::AtTraining => 1.0,
        }
    }
    // ANCHOR_END: evaluation

    /// `out` ← `input`·m, with the scale of training.
    fn mask<T: Scalar>(&self, input: &DMatrix<T>, out: &mut DMatrix<T>) {
        assert_same_shape("dropout", input, out);
        let units = self.bytes.len() / 2;
        assert_eq!(units, input.len(), "dropout: backward must follow forward in Mode::Train");
        let threshold = ((self.ratio * 65536.0).round() as u32).min(65535);
        // Bits of 0 mean "drop" in given units, also at a ratio of 0.
        let least = if self.given.is_some() { threshold.max(1) } else { threshold };
        let kept = match self.scaling {
            DropoutScaling::AtEvaluation => T::one(),
            DropoutScaling::AtTraining => T::of(65536.0 / f64::from(65536 - threshold)),
        };
        let values = out.as_mut_slice().iter_mut().zip(input.as_slice());
        with_wide_registers(|| {
            // ANCHOR: mask
            for ((out, &value), bits) in values.zip(self.bytes.as_chunks::<2>().0) {
                let keep = u32::from(u16::from_le_bytes(*bits)) >= least;
                *out = value * if keep { kept } else { T::zero() };
            }
            // ANCHOR_END: mask
        });
    }
}

impl<T: Scalar> Layer<T> for Dropout {
    fn name(&self) -> &str {
        "dropout"
    }

    fn description(&self) -> String {
        format!("dropout ratio={} scale={}", self.ratio, self.evaluation_scale())
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        Ok(inputs)
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, mode: Mode) {
        let x = x.dense();
        match mode {
            Mode::Train => {
                self.draw(x.shape());
                self.mask(x, y);
            }
            Mode::Eval => {
                assert_same_shape("dropout", x, y);
                let scale = T::of(self.evaluation_scale());
                let values = y.as_mut_slice().iter_mut().zip(x.as_slice());
                with_wide_registers(|| values.for_each(|(y, &x)| *y = x * scale));
            }
        }
    }

    fn backward(
        &mut self,
        _: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        if let Some(dx) = dx {
            self.mask(dy, dx);
        }
    }

    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, T>)) {
        visitor(State::Generator(&self.generator));
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, T>)) {
        visitor(StateMut::Generator(&mut self.generator));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use init::{Purpose, Seed};

    fn trained(ratio: f64, scaling: DropoutScaling, shape: (usize, usize)) -> DMatrix<f64> {
        let mut layer =
            Dropout::new(ratio, scaling, Seed::new(1).stream(Purpose::Dropout, 0)).unwrap();
        let mut y = DMatrix::zeros(shape.0, shape.1);
        let x = DMatrix::from_element(shape.0, shape.1, 1.0);
        layer.forward((&x).into(), &mut y, Mode::Train);
        y
    }

    #[test]
    fn value_stability() {
        let y = trained(0.5, DropoutScaling::AtEvaluation, (1, 12));
        let kept: String = y.iter().map(|&v| if v == 1.0 { '1' } else { '0' }).collect();
        assert_eq!(kept, "101000011010");
    }

    /// For inputs of 1 the outputs have mean 1, to within 5 standard deviations √((1/p − 1)/n),
    /// where p is the probability of keeping a unit.
    #[test]
    fn scaling_at_training_keeps_the_mean_at_every_ratio() {
        let n: f64 = 4e6;
        for (ratio, p) in
            [(0.3, 0.7), (0.9999, 1e-4), (0.99999, 1.0 / 65536.0), (0.999_995, 1.0 / 65536.0)]
        {
            let mean = trained(ratio, DropoutScaling::AtTraining, (2000, 2000)).mean();
            let spread = 5.0 * ((1.0 / p - 1.0) / n).sqrt();
            assert!((mean - 1.0).abs() < spread, "ratio {ratio}: {mean}, and not within {spread}");
        }
    }

    /// Of n = 10⁶ units, the share kept lies within 5 standard deviations √(r(1−r)/n).
    #[test]
    fn the_share_kept_is_one_minus_the_ratio() {
        for ratio in [0.0, 0.2, 0.5, 0.9] {
            let kept = trained(ratio, DropoutScaling::AtEvaluation, (1000, 1000)).mean();
            let bound = 5.0 * (ratio * (1.0 - ratio) / 1e6).sqrt() + 1e-5;
            assert!((kept - (1.0 - ratio)).abs() <= bound, "{ratio}: {kept}");
        }
    }

    #[test]
    fn inverted_dropout_keeps_the_mean_and_leaves_evaluation_alone() {
        let y = trained(0.2, DropoutScaling::AtTraining, (500, 500));
        assert!(y.iter().all(|&v| v == 0.0 || (v - 1.25).abs() < 1e-5));
        assert!((y.mean() - 1.0).abs() < 0.005);
    }

    #[test]
    fn backward_passes_exactly_the_units_that_forward_kept() {
        let rng = Seed::new(2).stream(Purpose::Dropout, 0);
        let mut layer = Dropout::new(0.4, DropoutScaling::AtTraining, rng).unwrap();
        let x = DMatrix::<f64>::from_element(20, 30, 1.0);
        let (mut y, mut dx) = (x.clone(), x.clone());
        layer.forward((&x).into(), &mut y, Mode::Train);
        layer.backward((&x).into(), &y, &x, Some(&mut dx));
        assert_eq!(dx, y);
    }

    #[test]
    #[should_panic(expected = "dropout: backward must follow forward in Mode::Train")]
    fn backward_without_forward_is_refused() {
        let rng = Seed::new(1).stream(Purpose::Dropout, 0);
        let mut layer = Dropout::new(0.5, DropoutScaling::default(), rng).unwrap();
        let x = DMatrix::<f64>::zeros(2, 3);
        layer.backward((&x).into(), &x, &x, Some(&mut x.clone()));
    }

    #[test]
    fn ratios_outside_their_range_are_refused() {
        for ratio in [-0.1, 1.0, f64::NAN] {
            let rng = Seed::new(1).stream(Purpose::Dropout, 0);
            assert!(Dropout::new(ratio, DropoutScaling::default(), rng).is_err());
        }
    }
}
