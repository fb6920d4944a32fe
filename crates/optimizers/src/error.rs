//! The errors of this crate.

/// Why an optimizer could not be built, could not step, or could not load a state.
///
/// A function of this crate that returns an error has modified nothing: no parameter, no gradient
/// and no optimizer.
///
/// ```
/// use optimizers::{Adam, OptimizerError, Rule};
///
/// let error = Adam { beta1: 1.5, ..Adam::default() }.build::<f32>().unwrap_err();
/// assert_eq!(error.to_string(), "beta1 must be in [0, 1) as f32, found 1.5");
/// assert!(matches!(error, OptimizerError::Hyperparameter { name: "beta1", .. }));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptimizerError {
    /// A hyperparameter is NaN or out of range, possibly only after rounding to the scalar type
    /// (ε = 1e-60 is zero in `f32`).
    #[error("{name} must be {expected} as {scalar}, found {found}")]
    Hyperparameter {
        /// The name of the hyperparameter.
        name: &'static str,
        /// The range, in words.
        expected: &'static str,
        /// The scalar type the value was rounded to.
        scalar: &'static str,
        /// The value given.
        found: f64,
    },
    /// The number of slots differs from the first step.
    #[error(
        "the optimizer holds state for {expected} slots, found {found}; \
         each network needs its own optimizer"
    )]
    SlotCount {
        /// Slots at the first step, or in the loaded state.
        expected: usize,
        /// Slots at this step.
        found: usize,
    },
    /// The length of a slot differs from the first step.
    #[error(
        "slot {slot} had {expected} values, now it has {found}; \
         build a new optimizer after resizing a parameter"
    )]
    SlotLength {
        /// Position of the slot.
        slot: usize,
        /// Length at the first step, or in the loaded state.
        expected: usize,
        /// Length at this step.
        found: usize,
    },
    /// A slot has a different number of gradients than values.
    #[error("slot {slot} has {values} values but {grads} gradients; it needs one for each value")]
    GradientLength {
        /// Position of the slot.
        slot: usize,
        /// Number of values.
        values: usize,
        /// Number of gradients.
        grads: usize,
    },
    /// A state was saved by another rule.
    #[error("the state was saved by {found}, but this optimizer is {expected}")]
    StateRule {
        /// This optimizer's name.
        expected: &'static str,
        /// The name in the state.
        found: String,
    },
    /// A state was saved with other hyperparameters than this optimizer has.
    #[error(
        "the state was saved with {}, but this optimizer has {}; build the optimizer with the \
         state's hyperparameters, and change them after loading if you want others",
        listed(found),
        listed(expected)
    )]
    StateHyperparameters {
        /// This optimizer's names and values, without the learning rate.
        expected: Vec<(String, f64)>,
        /// The state's names and values, without the learning rate.
        found: Vec<(String, f64)>,
    },
    /// The rule has no hyperparameter of this name.
    #[error("{rule} has no hyperparameter {found:?}; it has {known}")]
    UnknownHyperparameter {
        /// The rule's name.
        rule: &'static str,
        /// The name given.
        found: String,
        /// All names, separated by commas.
        known: String,
    },
    /// A state has other arrays than the rule keeps.
    #[error("{rule} keeps the arrays {expected:?}, the state holds {found:?}")]
    StateArrays {
        /// The rule's name.
        rule: &'static str,
        /// Names of the arrays the rule keeps.
        expected: Vec<&'static str>,
        /// Names of the arrays in the state.
        found: Vec<String>,
    },
    /// An array of a state is not as long as the state's slots together.
    #[error(
        "state array {array} must hold {expected} values, one for each parameter; found {found}"
    )]
    StateLength {
        /// The array's name.
        array: String,
        /// Sum of the state's slot lengths.
        expected: usize,
        /// Length of the array.
        found: usize,
    },
    /// A state holds slots although its step count is 0; slots appear at the first step.
    #[error(
        "the state holds {slots} slots, but its step count is 0; set it to the number of steps done"
    )]
    StateSteps {
        /// Slots in the state.
        slots: usize,
    },
    /// No optimizer has this name.
    #[error("unknown optimizer {found:?}; known are: {known}")]
    UnknownName {
        /// The name given.
        found: String,
        /// All names, separated by commas.
        known: String,
    },
    /// A slice cannot be cut into units of equal fan-in.
    #[error("{len} weights do not divide into units of {fan_in} incoming weights each")]
    FanIn {
        /// Number of weights.
        len: usize,
        /// Incoming weights of one unit.
        fan_in: usize,
    },
}

fn listed(hyperparameters: &[(String, f64)]) -> String {
    if hyperparameters.is_empty() {
        return "none".to_owned();
    }
    let each = hyperparameters.iter().map(|(name, value)| format!("{name} = {value}"));
    each.collect::<Vec<_>>().join(", ")
}
