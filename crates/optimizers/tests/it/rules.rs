//! A table of all rules, and the tests that each of them must pass.

use std::collections::BTreeMap;
use std::fmt::Debug;

use num_traits::Float;
use optimizers::{
    AdaDelta, AdaGrad, AdaMax, Adam, AmsGrad, Decay, Epsilon, Lion, Momentum, NAdam, Nesterov,
    Optimizer, OptimizerError, OptimizerKind, OptimizerState, RAdam, RmsProp, Rule, Sgd, Slot,
    Slots,
};
use serde::de::value::{Error as ValueError, MapDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

/// One row: a rule, at a learning rate that suits the quadratic below, in both precisions.
struct Entry {
    label: &'static str,
    f32: fn() -> Box<dyn Optimizer<f32>>,
    f64: fn() -> Box<dyn Optimizer<f64>>,
    fields_are_checked: fn(),
}

macro_rules! table {
    ($($rule:expr, $decay:expr;)*) => {
        [$(Entry {
            label: stringify!($rule, $decay),
            f32: || $rule.build_with($decay).unwrap(),
            f64: || $rule.build_with($decay).unwrap(),
            fields_are_checked: || assert_fields_checked(&$rule),
        }),*]
    };
}

const RULES: &[Entry] = &table! {
    Sgd { lr: 0.1 }, Decay::None;
    Sgd { lr: 0.1 }, Decay::L2(0.01);
    Sgd { lr: 0.1 }, Decay::Decoupled(0.01);
    Momentum { lr: 0.02, ..Default::default() }, Decay::None;
    Momentum { lr: 0.02, ..Default::default() }, Decay::L2(0.01);
    Nesterov { lr: 0.02, ..Default::default() }, Decay::None;
    AdaGrad { lr: 0.5, ..Default::default() }, Decay::None;
    RmsProp::default(), Decay::None;
    RmsProp::default(), Decay::Decoupled(0.01);
    AdaDelta { lr: 10.0, ..Default::default() }, Decay::None;
    Adam { lr: 0.05, ..Default::default() }, Decay::None;
    Adam { lr: 0.05, eps: Epsilon::Corrected(1e-8), ..Default::default() }, Decay::None;
    Adam { lr: 0.05, ..Default::default() }, Decay::L2(0.01);
    Adam { lr: 0.05, ..Default::default() }, Decay::Decoupled(0.01);
    AdaMax { lr: 0.05, ..Default::default() }, Decay::None;
    AmsGrad { lr: 0.05, ..Default::default() }, Decay::None;
    NAdam { lr: 0.05, ..Default::default() }, Decay::None;
    RAdam { lr: 0.1, ..Default::default() }, Decay::None;
    RAdam { lr: 0.1, ..Default::default() }, Decay::Decoupled(0.01);
    Lion { lr: 0.005, ..Default::default() }, Decay::None;
    Lion { lr: 0.005, ..Default::default() }, Decay::Decoupled(0.01);
};

/// f(w, b) = ½ Σ cᵢ·wᵢ² + ½ Σ bᵢ², with curvatures c from 0.5 to 2.
#[derive(Debug, Clone, PartialEq)]
struct Quadratic<T> {
    w: Vec<T>,
    b: Vec<T>,
    dw: Vec<T>,
    db: Vec<T>,
}

impl<T: Float> Quadratic<T> {
    fn new() -> Self {
        let w = [1.0, -1.5, 2.0, -0.5].map(|x| T::from(x).unwrap()).to_vec();
        let b = [-1.0, 0.75].map(|x| T::from(x).unwrap()).to_vec();
        Self { dw: w.clone(), db: b.clone(), w, b }
    }

    fn backward(&mut self) {
        for (i, (dw, &w)) in self.dw.iter_mut().zip(&self.w).enumerate() {
            *dw = T::from(0.5 * (i + 1) as f64).unwrap() * w;
        }
        self.db.copy_from_slice(&self.b);
    }

    fn loss(&self) -> f64 {
        let curvature = (1..).map(|i| 0.5 * f64::from(i));
        let w = self.w.iter().zip(curvature).map(|(w, c)| c * w.to_f64().unwrap().powi(2));
        let b = self.b.iter().map(|b| b.to_f64().unwrap().powi(2));
        0.5 * (w.sum::<f64>() + b.sum::<f64>())
    }

    fn slots(&mut self) -> [Slot<'_, T>; 2] {
        [
            Slot { value: &mut self.w, grad: &mut self.dw, decay: true },
            Slot { value: &mut self.b, grad: &mut self.db, decay: false },
        ]
    }

    fn descend(&mut self, optimizer: &mut dyn Optimizer<T>, steps: usize) {
        for _ in 0..steps {
            self.backward();
            optimizer.step(&mut self.slots()).unwrap();
        }
    }
}

#[test]
fn the_table_has_every_rule() {
    for kind in OptimizerKind::ALL {
        let rule = kind.build::<f64>().unwrap().name();
        let found = RULES.iter().any(|entry| (entry.f64)().name() == rule);
        assert!(
            found,
            "{rule} has no line in RULES: give it one, and the tests of this file judge it"
        );
    }
}

#[test]
fn every_rule_descends() {
    for Entry { label, f64, .. } in RULES {
        let mut quadratic = Quadratic::new();
        let before = quadratic.loss();
        quadratic.descend(&mut *f64(), 600);
        let after = quadratic.loss();
        assert!(after < 0.01 * before, "{label}: {before} became {after}");
    }
}

#[test]
fn slots_do_not_influence_each_other() {
    for Entry { label, f64, .. } in RULES {
        let mut together = Quadratic::new();
        together.descend(&mut *f64(), 20);

        let mut apart = Quadratic::new();
        let (mut for_w, mut for_b) = (f64(), f64());
        for _ in 0..20 {
            apart.backward();
            let [w, b] = apart.slots();
            for_w.step(&mut [w]).unwrap();
            for_b.step(&mut [b]).unwrap();
        }
        assert_eq!(together, apart, "{label}");
    }
}

#[test]
fn decay_touches_only_slots_that_ask_for_it() {
    for Entry { label, f64, .. } in RULES {
        let mut quadratic = Quadratic::new();
        let start = quadratic.clone();
        let zero = |grads: &mut Vec<f64>| grads.fill(0.0);
        let mut optimizer = f64();
        for _ in 0..3 {
            zero(&mut quadratic.dw);
            zero(&mut quadratic.db);
            optimizer.step(&mut quadratic.slots()).unwrap();
        }
        assert_eq!(quadratic.b, start.b, "{label}: without gradient nothing moves");
        let smaller = quadratic.w.iter().zip(&start.w).all(|(now, then)| now.abs() < then.abs());
        assert_eq!(smaller, !label.contains("None"), "{label}");
        assert!(smaller || quadratic.w == start.w, "{label}");
    }
}

#[test]
fn a_zero_gradient_is_no_division_by_zero_in_single_precision() {
    for Entry { label, f32, .. } in RULES {
        let (mut value, mut grad) = ([1.0, 1.0], [0.0, 1.0]);
        let mut optimizer = f32();
        for _ in 0..10 {
            let slot = Slot { value: &mut value, grad: &mut grad, decay: false };
            optimizer.step(&mut [slot]).unwrap();
        }
        assert_eq!(value[0], 1.0, "{label}");
        assert!(value[1] < 1.0, "{label}");
    }
}

/// For the smallest ε of single precision, 1/ε is infinite, and its product with 0 is NaN; times
/// √(1−β₂ᵗ) it would be 0.
#[test]
fn a_zero_gradient_moves_nothing_even_with_the_smallest_eps() {
    for Entry { label, f32, .. } in RULES {
        let (mut value, mut optimizer) = ([1.0], f32());
        for (name, _) in optimizer.hyperparameters() {
            if name.starts_with("eps") {
                optimizer.set(name, f32::from_bits(1).into()).unwrap();
            }
        }
        for _ in 0..10 {
            let slot = Slot { value: &mut value, grad: &mut [0.0], decay: false };
            optimizer.step(&mut [slot]).unwrap();
        }
        assert_eq!(value, [1.0], "{label}");
    }
}

#[test]
fn nan_stays_in_its_element_and_is_not_hidden() {
    for Entry { label, f32, .. } in RULES {
        let (mut value, mut grad) = ([1.0, 1.0], [f32::NAN, 1.0]);
        let mut optimizer = f32();
        for _ in 0..3 {
            let slot = Slot { value: &mut value, grad: &mut grad, decay: false };
            optimizer.step(&mut [slot]).unwrap();
        }
        assert!(value[0].is_nan() && value[1] < 1.0, "{label}: {value:?}");
    }
}

#[test]
fn a_rate_of_zero_moves_nothing_and_gathers_state() {
    for Entry { label, f64, .. } in RULES {
        let mut quadratic = Quadratic::new();
        let start = quadratic.clone();
        let mut optimizer = f64();
        optimizer.set_lr(0.0).unwrap();
        quadratic.descend(&mut *optimizer, 3);
        assert_eq!((&quadratic.w, &quadratic.b), (&start.w, &start.b), "{label}");
        assert_eq!(optimizer.steps(), 3, "{label}");
    }
}

#[test]
fn single_precision_follows_double() {
    for Entry { label, f32, f64, .. } in RULES {
        if label.starts_with("Lion") {
            continue; // a sign that flips on the last bit is a step of 2η apart
        }
        let (mut single, mut double) = (Quadratic::new(), Quadratic::new());
        single.descend(&mut *f32(), 50);
        double.descend(&mut *f64(), 50);
        for (a, b) in single.w.iter().chain(&single.b).zip(double.w.iter().chain(&double.b)) {
            assert!((f64::from(*a) - b).abs() < 1e-5, "{label}: {a} and {b}");
        }
    }
}

/// Saves after five steps, loads the `copy` of that state into a new optimizer, and does three more
/// steps with both.
fn assert_continues<T: Float + Debug>(
    label: &str,
    build: fn() -> Box<dyn Optimizer<T>>,
    copy: fn(OptimizerState<T>) -> OptimizerState<T>,
) {
    let mut quadratic = Quadratic::new();
    let mut optimizer = build();
    optimizer.set_lr(optimizer.lr() / 3.0).unwrap();
    quadratic.descend(&mut *optimizer, 5);

    let state = optimizer.state();
    assert_eq!(copy(state.clone()), state, "{label}");
    let mut continued = build();
    continued.load_state(copy(state)).unwrap();
    let mut quadratic2 = quadratic.clone();

    quadratic.descend(&mut *optimizer, 3);
    quadratic2.descend(&mut *continued, 3);
    assert_eq!(quadratic, quadratic2, "{label}: not the same bits");
    assert_eq!(optimizer.state(), continued.state(), "{label}");
    assert_eq!((continued.steps(), continued.lr()), (8, optimizer.lr()), "{label}");
}

#[test]
fn a_loaded_state_continues_bit_for_bit() {
    for Entry { label, f32, f64, .. } in RULES {
        assert_continues(label, *f32, |state| state);
        assert_continues(label, *f64, |state| state);
    }
}

/// A hyperparameter set to the value it has changes no bit; set to another, it changes the path.
#[test]
fn every_hyperparameter_can_be_read_and_set() {
    let path = |optimizer: &mut dyn Optimizer<f64>| {
        let mut quadratic = Quadratic::new();
        quadratic.descend(optimizer, 400);
        quadratic
    };
    for Entry { label, f64, .. } in RULES {
        let usual = path(&mut *f64());
        for (name, value) in f64().hyperparameters().into_iter().chain([("lr", f64().lr())]) {
            let set = |value| {
                let mut optimizer = f64();
                optimizer.set(name, value).unwrap();
                optimizer
            };
            assert_eq!(path(&mut *set(value)), usual, "{label}, {name}");
            let mut changed = set(0.5 * value);
            assert_ne!(path(&mut *changed), usual, "{label}, {name}");
            let found = changed.hyperparameters().into_iter().find(|(known, _)| *known == name);
            assert_eq!(found.map_or(changed.lr(), |(_, value)| value), 0.5 * value, "{label}");
            assert!(changed.set(name, f64::NAN).is_err(), "{label}, {name}");
        }
        assert!(f64().set("learning rate", 1.0).is_err(), "{label}");
    }
}

#[test]
fn a_state_survives_json_bit_for_bit() {
    fn json<T: serde::Serialize + DeserializeOwned>(state: OptimizerState<T>) -> OptimizerState<T> {
        serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap()
    }
    for Entry { label, f32, f64, .. } in RULES {
        assert_continues(label, *f32, json);
        assert_continues(label, *f64, json);
    }
}

#[test]
fn a_state_saved_before_the_first_step_can_be_loaded() {
    for Entry { label, f64, .. } in RULES {
        let mut optimizer = f64();
        optimizer.load_state(f64().state()).unwrap();
        let (mut a, mut b) = (Quadratic::new(), Quadratic::new());
        a.descend(&mut *optimizer, 2);
        b.descend(&mut *f64(), 2);
        assert_eq!(a, b, "{label}");
    }
}

/// Asserts that a step on the first `slots` slots fails with `expected` and changes nothing.
fn assert_refused(
    label: &str,
    optimizer: &mut dyn Optimizer<f64>,
    mut quadratic: Quadratic<f64>,
    slots: usize,
    expected: OptimizerError,
) {
    let (before, state) = (quadratic.clone(), optimizer.state());
    let error = optimizer
        .step(&mut quadratic.slots().into_iter().take(slots).collect::<Vec<_>>())
        .unwrap_err();
    assert_eq!(error, expected, "{label}");
    assert_eq!(quadratic, before, "{label}");
    assert_eq!(optimizer.state(), state, "{label}");
}

#[test]
fn wrong_slots_are_refused_and_nothing_is_modified() {
    for Entry { label, f64, .. } in RULES {
        let mut optimizer = f64();
        let mut good = Quadratic::new();
        let mut ragged = good.clone();
        ragged.db.pop();
        let unequal = OptimizerError::GradientLength { slot: 1, values: 2, grads: 1 };
        // Before the first step, while the lengths are not yet fixed, …
        assert_refused(label, &mut *optimizer, ragged.clone(), 2, unequal.clone());
        // … and after it.
        good.descend(&mut *optimizer, 2);
        assert_refused(label, &mut *optimizer, ragged, 2, unequal);

        let mut grown = good.clone();
        grown.b.push(0.0);
        grown.db.push(0.0);
        let length = OptimizerError::SlotLength { slot: 1, expected: 2, found: 3 };
        assert_refused(label, &mut *optimizer, grown, 2, length);

        let count = OptimizerError::SlotCount { expected: 2, found: 1 };
        assert_refused(label, &mut *optimizer, good.clone(), 1, count);
        let count = OptimizerError::SlotCount { expected: 2, found: 0 };
        assert_refused(label, &mut *optimizer, good.clone(), 0, count);

        good.descend(&mut *optimizer, 1);
        assert_eq!(optimizer.steps(), 3, "{label}: still usable");
    }
}

#[test]
fn wrong_states_are_refused_and_nothing_is_modified() {
    for Entry { label, f64, .. } in RULES {
        let mut optimizer = f64();
        Quadratic::new().descend(&mut *optimizer, 2);
        let good = optimizer.state();
        let mut refused = |change: &dyn Fn(&mut OptimizerState<f64>)| {
            let mut state = good.clone();
            change(&mut state);
            let error = optimizer.load_state(state).unwrap_err();
            assert_eq!(optimizer.state(), good, "{label}");
            error
        };
        let error = refused(&|state| state.rule = "adagarad".into());
        assert!(matches!(error, OptimizerError::StateRule { .. }), "{label}: {error}");
        let error = refused(&|state| state.hyperparameters.push(("beta9".into(), 0.5)));
        assert!(matches!(error, OptimizerError::StateHyperparameters { .. }), "{label}: {error}");
        if !good.hyperparameters.is_empty() {
            let error = refused(&|state| state.hyperparameters[0].1 *= 0.5);
            assert!(error.to_string().contains("but this optimizer has"), "{label}: {error}");
        }
        // With 0 steps, the next step would replace the arrays.
        let error = refused(&|state| state.steps = 0);
        assert!(matches!(error, OptimizerError::StateSteps { .. }), "{label}: {error}");
        for lr in [-1.0, f64::NAN, f64::INFINITY] {
            let error = refused(&|state| state.lr = lr);
            assert!(matches!(error, OptimizerError::Hyperparameter { name: "lr", .. }), "{label}");
        }
        let error = refused(&|state| {
            let values = vec![0.0; state.lens.iter().sum()];
            state.arrays.push(optimizers::StateArray { name: "x".into(), values });
        });
        assert!(matches!(error, OptimizerError::StateArrays { .. }), "{label}: {error}");
        if good.arrays.is_empty() {
            continue;
        }
        let error = refused(&|state| state.arrays[0].name = "x".into());
        assert!(matches!(error, OptimizerError::StateArrays { .. }), "{label}: {error}");
        let error = refused(&|state| drop(state.arrays.pop()));
        assert!(matches!(error, OptimizerError::StateArrays { .. }), "{label}: {error}");
        let error = refused(&|state| state.arrays[0].values.truncate(5));
        assert!(
            matches!(error, OptimizerError::StateLength { expected: 6, found: 5, .. }),
            "{label}: {error}"
        );
        let error = refused(&|state| state.lens = vec![usize::MAX, 7]);
        assert!(
            matches!(error, OptimizerError::StateLength { expected: usize::MAX, found: 6, .. }),
            "{label}: {error}"
        );
    }
}

#[test]
fn a_bad_learning_rate_is_refused_and_the_old_one_stays() {
    for Entry { label, f32, .. } in RULES {
        let mut optimizer = f32();
        let lr = optimizer.lr();
        for bad in [-1e-9, f64::NAN, f64::INFINITY, 1e39] {
            let error = optimizer.set_lr(bad).unwrap_err();
            assert!(matches!(error, OptimizerError::Hyperparameter { name: "lr", .. }), "{label}");
            assert_eq!(optimizer.lr(), lr, "{label}");
        }
    }
}

/// Sets each field of a rule, in turn, to a value out of range.
fn assert_fields_checked<R, const N: usize>(_: &R)
where
    R: Rule<N> + Default + serde::Serialize + DeserializeOwned,
{
    let json = serde_json::to_value(R::default()).unwrap();
    let fields: BTreeMap<String, f64> = serde_json::from_value(json).unwrap();
    assert!(fields.contains_key("lr"));
    for (field, good) in &fields {
        for bad in [f64::NAN, f64::INFINITY, -1.0, -1e-9] {
            let mut fields = fields.clone();
            fields.insert(field.clone(), bad);
            let fields = fields.into_iter().map(|(k, v)| (k, v.into_deserializer()));
            let rule = R::deserialize(MapDeserializer::<_, ValueError>::new(fields)).unwrap();
            match rule.build::<f32>().unwrap_err() {
                OptimizerError::Hyperparameter { name, .. } => assert_eq!(name, field),
                error => panic!("{}: {field} = {bad} in place of {good}: {error}", R::NAME),
            }
        }
    }
}

#[test]
fn every_hyperparameter_is_checked() {
    for Entry { fields_are_checked, .. } in RULES {
        fields_are_checked();
    }
    for (decay, decay_name) in [
        (Decay::L2(-0.1), "l2_decay"),
        (Decay::L2(f64::NAN), "l2_decay"),
        (Decay::Decoupled(f64::INFINITY), "decoupled_decay"),
    ] {
        let error = Sgd::default().build_with::<f32>(decay).unwrap_err();
        assert!(matches!(error, OptimizerError::Hyperparameter { name, .. } if name == decay_name));
    }
}

#[test]
fn state_that_has_faded_becomes_zero() {
    let mut momentum = Momentum::default().build::<f32>().unwrap();
    let (mut value, mut grad) = ([0.0], [1.0]);
    for _ in 0..1600 {
        momentum.step(&mut [Slot { value: &mut value, grad: &mut grad, decay: true }]).unwrap();
        grad = [0.0];
    }
    assert_eq!(momentum.state().arrays[0].values, [0.0]);
}

/// A slot of two values when it is checked, and of one when it is updated.
struct Shrinking([f64; 2], [f64; 2], usize);

impl Slots<f64> for Shrinking {
    fn len(&self) -> usize {
        1
    }

    fn slot(&mut self, _index: usize) -> Slot<'_, f64> {
        self.2 += 1;
        let len = if self.2 > 2 { 1 } else { 2 };
        Slot { value: &mut self.0[..len], grad: &mut self.1[..len], decay: true }
    }
}

