//! Layers, losses and whole networks against textbook formulas in NumPy and against PyTorch.
//! `docs/reference/layers.py` wrote the expected values, and the versions used, to
//! `../goldens/layers.json`.

use init::{Initializer, Purpose, Seed};
use layers::{
    Activation, Affine, BatchNorm, Convolution, Dropout, DropoutScaling, Layer, Loss, LossFunction,
    MaxPooling, Mode, MultiLayerNet, Role, Sequential, Targets,
};
use nalgebra::DMatrix;
use optimizers::{Rule, Sgd};
use serde::Deserialize;
use tensor_ops::{ImageShape, Window};

use crate::state::{buffers, buffers_mut, params, params_mut};

#[derive(Deserialize)]
struct Golden {
    layers: Vec<LayerCase>,
    batch_norm: Vec<BatchNormCase>,
    dropout: DropoutCase,
    losses: Vec<LossCase>,
    networks: Networks,
    torch_tanh_gelu: Curve,
}

/// The input, output and gradients of a layer. Matrices are row-major, parameters in PyTorch's
/// layout.
#[derive(Deserialize)]
struct LayerCase {
    name: String,
    batch: usize,
    image: Option<[usize; 3]>,
    window: Option<[usize; 4]>,
    x: Vec<f64>,
    dy: Vec<f64>,
    params: Vec<Vec<f64>>,
    textbook: Passes,
    torch: Passes,
}

#[derive(Deserialize)]
struct Passes {
    y: Vec<f64>,
    dx: Vec<f64>,
    grads: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct BatchNormCase {
    name: String,
    batch: usize,
    image: Option<[usize; 3]>,
    params: Vec<Vec<f64>>,
    steps: Vec<BatchNormStep>,
    x_eval: Vec<f64>,
    y_eval_before: Vec<f64>,
    y_eval: Vec<f64>,
    torch_y_eval: Vec<f64>,
}

#[derive(Deserialize)]
struct BatchNormStep {
    x: Vec<f64>,
    dy: Vec<f64>,
    textbook: Passes,
    running: [Vec<f64>; 2],
    torch: Passes,
    torch_running: [Vec<f64>; 2],
    torch_default_eps_y: Vec<f64>,
}

#[derive(Deserialize)]
struct DropoutCase {
    ratio: f64,
    batch: usize,
    x: Vec<f64>,
    textbook: DropoutModes,
    torch: DropoutModes,
}

/// The outputs of each unit: in training if it is kept, and in evaluation.
#[derive(Deserialize)]
struct DropoutModes {
    kept: Vec<f64>,
    eval: Vec<f64>,
}

#[derive(Deserialize)]
struct LossCase {
    name: String,
    batch: usize,
    scores: Vec<f64>,
    targets: Vec<f64>,
    labels: Option<Vec<usize>>,
    textbook: LossAndGradient,
    torch: LossAndGradient,
}

#[derive(Deserialize)]
struct LossAndGradient {
    loss: f64,
    gradient: Vec<f64>,
}

/// Ten steps of SGD on one batch with 6-5-4-3 networks that start from the same weights.
#[derive(Deserialize)]
struct Networks {
    rate: f64,
    x: Vec<f64>,
    labels: Vec<usize>,
    start: Vec<Vec<f64>>,
    cases: Vec<NetworkCase>,
}

#[derive(Deserialize)]
struct NetworkCase {
    batch_norm: bool,
    decay: f64,
    textbook: Training,
    torch: Training,
}

/// The loss before each step, the gradients of the first step, and the state after the last.
#[derive(Deserialize)]
struct Training {
    losses: Vec<f64>,
    grads: Vec<Vec<f64>>,
    params: Vec<Vec<f64>>,
    #[serde(default)]
    running: Vec<Vec<f64>>,
    #[serde(default)]
    scores: Vec<f64>,
}

#[derive(Deserialize)]
struct Curve {
    x: Vec<f64>,
    y: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../goldens/layers.json")).unwrap()
}

fn image([channels, height, width]: [usize; 3]) -> ImageShape {
    ImageShape { channels, height, width }
}

/// The matrix with `rows` rows that NumPy flattened.
fn matrix(rows: usize, values: &[f64]) -> DMatrix<f64> {
    DMatrix::from_row_slice(rows, values.len() / rows, values)
}

fn row_major(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.transpose().as_slice().to_vec()
}

fn set_params<'a>(layer: &mut dyn Layer<f64>, values: impl IntoIterator<Item = &'a Vec<f64>>) {
    for (param, values) in params_mut(layer).into_iter().zip(values) {
        param.value.copy_from_slice(values);
    }
}

