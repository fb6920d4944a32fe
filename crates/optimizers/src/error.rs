//! What can go wrong.

/// Why an optimizer could not be built, could not step, or could not load a state.
///
/// Whenever a function of this crate returns an error, it has modified nothing: neither parameters,
/// nor gradients, nor the optimizer.
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
    /// A hyperparameter is not a number, out of its range, or leaves its range when it is rounded
    /// to the scalar type (ε = 1e-60 is zero in `f32`).
    #[error("{name} must be {expected} as {scalar}, found {found}")]
    Hyperparameter {
        /// The field's name.
        name: &'static str,
        /// The range, in words.
        expected: &'static str,
        /// The scalar type the value was rounded to.
        scalar: &'static str,
        /// The value given.
        found: f64,
    },
    /// The number of slots differs from that of the first step.
    #[error(
        "the optimizer holds state for {expected} slots, found {found}; \
         use one optimizer for one network"
    )]
    SlotCount {
        /// Slots at the first step, or in the loaded state.
        expected: usize,
        /// Slots at this step.
        found: usize,
    },
    /// The length of a slot differs from that of the first step.
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
    /// A slot has not as many gradients as values.
    #[error("slot {slot} has {values} values but {grads} gradients; the two must be equally long")]
    GradientLength {
        /// Position of the slot.
        slot: usize,
        /// Number of values.
        values: usize,
        /// Number of gradients.
        grads: usize,
    },
    /// A state belongs to another rule.
    #[error("the state was saved by {found}, but this optimizer is {expected}")]
    StateRule {
        /// This optimizer's name.
        expected: &'static str,
        /// The name in the state.
        found: String,
    },
    /// A state was made with other hyperparameters than this optimizer has.
    #[error(
        "the state was made with {}, but this optimizer has {}; build it with those of the state, \
         and change them after loading if that is wanted",
        listed(found),
        listed(expected)
    )]
    StateHyperparameters {
        /// Names and values of this optimizer, the learning rate aside.
        expected: Vec<(String, f64)>,
        /// Those of the state.
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
    /// A state holds other arrays than the rule keeps.
    #[error("{rule} keeps the arrays {expected:?}, the state holds {found:?}")]
    StateArrays {
        /// The rule's name.
        rule: &'static str,
        /// Names of the arrays the rule keeps.
        expected: Vec<&'static str>,
        /// Names of the arrays in the state.
        found: Vec<String>,
    },
    /// An array of a state is not as long as all its slots together.
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
    /// A state that has done no step holds slots, which the first step makes.
    #[error(
        "the state holds {slots} slots, but says that no step was done; give the steps that made it"
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
