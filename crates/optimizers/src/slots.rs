//! An optimizer's view of a model: an ordered list of parameter slices with their gradients.

/// One parameter array with its gradient, as plain slices.
///
/// `value` and `grad` have equal length; the order of their elements does not matter, as every rule
/// works element by element.
///
/// ```
/// use optimizers::{Rule, Sgd, Slot};
///
/// let (mut w, mut dw) = ([1.0_f64, 2.0], [10.0, 20.0]);
/// let (mut b, mut db) = ([3.0], [30.0]);
/// let mut slots = [
///     Slot { value: &mut w, grad: &mut dw, decay: true },
///     Slot { value: &mut b, grad: &mut db, decay: false },
/// ];
/// Sgd { lr: 0.1 }.build()?.step(&mut slots)?;
/// assert_eq!((w, b), ([0.0, 0.0], [0.0]));
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug)]
pub struct Slot<'a, T> {
    /// The parameters, changed by a step.
    pub value: &'a mut [T],
    /// ∂L/∂value, written by the backward pass. [`Decay::L2`](crate::Decay::L2) and
    /// [`clip_total_norm`](crate::clip_total_norm) change it in place; rules only read it.
    pub grad: &'a mut [T],
    /// Whether weight decay changes this slot: true for weights, false for biases, scales, shifts.
    pub decay: bool,
}

/// An ordered list of [`Slot`]s.
///
/// A network implements it by lending its own arrays, so that a step copies and allocates nothing.
/// Collections of slots (`Vec<Slot<T>>`, `[Slot<T>; N]`) implement it too. The number of slots,
/// their order and their lengths must stay the same over all steps of one optimizer. A step asks
/// for every slot twice: once to check all lengths, then to update. It panics if a length changes
/// in between.
///
/// ```
/// use optimizers::{Rule, Sgd, Slot, Slots};
///
/// struct Line { params: [f64; 2], grads: [f64; 2] } // y = a x + b
///
/// impl Slots<f64> for Line {
///     fn len(&self) -> usize {
///         2
///     }
///     fn slot(&mut self, index: usize) -> Slot<'_, f64> {
///         Slot {
///             value: &mut self.params[index..=index],
///             grad: &mut self.grads[index..=index],
///             decay: index == 0,
///         }
///     }
/// }
///
/// let mut line = Line { params: [1.0, 1.0], grads: [1.0, 2.0] };
/// Sgd { lr: 0.5 }.build()?.step(&mut line)?;
/// assert_eq!(line.params, [0.5, 0.0]);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
pub trait Slots<T> {
    /// Number of slots.
    fn len(&self) -> usize;

    /// Lends the slot at `index`, which is below [`len`](Slots::len).
    ///
    /// # Panics
    /// May panic if `index` is not below `len`; optimizers never ask for such a slot.
    fn slot(&mut self, index: usize) -> Slot<'_, T>;

    /// Whether a step leaves the slot at `index` and its state alone. False by default.
    fn frozen(&self, index: usize) -> bool {
        let _ = index;
        false
    }

    /// Whether there are no slots.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Slots<T> for [Slot<'_, T>] {
    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn slot(&mut self, index: usize) -> Slot<'_, T> {
        let Slot { value, grad, decay } = &mut self[index];
        Slot { value, grad, decay: *decay }
    }
}

impl<T, const N: usize> Slots<T> for [Slot<'_, T>; N] {
    fn len(&self) -> usize {
        N
    }

    fn slot(&mut self, index: usize) -> Slot<'_, T> {
        self.as_mut_slice().slot(index)
    }
}

impl<T> Slots<T> for Vec<Slot<'_, T>> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn slot(&mut self, index: usize) -> Slot<'_, T> {
        self.as_mut_slice().slot(index)
    }
}