/// Within 1e-12 of the largest value of the array. The 1e-15 is for gradients that are 0 except for
/// rounding, such as that of a bias before batch normalisation.
fn assert_close(ours: &[f64], golden: &[f64], what: &str) {
    assert_eq!(ours.len(), golden.len(), "{what}");
    let scale = golden.iter().fold(0.0_f64, |max, v| max.max(v.abs()));
    for (i, (a, b)) in ours.iter().zip(golden).enumerate() {
        assert!((a - b).abs() <= 1e-12 * scale + 1e-15, "{what}[{i}]: {a} is not {b}");
    }
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Checks forward and backward in training.
fn assert_passes(
    layer: &mut dyn Layer<f64>,
    [x, dy]: [&DMatrix<f64>; 2],
    golden: &Passes,
    what: &str,
) {
    let mut y = DMatrix::zeros(x.nrows(), layer.outputs(x.ncols()).unwrap());
    let mut dx = DMatrix::from_element(x.nrows(), x.ncols(), f64::NAN);
    layer.forward(x.into(), &mut y, Mode::Train);
    layer.backward(x.into(), &y, dy, Some(&mut dx));
    assert_close(&row_major(&y), &golden.y, &format!("{what}: y"));
    assert_close(&row_major(&dx), &golden.dx, &format!("{what}: dx"));
    assert_eq!(params(layer).len(), golden.grads.len(), "{what}");
    for (param, grad) in params(layer).into_iter().zip(&golden.grads) {
        assert_close(param.grad.as_slice(), grad, &format!("{what}: gradient of {}", param.name));
    }
}

fn evaluated(layer: &mut dyn Layer<f64>, x: &DMatrix<f64>) -> Vec<f64> {
    let mut y = DMatrix::zeros(x.nrows(), layer.outputs(x.ncols()).unwrap());
    layer.forward(x.into(), &mut y, Mode::Eval);
    row_major(&y)
}

impl LayerCase {
    fn layer(&self) -> Box<dyn Layer<f64>> {
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        let window = self
            .window
            .map(|[height, width, stride, pad]| Window::new(height, width).stride(stride).pad(pad));
        let mut layer: Box<dyn Layer<f64>> = match (self.name.as_str(), self.image, window) {
            ("affine", ..) => {
                let (n_in, n_out) = (self.x.len() / self.batch, self.dy.len() / self.batch);
                Box::new(Affine::new(n_in, n_out, Initializer::Zeros, &mut rng))
            }
            ("convolution", Some(shape), Some(window)) => {
                let (filters, zeros) = (self.params[1].len(), Initializer::Zeros);
                let layer = Convolution::new(image(shape), filters, window, zeros, &mut rng);
                Box::new(layer.unwrap())
            }
            ("max_pooling", Some(shape), Some(window)) => {
                Box::new(MaxPooling::new(image(shape), window).unwrap())
            }
            (name, ..) => name.parse::<Activation>().unwrap().layer(),
        };
        set_params(&mut *layer, &self.params);
        layer
    }
}

#[test]
fn layers_equal_the_textbook_formulas_and_pytorch() {
    let cases = golden().layers;
    for activation in Activation::ALL {
        let name = activation.to_string();
        assert!(
            cases.iter().any(|case| case.name == name),
            "{name} has no golden values: give its formula to docs/reference/layers.py"
        );
    }
    assert_eq!(cases.len(), 1 + Activation::ALL.len() + 4 + 3);
    for case in &cases {
        let (x, dy) = (matrix(case.batch, &case.x), matrix(case.batch, &case.dy));
        for (source, passes) in [("textbook", &case.textbook), ("torch", &case.torch)] {
            let what = format!("{} {:?}, {source}", case.name, case.window);
            assert_passes(&mut *case.layer(), [&x, &dy], passes, &what);
        }
        let eval = evaluated(&mut *case.layer(), &x);
        assert_close(&eval, &case.textbook.y, &format!("{}, evaluation", case.name));
    }
}

#[test]
fn gelu_is_the_exact_one_and_not_the_papers_tanh_form() {
    let Curve { x, y } = golden().torch_tanh_gelu;
    let ours = evaluated(&mut *Activation::Gelu.layer(), &matrix(1, &x));
    let difference = largest_difference(&ours, &y);
    assert!((1e-4..5e-4).contains(&difference), "{difference}");
}

impl BatchNormCase {
    fn layer(&self) -> BatchNorm<f64> {
        let mut layer = match self.image {
            Some(shape) => BatchNorm::per_channel(image(shape)),
            None => BatchNorm::new(self.params[0].len()),
        };
        set_params(&mut layer, &self.params);
        layer
    }

    fn matrix(&self, values: &[f64]) -> DMatrix<f64> {
        matrix(self.batch, values)
    }

    /// The number of values per feature (or channel) in a batch.
    fn count(&self) -> f64 {
        (self.steps[0].x.len() / self.params[0].len()) as f64
    }
}

#[test]
fn batch_norm_equals_the_books_over_several_batches() {
    for case in golden().batch_norm {
        let (mut layer, x_eval) = (case.layer(), case.matrix(&case.x_eval));
        let before = evaluated(&mut layer, &x_eval);
        assert_close(&before, &case.y_eval_before, &format!("{}, before any batch", case.name));
        for (t, step) in case.steps.iter().enumerate() {
            let what = format!("{}, batch {t}", case.name);
            let (x, dy) = (case.matrix(&step.x), case.matrix(&step.dy));
            assert_passes(&mut layer, [&x, &dy], &step.textbook, &what);
            for (buffer, golden) in buffers(&layer).into_iter().zip(&step.running) {
                assert_close(&buffer.values, golden, &format!("{what}: {}", buffer.name));
            }
        }
        assert_close(&evaluated(&mut layer, &x_eval), &case.y_eval, &case.name);
    }
}

/// A training pass equals PyTorch's with the same ε and differs from it with PyTorch's default.
#[test]
fn batch_norm_trains_as_pytorch_with_the_same_epsilon() {
    for case in golden().batch_norm {
        let mut layer = case.layer();
        let mut torch_eps = case.layer().eps(1e-5).unwrap();
        for (t, step) in case.steps.iter().enumerate() {
            let what = format!("{}, batch {t}", case.name);
            let (x, dy) = (case.matrix(&step.x), case.matrix(&step.dy));
            assert_passes(&mut layer, [&x, &dy], &step.torch, &what);

            let default_y = &step.torch_default_eps_y;
            assert!(largest_difference(&step.torch.y, default_y) > 1e-7, "{what}: ε matters");
            let mut y = x.clone();
            torch_eps.forward((&x).into(), &mut y, Mode::Train);
            assert_close(&row_major(&y), default_y, &format!("{what}, ε = 1e-5"));
        }
    }
}

/// PyTorch's running variance starts at 1 and averages the unbiased variance; ours starts at 0 and
/// averages the biased one. After t batches of n, theirs = 0.9ᵗ + ours·n/(n − 1). Its momentum of
/// 0.1 is our 0.9.
#[test]
fn batch_norm_of_pytorch_keeps_another_running_variance() {
    for case in golden().batch_norm {
        let (mut layer, mut start) = (case.layer(), 1.0);
        let unbiased = case.count() / (case.count() - 1.0);
        for (t, step) in case.steps.iter().enumerate() {
            let x = case.matrix(&step.x);
            layer.forward((&x).into(), &mut x.clone(), Mode::Train);
            start *= 0.9;
            let what = format!("{}, batch {t}", case.name);
            let [mean, variance] = [0, 1].map(|i| buffers(&layer)[i].values.clone());
            assert_close(&mean, &step.torch_running[0], &format!("{what}: running mean"));
            assert!(largest_difference(&variance, &step.torch_running[1]) > 0.5, "{what}");
            let theirs: Vec<f64> = variance.iter().map(|v| start + unbiased * v).collect();
            assert_close(&theirs, &step.torch_running[1], &format!("{what}: running variance"));
        }
        let x_eval = case.matrix(&case.x_eval);
        assert!(largest_difference(&evaluated(&mut layer, &x_eval), &case.torch_y_eval) > 0.01);
        buffers_mut(&mut layer)[1].values = case.steps.last().unwrap().torch_running[1].clone();
        let what = format!("{}, with PyTorch's running variance", case.name);
        assert_close(&evaluated(&mut layer, &x_eval), &case.torch_y_eval, &what);
    }
}

/// Each library draws its own mask, so only the values of the kept units are compared.
#[test]
fn dropout_scales_in_evaluation_as_the_book_or_in_training_as_pytorch() {
    let case = golden().dropout;
    let x = matrix(case.batch, &case.x);
    for (scaling, golden) in
        [(DropoutScaling::AtEvaluation, &case.textbook), (DropoutScaling::AtTraining, &case.torch)]
    {
        let rng = Seed::new(1).stream(Purpose::Dropout, 0);
        let mut layer = Dropout::new(case.ratio, scaling, rng).unwrap();
        assert_close(&evaluated(&mut layer, &x), &golden.eval, &format!("{scaling:?}"));
        let (mut y, mut dx) = (x.clone(), x.clone());
        layer.forward((&x).into(), &mut y, Mode::Train);
        layer.backward((&x).into(), &y, &x, Some(&mut dx));
        assert_eq!(dx, y, "backward multiplies by the same factors");
        let y = row_major(&y);
        let kept: Vec<usize> = (0..y.len()).filter(|&i| y[i] != 0.0).collect();
        assert!((1..y.len()).contains(&kept.len()), "some are kept and some dropped");
        // Ours is the probability of keeping a unit as rounded to 16 bits, PyTorch's is 1 − ratio.
        let rounded = 1.0 - (case.ratio * 65536.0).round() / 65536.0;
        let exact = match scaling {
            DropoutScaling::AtEvaluation => rounded,
            DropoutScaling::AtTraining => 1.0 - case.ratio,
        };
        let ours: Vec<f64> = kept.iter().map(|&i| y[i] * rounded).collect();
        let theirs: Vec<f64> = kept.iter().map(|&i| golden.kept[i] * exact).collect();
        assert_close(&ours, &theirs, &format!("{scaling:?}, kept units"));
    }
    assert!(largest_difference(&case.textbook.eval, &case.torch.eval) > 0.1);
}

impl LossCase {
    fn evaluate(&self, loss: Loss, targets: Targets<'_, f64>) -> (f64, Vec<f64>) {
        let (mut gradient, scores) = (DMatrix::zeros(0, 0), matrix(self.batch, &self.scores));
        let loss = loss.evaluate(&scores, targets, &mut gradient, &mut Vec::new());
        (loss, row_major(&gradient))
    }

    fn loss(&self) -> Loss {
        match self.name.as_str() {
            "cross entropy" => Loss::CrossEntropy,
            "exact cross entropy" => Loss::ExactCrossEntropy,
            "mean squared error" => Loss::MeanSquaredError,
            name => panic!("no loss {name}"),
        }
    }
}

#[test]
fn losses_equal_the_textbook_formulas() {
    for case in golden().losses {
        let rows = matrix(case.batch, &case.targets);
        let by_label = case.labels.as_ref().map(|labels| case.evaluate(case.loss(), labels.into()));
        for (loss, gradient) in
            by_label.into_iter().chain([case.evaluate(case.loss(), (&rows).into())])
        {
            assert_close(&[loss], &[case.textbook.loss], &case.name);
            assert_close(&gradient, &case.textbook.gradient, &case.name);
        }
    }
}

#[test]
fn losses_of_pytorch_are_the_exact_cross_entropy_and_a_multiple_of_the_squared_error() {
    for case in golden().losses {
        let rows = matrix(case.batch, &case.targets);
        let (loss, gradient) = case.evaluate(case.loss(), (&rows).into());
        match case.loss() {
            Loss::ExactCrossEntropy => {
                assert_close(&[loss], &[case.torch.loss], &case.name);
                assert_close(&gradient, &case.torch.gradient, &case.name);
            }
            // `MSELoss` has no ½ and also divides by the number of outputs.
            Loss::MeanSquaredError => {
                let factor = rows.ncols() as f64 / 2.0;
                assert_close(&[loss], &[factor * case.torch.loss], &case.name);
                let theirs: Vec<f64> = case.torch.gradient.iter().map(|g| factor * g).collect();
                assert_close(&gradient, &theirs, &case.name);
            }
            // The book's. PyTorch has the same loss, but its autograd gives the true derivative.
            _ => {
                assert_close(&[loss], &[case.torch.loss], &case.name);
                let difference = largest_difference(&gradient, &case.torch.gradient);
                let (exact, _) = case.evaluate(Loss::ExactCrossEntropy, (&rows).into());
                assert!(difference > 1e-4, "a row far from its label shows it: {difference}");
                assert!(exact - loss > 1e-4, "{exact} against {loss}");
            }
        }
    }
}

impl Networks {
    fn network(&self, case: &NetworkCase) -> Sequential<f64> {
        let net = MultiLayerNet::new(6, &[5, 4], 3)
            .batch_norm(case.batch_norm)
            .weight_decay(case.decay)
            .build(Seed::new(1));
        let mut net = net.unwrap();
        // Batch normalisation keeps its initial γ = 1, β = 0.
        let params = net.params_mut().into_iter();
        let affine = params.filter(|p| matches!(p.role, Role::Weight | Role::Bias));
        for (param, values) in affine.zip(&self.start) {
            param.value.copy_from_slice(values);
        }
        net
    }
}

#[test]
fn networks_train_as_the_textbook_formulas() {
    let networks = golden().networks;
    assert_eq!(networks.cases.len(), 4);
    let x = matrix(networks.labels.len(), &networks.x);
    for case in &networks.cases {
        let what = format!("batch norm {}, decay {}", case.batch_norm, case.decay);
        let golden = &case.textbook;
        let mut net = networks.network(case);
        let mut sgd = Sgd { lr: networks.rate }.build().unwrap();
        for (step, &loss) in golden.losses.iter().enumerate() {
            let found = net.gradient(&x, &networks.labels);
            assert_close(&[found], &[loss], &format!("{what}: loss {step}"));
            if step == 0 {
                for (param, grad) in net.params().into_iter().zip(&golden.grads) {
                    assert_close(param.grad.as_slice(), grad, &format!("{what}: a gradient"));
                }
            }
            sgd.step(&mut net).unwrap();
        }
        assert_eq!((golden.losses.len(), net.params().len()), (10, golden.params.len()));
        for (param, values) in net.params().into_iter().zip(&golden.params) {
            assert_close(param.value.as_slice(), values, &format!("{what}: a parameter"));
        }
        let buffers: Vec<_> = net.layers().iter().flat_map(|layer| buffers(&**layer)).collect();
        assert_eq!(buffers.len(), golden.running.len());
        for (buffer, values) in buffers.iter().zip(&golden.running) {
            assert_close(&buffer.values, values, &format!("{what}: {}", buffer.name));
        }
        assert_close(&row_major(net.predict(&x)), &golden.scores, &format!("{what}: scores"));
    }
}

/// With `ExactCrossEntropy` the loss equals PyTorch's; the gradients are the same with both losses.
/// PyTorch adds the decay in the optimizer, so its gradients include it but its loss does not.
#[test]
fn networks_train_as_pytorch_with_the_same_epsilon() {
    let networks = golden().networks;
    let x = matrix(networks.labels.len(), &networks.x);
    for case in &networks.cases {
        let what = format!("batch norm {}, decay {}", case.batch_norm, case.decay);
        for loss_function in [Loss::CrossEntropy, Loss::ExactCrossEntropy] {
            let mut net = networks.network(case).loss_function(loss_function);
            let mut sgd = Sgd { lr: networks.rate }.build().unwrap();
            for (step, &theirs) in case.torch.losses.iter().enumerate() {
                let decay: f64 = net
                    .params()
                    .into_iter()
                    .filter(|param| param.role == Role::Weight)
                    .map(|param| 0.5 * case.decay * param.value.norm_squared())
                    .sum();
                let loss = net.gradient(&x, &networks.labels) - decay;
                if loss_function == Loss::ExactCrossEntropy {
                    assert_close(&[loss], &[theirs], &format!("{what}: loss {step}"));
                } else {
                    assert!((1e-8..1e-5).contains(&(theirs - loss)), "{what}: the book's 1e-7");
                }
                if step == 0 {
                    for (param, grad) in net.params().into_iter().zip(&case.torch.grads) {
                        let lambda = if param.role == Role::Weight { case.decay } else { 0.0 };
                        let ours = &param.grad - &param.value * lambda;
                        assert_close(ours.as_slice(), grad, &format!("{what}: a gradient"));
                    }
                }
                sgd.step(&mut net).unwrap();
            }
            for (param, values) in net.params().into_iter().zip(&case.torch.params) {
                assert_close(param.value.as_slice(), values, &format!("{what}: a parameter"));
            }
        }
    }
}
