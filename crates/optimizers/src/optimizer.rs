//! The object-safe trait of all optimizers, and the state that they save.

use std::fmt::Debug;

use crate::{OptimizerError, Slots};

/// A stateful optimizer over slots of scalar `T`.
///
/// Object-safe, so that one list can hold different rules:
///
/// ```
/// use optimizers::{Adam, Momentum, Optimizer, Rule, Slot};
///
/// let optimizers: Vec<Box<dyn Optimizer<f64>>> =
///     vec![Momentum { lr: 0.1, ..Momentum::default() }.build()?, Adam::default().build()?];
/// for mut optimizer in optimizers {
///     let mut x = [1.0];
///     for _ in 0..10 {
///         let mut grad = [2.0 * x[0]]; // f(x) = x²
///         optimizer.step(&mut [Slot { value: &mut x, grad: &mut grad, decay: true }])?;
///     }
///     println!("{} went to {}", optimizer.name(), x[0]);
///     assert!(x[0] < 1.0);
/// }
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
pub trait Optimizer<T>: Send + Debug {
    /// Updates every slot once from its gradient.
    ///
    /// The first step allocates the state; later steps allocate nothing. A NaN or infinite gradient
    /// is not an error: it goes through the formula, as in NumPy and PyTorch.
    ///
    /// # Errors
    /// [`GradientLength`](OptimizerError::GradientLength),
    /// [`SlotCount`](OptimizerError::SlotCount) or [`SlotLength`](OptimizerError::SlotLength) if a
    /// slot's slices differ in length or the slots differ from those of the first step. Nothing is
    /// modified then.
    fn step(&mut self, slots: &mut dyn Slots<T>) -> Result<(), OptimizerError>;

    /// The rule's name, as on the command line: `"sgd"`, `"adam"`, …
    fn name(&self) -> &'static str;

    /// The learning rate of the next step.
    fn lr(&self) -> f64;

    /// Sets the learning rate from the next step on, for example to the rate of a
    /// [`Schedule`](crate::schedules::Schedule).
    ///
    /// # Errors
    /// [`Hyperparameter`](OptimizerError::Hyperparameter) if `lr` is negative or not finite as
    /// `T`; the rate is unchanged then.
    fn set_lr(&mut self, lr: f64) -> Result<(), OptimizerError>;

    /// All hyperparameters except the learning rate, by the names of the rule's fields; weight
    /// decay is `l2_decay` or `decoupled_decay`.
    fn hyperparameters(&self) -> Vec<(&'static str, f64)>;

    /// Sets one hyperparameter, `lr` or one of [`hyperparameters`](Self::hyperparameters), from the
    /// next step on.
    ///
    /// ```
    /// use optimizers::OptimizerKind;
    ///
    /// let mut adam = OptimizerKind::Adam.build::<f32>()?;
    /// adam.set("beta1", 0.95)?;
    /// assert_eq!(adam.hyperparameters(), [("beta1", 0.95), ("beta2", 0.999), ("eps", 1e-7)]);
    /// let error = adam.set("beta3", 0.5).unwrap_err().to_string();
    /// assert_eq!(error, "adam has no hyperparameter \"beta3\"; it has lr, beta1, beta2, eps");
    /// # Ok::<(), optimizers::OptimizerError>(())
    /// ```
    ///
    /// # Errors
    /// [`Hyperparameter`](OptimizerError::Hyperparameter) if the value is out of range,
    /// [`UnknownHyperparameter`](OptimizerError::UnknownHyperparameter) if there is none of this
    /// name. Nothing is changed then.
    fn set(&mut self, name: &str, value: f64) -> Result<(), OptimizerError>;

    /// Number of steps done.
    fn steps(&self) -> u64;

    /// A copy of everything that is needed to continue a run.
    fn state(&self) -> OptimizerState<T>;

    /// Continues from a saved state: the next step is, bit for bit, the step that the saved
    /// optimizer would have done.
    ///
    /// The learning rate is restored. The other hyperparameters of the state must equal those of
    /// this optimizer; use [`set`](Self::set) to change them afterwards.
    ///
    /// # Errors
    /// [`StateRule`](OptimizerError::StateRule),
    /// [`StateHyperparameters`](OptimizerError::StateHyperparameters),
    /// [`StateArrays`](OptimizerError::StateArrays),
    /// [`StateLength`](OptimizerError::StateLength), [`StateSteps`](OptimizerError::StateSteps) or
    /// [`Hyperparameter`](OptimizerError::Hyperparameter) (the learning rate) if the state does
    /// not fit. The optimizer is unchanged then.
    fn load_state(&mut self, state: OptimizerState<T>) -> Result<(), OptimizerError>;
}

/// What an optimizer keeps between steps, in plain arrays that fit any file format.
///
/// With the feature `serde` it can be written as JSON. The round trip is bit-exact for finite
/// values if `serde_json` has its feature `float_roundtrip` (JSON has no NaN or infinity).
///
/// ```
/// use optimizers::{Momentum, Rule, Slot};
///
/// let (mut w, mut dw) = ([0.0_f32; 3], [1.0, 2.0, 3.0]);
/// let (mut b, mut db) = ([0.0_f32], [4.0]);
/// let mut slots = [
///     Slot { value: &mut w, grad: &mut dw, decay: true },
///     Slot { value: &mut b, grad: &mut db, decay: false },
/// ];
/// let mut optimizer = Momentum { lr: 0.5, momentum: 0.9 }.build()?;
/// optimizer.step(&mut slots)?;
///
/// let state = optimizer.state();
/// assert_eq!((state.rule.as_str(), state.steps, state.lr), ("momentum", 1, 0.5));
/// assert_eq!(state.lens, [3, 1]);
/// assert_eq!(state.arrays[0].name, "v");
/// assert_eq!(state.arrays[0].values, [-0.5, -1.0, -1.5, -2.0]);
///
/// let mut continued = Momentum { lr: 0.1, momentum: 0.9 }.build()?;
/// continued.load_state(state)?;
/// continued.step(&mut slots)?;
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OptimizerState<T> {
    /// Name of the rule.
    pub rule: String,
    /// Learning rate of the next step.
    pub lr: f64,
    /// The other hyperparameters, by name.
    pub hyperparameters: Vec<(String, f64)>,
    /// Number of steps done.
    pub steps: u64,
    /// Length of each slot, in order; empty before the first step.
    pub lens: Vec<usize>,
    /// The rule's arrays, in the order of [`Rule::STATE`](crate::Rule::STATE).
    pub arrays: Vec<StateArray<T>>,
}

/// One array of an [`OptimizerState`], such as Adam's first moment `m`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StateArray<T> {
    /// Name of the array.
    pub name: String,
    /// One value for each parameter, slot by slot.
    pub values: Vec<T>,
}