#[test]
#[should_panic(expected = "slot 0 changed its length within a step")]
fn a_slot_that_changes_within_a_step_panics() {
    let mut optimizer = Momentum::default().build().unwrap();
    let _ = optimizer.step(&mut Shrinking([0.0; 2], [0.0; 2], 0));
}

#[test]
fn debug_output_does_not_print_the_arrays() {
    let mut optimizer = Momentum::default().build().unwrap();
    let (mut value, mut grad) = ([0.0; 1000], [0.0; 1000]);
    optimizer.step(&mut [Slot { value: &mut value, grad: &mut grad, decay: true }]).unwrap();
    let debug = format!("{optimizer:?}");
    assert!(debug.contains("momentum: 0.9") && debug.len() < 200, "{debug}");
}

/// The corrections are computed in `f64`, where 1 − βᵗ is 1 long before t leaves the integers that
/// `f32` or `i32` can hold. A last step of 10⁸ or of 10¹² is as long as any other.
#[test]
fn adam_steps_by_its_rate_after_any_number_of_steps() {
    for steps in [100_000_000, 3_000_000_000, 1_000_000_000_000] {
        let mut adam = Adam { lr: 0.5, ..Adam::default() }.build::<f32>().unwrap();
        adam.step(&mut [Slot { value: &mut [0.0], grad: &mut [1.0], decay: true }]).unwrap();
        let mut state = OptimizerState { steps, ..adam.state() };
        state.arrays.iter_mut().for_each(|array| array.values = vec![1.0]);
        adam.load_state(state).unwrap();
        let mut w = [0.0];
        adam.step(&mut [Slot { value: &mut w, grad: &mut [1.0], decay: true }]).unwrap();
        assert!((w[0] + 0.5).abs() < 1e-6, "after {steps} steps: {}", w[0]);
    }
}
