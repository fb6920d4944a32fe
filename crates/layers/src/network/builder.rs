//! Networks built layer by layer, with the shapes inferred.

use std::fmt;
use std::sync::Arc;

use init::{Fans, Initialize, Initializer, Purpose, Seed};
use kernels::Scalar;
use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;
use tensor_ops::{ImageShape, Window};

use super::Sequential;
use crate::{
    Activation, Affine, AveragePooling, BatchNorm, Convolution, Dropout, DropoutScaling, Layer,
    LayerError, MaxPooling, Param, Role,
};

/// Builds a [`Sequential`] layer by layer; [`Sequential::images`] and [`Sequential::features`]
/// start one.
///
/// Each layer takes what the one before gives. What does not fit is an error of
/// [`build`](Self::build) that names the layer. The weights of the i-th affine or convolutional
/// layer are drawn from the stream (seed, [`Purpose::Weights`], i), the i-th dropout draws from
/// (seed, [`Purpose::Dropout`], i). Networks that become layers of one network need a seed each,
/// such as [`seed.unit(1)`](Seed::unit): from the same seed they draw the same weights.
///
/// # Example
/// A convolutional network like the book's:
/// ```
/// use init::Seed;
/// use layers::Sequential;
///
/// let mut net = Sequential::<f32>::images(1, 28, 28)
///     .conv(30, 5)
///     .relu()
///     .max_pool(2)
///     .affine(100)
///     .relu()
///     .affine(10)
///     .build(Seed::new(1))?;
/// assert_eq!(net.predict(&nalgebra::DMatrix::zeros(2, 784)).shape(), (2, 10));
///
/// let net = Sequential::<f32>::images(1, 28, 28).conv(30, 6).relu().max_pool(2);
/// let message = "layer 2 (max_pooling): a window of 2 in steps of 2 leaves 1 of 23 + 2·0 \
///     uncovered: change the stride or the padding, or leave them out by `floor`";
/// assert_eq!(net.build(Seed::new(1)).unwrap_err().to_string(), message);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[must_use]
pub struct Builder<T: Scalar> {
    input: Shape,
    initializer: Fill<T>,
    steps: Vec<Step<T>>,
}

/// What flows between layers.
#[derive(Clone, Copy)]
enum Shape {
    Features(usize),
    Image(ImageShape),
}

/// Sets the weights of a layer with these fans.
type Fill<T> = Arc<dyn Fn(&mut DMatrix<T>, Fans, &mut ChaCha8Rng)>;

/// The kind of a layer, and what makes it for an input and gives the shape of its output.
type Step<T> = (String, Box<dyn FnOnce(Shape, &mut Draws) -> Made<T>>);
type Made<T> = Result<(Box<dyn Layer<T>>, Shape), LayerError>;

/// The random streams that are still unused.
struct Draws {
    seed: Seed,
    weights: u64,
    dropouts: u64,
}

impl Draws {
    fn weights(&mut self) -> ChaCha8Rng {
        self.weights += 1;
        self.seed.stream(Purpose::Weights, self.weights - 1)
    }

    fn dropout(&mut self) -> ChaCha8Rng {
        self.dropouts += 1;
        self.seed.stream(Purpose::Dropout, self.dropouts - 1)
    }
}

impl Shape {
    fn features(self) -> usize {
        match self {
            Self::Features(features) => features,
            Self::Image(image) => image.features(),
        }
    }

    fn image(self) -> Result<ImageShape, LayerError> {
        match self {
            Self::Features(found) => Err(LayerError::NoImage { found }),
            Self::Image(image) => Ok(image),
        }
    }
}

impl<T: Scalar> Sequential<T> {
    /// Starts a network of `features` inputs.
    ///
    /// ```
    /// let net = layers::Sequential::<f32>::features(784).affine(100).relu().affine(10);
    /// let net = net.build(init::Seed::new(1))?;
    /// assert_eq!(net.param("2.weight").unwrap().value.shape(), (100, 10));
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn features(features: usize) -> Builder<T> {
        Builder::new(Shape::Features(features))
    }

    /// Starts a network of images.
    ///
    /// ```
    /// let net = layers::Sequential::<f32>::images(3, 32, 32).conv(8, 3).relu().affine(10);
    /// let net = net.build(init::Seed::new(1))?;
    /// assert_eq!(net.param("2.weight").unwrap().value.shape(), (8 * 30 * 30, 10));
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn images(channels: usize, height: usize, width: usize) -> Builder<T> {
        Builder::new(Shape::Image(ImageShape { channels, height, width }))
    }
}

