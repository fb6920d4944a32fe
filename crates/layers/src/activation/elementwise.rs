//! The layer that applies an activation function.

use std::fmt::Debug;

use kernels::{Scalar, with_wide_registers};
use nalgebra::DMatrix;

use crate::layer::assert_same_shape;
use crate::{Input, Layer, LayerError, Mode};

/// A scalar function, which [`Elementwise`] applies to every element.
///
/// # Example
/// Your own function:
/// ```
/// use layers::{Elementwise, Sequential, activation::Function};
/// use nalgebra::dmatrix;
/// use kernels::Scalar;
///
/// #[derive(Clone, Debug)]
/// struct Square;
///
/// impl Function for Square {
///     const NAME: &'static str = "square";
///     fn value<T: Scalar>(&self, x: T) -> T {
///         x * x
///     }
///     fn slope<T: Scalar>(&self, x: T, _: T) -> T {
///         x + x
///     }
/// }
///
/// let mut net = Sequential::new(2).push(Elementwise(Square))?;
/// assert_eq!(net.predict(&dmatrix![3.0_f64, -1.0]), &dmatrix![9.0, 1.0]);
/// # Ok::<(), layers::LayerError>(())
/// ```
pub trait Function: Clone + Debug + Send + Sync + 'static {
    /// The name on a command line, in lower case.
    const NAME: &'static str;
    /// The name and the settings, which checkpoints keep; by default the name alone.
    fn description(&self) -> String {
        Self::NAME.to_owned()
    }
    /// y = f(x).
    ///
    /// ```
    /// use layers::activation::{Function, Relu};
    ///
    /// assert_eq!(Relu.value(-2.0_f32), 0.0);
    /// ```
    fn value<T: Scalar>(&self, x: T) -> T;
    /// f′(x), given x and y = f(x).
    ///
    /// ```
    /// use layers::activation::{Function, Relu};
    ///
    /// assert_eq!(Relu.slope(3.0_f32, 3.0), 1.0);
    /// ```
    fn slope<T: Scalar>(&self, x: T, y: T) -> T;
}

/// The layer that applies a [`Function`] to every element: y = f(x), dx = dy·f′(x).
///
/// x and y have the same shape, (batch, features). There are no parameters.
///
/// # Example
/// ```
/// use layers::{Elementwise, Sequential, activation::Relu};
/// use nalgebra::dmatrix;
///
/// let mut net = Sequential::new(2).push(Elementwise(Relu))?;
/// assert_eq!(net.predict(&dmatrix![1.0_f64, -1.0]), &dmatrix![1.0, 0.0]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Elementwise<F>(pub F);

impl<T: Scalar, F: Function> Layer<T> for Elementwise<F> {
    fn name(&self) -> &str {
        F::NAME
    }

    fn description(&self) -> String {
        self.0.description()
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        Ok(inputs)
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, _: Mode) {
        let x = x.dense();
        assert_same_shape(F::NAME, x, y);
        let pairs = y.as_mut_slice().iter_mut().zip(x.as_slice());
        with_wide_registers(|| pairs.for_each(|(y, &x)| *y = self.0.value(x)));
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        y: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        let (x, Some(dx)) = (x.dense(), dx) else { return };
        assert_same_shape(F::NAME, dy, dx);
        assert_same_shape(F::NAME, x, dy);
        let (x, y) = (x.as_slice(), y.as_slice());
        let values = dx.as_mut_slice().iter_mut().zip(dy.as_slice()).zip(x).zip(y);
        with_wide_registers(|| {
            values.for_each(|(((dx, &dy), &x), &y)| *dx = dy * self.0.slope(x, y));
        });
    }
}