impl<T: Scalar> Builder<T> {
    fn new(input: Shape) -> Self {
        Self { input, initializer: fill(Initializer::He), steps: Vec::new() }
    }

    fn step(
        mut self,
        name: &str,
        make: impl FnOnce(Shape, &mut Draws) -> Made<T> + 'static,
    ) -> Self {
        self.steps.push((name.to_owned(), Box::new(make)));
        self
    }

    /// Sets how the weights of the layers after this are initialised; He at first.
    ///
    /// ```
    /// use init::Initializer::Zeros;
    ///
    /// let net = layers::Sequential::<f32>::features(2).initializer(Zeros).affine(3);
    /// let net = net.build(init::Seed::new(1))?;
    /// assert_eq!(net.param("0.weight").unwrap().value.amax(), 0.0);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn initializer(self, initializer: impl Initialize + 'static) -> Self {
        Self { initializer: fill(initializer), ..self }
    }

    /// An [`Affine`] layer of this many units. Images need not be flattened.
    pub fn affine(self, units: usize) -> Self {
        let initializer = Arc::clone(&self.initializer);
        self.step("affine", move |shape, draws| {
            let mut weight = Param::zeros("weight", Role::Weight, shape.features(), units);
            let fans = Fans::of(&weight.value);
            initializer(&mut weight.value, fans, &mut draws.weights());
            Ok((Box::new(Affine::from_weight(weight)), Shape::Features(units)))
        })
    }

    /// A [`Convolution`] of `filters` square windows, with stride 1 and no padding.
    pub fn conv(self, filters: usize, size: usize) -> Self {
        self.conv_with(filters, Window::new(size, size))
    }

    /// A [`Convolution`] of `filters` such windows.
    ///
    /// ```
    /// use layers::Sequential;
    /// use tensor_ops::Window;
    ///
    /// let window = Window::new(5, 5).pad(2);
    /// let net = Sequential::<f32>::images(1, 28, 28).conv_with(8, window).max_pool(2);
    /// let net = net.affine(10).build(init::Seed::new(1))?;
    /// assert_eq!(net.param("2.weight").unwrap().value.nrows(), 8 * 14 * 14);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn conv_with(self, filters: usize, window: Window) -> Self {
        let initializer = Arc::clone(&self.initializer);
        self.step("convolution", move |shape, draws| {
            let rng = &mut draws.weights();
            let fill = |weights: &mut DMatrix<T>, fans| initializer(weights, fans, rng);
            let layer = Convolution::filled(shape.image()?, filters, window, fill)?;
            let output = Shape::Image(layer.output_shape());
            Ok((Box::new(layer), output))
        })
    }

    /// [`MaxPooling`] over squares that touch each other.
    pub fn max_pool(self, size: usize) -> Self {
        self.max_pool_with(Window::new(size, size).stride(size))
    }

    /// [`MaxPooling`] over such windows.
    pub fn max_pool_with(self, window: Window) -> Self {
        self.step("max_pooling", move |shape, _| {
            let layer = MaxPooling::new(shape.image()?, window)?;
            let output = Shape::Image(layer.output_shape());
            Ok((Box::new(layer), output))
        })
    }

    /// [`AveragePooling`] over squares that touch each other.
    pub fn average_pool(self, size: usize) -> Self {
        self.average_pool_with(Window::new(size, size).stride(size))
    }

    /// [`AveragePooling`] over such windows.
    pub fn average_pool_with(self, window: Window) -> Self {
        self.step("average_pooling", move |shape, _| {
            let layer = AveragePooling::new(shape.image()?, window)?;
            let output = Shape::Image(layer.output_shape());
            Ok((Box::new(layer), output))
        })
    }

    /// [`Activation::Relu`].
    pub fn relu(self) -> Self {
        self.activation(Activation::Relu)
    }

    /// An activation by name.
    pub fn activation(self, activation: Activation) -> Self {
        let layer = activation.layer::<T>();
        self.step(&activation.to_string(), move |shape, _| Ok((layer, shape)))
    }

    /// [`BatchNorm`], of each channel if images come in, else of each feature.
    pub fn batch_norm(self) -> Self {
        self.step("batch_norm", |shape, _| {
            let layer = match shape {
                Shape::Features(features) => BatchNorm::new(features),
                Shape::Image(image) => BatchNorm::per_channel(image),
            };
            Ok((Box::new(layer), shape))
        })
    }

    /// [`Dropout`] of this ratio, scaled at evaluation as in the book.
    pub fn dropout(self, ratio: f64) -> Self {
        self.step("dropout", move |shape, draws| {
            let layer = Dropout::new(ratio, DropoutScaling::AtEvaluation, draws.dropout())?;
            Ok((Box::new(layer), shape))
        })
    }

    /// A layer of your own. If it gives as many features as it takes, images stay images.
    ///
    /// ```
    /// use layers::{Elementwise, Sequential, activation::LeakyRelu};
    ///
    /// let leaky = Elementwise(LeakyRelu { slope: 0.2 });
    /// let net = Sequential::<f32>::features(2).affine(3).layer(leaky);
    /// assert_eq!(net.build(init::Seed::new(1))?.layers()[1].name(), "leaky-relu");
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn layer(self, layer: impl Layer<T>) -> Self {
        let name = layer.name().to_owned();
        self.step(&name, move |shape, _| {
            let outputs = layer.outputs(shape.features())?;
            let same = outputs == shape.features();
            Ok((Box::new(layer), if same { shape } else { Shape::Features(outputs) }))
        })
    }

    /// The network, with newly drawn weights.
    ///
    /// # Errors
    /// [`LayerError::At`] if a layer cannot be built for what comes in.
    pub fn build(self, seed: Seed) -> Result<Sequential<T>, LayerError> {
        let mut net = Sequential::new(self.input.features());
        let (mut shape, mut draws) = (self.input, Draws { seed, weights: 0, dropouts: 0 });
        for (position, (name, make)) in self.steps.into_iter().enumerate() {
            let at = |error| LayerError::At { position, name, error: Box::new(error) };
            let (layer, output) = make(shape, &mut draws).map_err(at)?;
            net = net.push_boxed(layer)?;
            shape = output;
        }
        Ok(net)
    }
}

fn fill<T: Scalar>(initializer: impl Initialize + 'static) -> Fill<T> {
    Arc::new(move |weights, fans, rng| initializer.fill_with_fans(weights, fans, rng))
}

impl<T: Scalar> fmt::Debug for Builder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.steps.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(net: Builder<f32>) -> String {
        net.build(Seed::new(1)).unwrap_err().to_string()
    }

    #[test]
    fn a_layer_that_does_not_fit_is_named_with_its_place() {
        let flat = Sequential::features(784).affine(10).conv(8, 3);
        let message = "layer 1 (convolution): it takes images, but 10 features come in";
        assert_eq!(error(flat), message);
        let large = Sequential::images(1, 4, 4).conv(8, 3).relu().conv(8, 3);
        assert!(error(large).starts_with("layer 2 (convolution): a window of 3 does not fit"));
        let dropout = Sequential::features(3).dropout(1.0);
        assert!(error(dropout).starts_with("layer 0 (dropout): dropout's ratio must be"));
        let norm = Sequential::features(3).layer(BatchNorm::new(4));
        let message = "layer 0 (batch_norm): it takes 4 features, but 3 come in";
        assert_eq!(error(norm), message);
    }

    /// So that the book's networks and these start from the same weights.
    #[test]
    fn weights_are_those_of_multi_layer_net() {
        let built = Sequential::<f64>::features(5).affine(4).relu().affine(3);
        let built = built.build(Seed::new(3)).unwrap();
        let book = crate::MultiLayerNet::new(5, &[4], 3).build::<f64>(Seed::new(3)).unwrap();
        for name in ["0.weight", "2.weight"] {
            assert_eq!(built.param(name).unwrap().value, book.param(name).unwrap().value);
        }
    }

    #[test]
    fn pixels_that_no_window_reaches_are_left_out_if_asked_to() {
        let window = Window::new(2, 2).stride(2).floor();
        let net = Sequential::<f32>::images(1, 5, 5).average_pool_with(window).affine(1);
        let mut net = net.build(Seed::new(1)).unwrap();
        let edge = |i: usize| i / 5 == 4 || i % 5 == 4;
        let x = DMatrix::from_fn(1, 25, |_, i| if edge(i) { f32::NAN } else { 1.0 });
        assert!(net.predict(&x)[0].is_finite());
    }
}
