//! Paths and norms against textbook formulas in NumPy and against PyTorch:
//! `docs/reference/optimizers.py` writes `../goldens/optimizers.json`, with the versions used.

use std::collections::{BTreeMap, BTreeSet};

use approx::assert_relative_eq;
use optimizers::{
    AdaGrad, Adam, Decay, Epsilon, Momentum, Optimizer, OptimizerKind, Rule, Sgd, Slot,
    clip_total_norm, constrain_norm, total_norm,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    start: [Vec<f64>; 2],
    grads: Vec<[Vec<f64>; 2]>,
    cases: Vec<Case>,
    differing: Vec<Case>,
    ravine: BTreeMap<String, Vec<[f64; 2]>>,
    norms: Norms,
}

/// One optimizer's 20 steps; a point of the path is the concatenation of both slots.
#[derive(Deserialize)]
struct Case {
    name: String,
    source: String,
    rule: String,
    hyper: BTreeMap<String, f64>,
    decay: Decay,
    path: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Norms {
    max_total_norm: f64,
    grads: [Vec<f64>; 2],
    total_norm: f64,
    clipped: Vec<f64>,
    torch_total_norm: f64,
    torch_clipped: Vec<f64>,
    max_unit_norm: f64,
    weights: Vec<f64>,
    constrained: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../goldens/optimizers.json")).unwrap()
}

impl Golden {
    fn differing(&self, name: &str) -> &Case {
        self.differing.iter().find(|case| case.name == name).unwrap()
    }

    /// Our path with the case's rule; `before_step` can change the optimizer.
    fn path(
        &self,
        case: &Case,
        scale: f64,
        mut before_step: impl FnMut(&mut Box<dyn Optimizer<f64>>),
    ) -> Vec<Vec<f64>> {
        let mut optimizer = case.optimizer();
        let [mut w, mut b] = self.start.clone();
        let steps = self.grads.iter().map(|grads| {
            let [mut dw, mut db] = grads.clone().map(|g| g.iter().map(|g| scale * g).collect());
            before_step(&mut optimizer);
            optimizer.step(&mut slots(&mut w, &mut dw, &mut b, &mut db)).unwrap();
            [w.as_slice(), &b].concat()
        });
        steps.collect()
    }
}

fn slots<'a>(
    w: &'a mut [f64],
    dw: &'a mut Vec<f64>,
    b: &'a mut [f64],
    db: &'a mut Vec<f64>,
) -> [Slot<'a, f64>; 2] {
    [Slot { value: w, grad: dw, decay: true }, Slot { value: b, grad: db, decay: false }]
}

impl Case {
    fn optimizer(&self) -> Box<dyn Optimizer<f64>> {
        let kind: OptimizerKind = self.rule.parse().unwrap();
        let mut optimizer = kind.build_with(self.decay).unwrap();
        let decays = usize::from(self.decay != Decay::None);
        let count = 1 + optimizer.hyperparameters().len() - decays;
        assert_eq!(self.hyper.len(), count, "{}: each hyperparameter, and lr", self.name);
        for (name, value) in &self.hyper {
            optimizer.set(name, *value).unwrap();
        }
        optimizer
    }
}

fn assert_close(ours: &[f64], golden: &[f64], what: &str) {
    assert_eq!(ours.len(), golden.len(), "{what}");
    for (i, (a, b)) in ours.iter().zip(golden).enumerate() {
        assert!((a - b).abs() <= 1e-12 * b.abs(), "{what}[{i}]: {a} is not {b}");
    }
}

fn largest_difference(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Compares the paths of one source, and returns the names of their rules.
fn compared(source: &str) -> BTreeSet<String> {
    let golden = golden();
    let cases = golden.cases.iter().filter(|case| case.source == source);
    let mut rules = BTreeSet::new();
    for case in cases {
        let scale = if case.name.contains("small") { 1e-6 } else { 1.0 };
        let path = golden.path(case, scale, |_| {});
        assert_eq!(path.len(), 20);
        for (t, (ours, golden)) in path.iter().zip(&case.path).enumerate() {
            assert_close(ours, golden, &format!("{}, step {}", case.name, t + 1));
        }
        rules.insert(case.rule.clone());
    }
    rules
}

#[test]
fn paths_of_all_rules_equal_the_textbook_formulas() {
    let rules = compared("textbook");
    for kind in OptimizerKind::ALL {
        let rule = kind.build::<f64>().unwrap().name();
        assert!(
            rules.contains(rule),
            "{rule} has no golden path: give its formula and a case to docs/reference/optimizers.py, \
             whose head says how to run it"
        );
    }
}

#[test]
fn paths_equal_pytorch_where_the_formula_is_the_same() {
    let rules = compared("torch");
    let fewest =
        ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamax"];
    let fewest = fewest.into_iter().chain(["amsgrad", "nadam", "radam"]);
    assert_eq!(fewest.filter(|rule| !rules.contains(*rule)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn nesterov_is_not_the_variant_that_moves_with_the_new_velocity() {
    let golden = golden();
    let slip = golden.differing("nesterov slip");
    let path = golden.path(slip, 1.0, |_| {});
    assert!(largest_difference(&path[..1], &slip.path[..1]) > 0.01, "the first step");
    assert!(largest_difference(&path, &slip.path) > 0.05);
}

#[test]
fn adam_of_pytorch_is_ours_with_a_corrected_epsilon() {
    let golden = golden();
    let torch = golden.differing("torch adam on small gradients");
    let path = golden.path(torch, 1e-6, |_| {});
    assert!(largest_difference(&path, &torch.path) > 1e-3, "gradients near ε show the difference");

    let of = |name| torch.hyper[name];
    let eps = Epsilon::Corrected(of("eps"));
    let adam = Adam { lr: of("lr"), beta1: of("beta1"), beta2: of("beta2"), eps };
    let path = golden.path(torch, 1e-6, |optimizer| {
        if optimizer.steps() == 0 {
            *optimizer = adam.build().unwrap();
        }
    });
    for (ours, golden) in path.iter().zip(&torch.path) {
        assert_close(ours, golden, "adam with ε added to the corrected root");
    }
}

#[test]
fn adamax_of_pytorch_differs_on_gradients_near_epsilon() {
    let golden = golden();
    let torch = golden.differing("torch adamax on small gradients");
    let difference = largest_difference(&golden.path(torch, 1e-6, |_| {}), &torch.path);
    assert!(difference > 1e-4, "{difference}");
}

#[test]
fn momentum_of_pytorch_rescales_the_velocity_when_the_rate_changes() {
    let golden = golden();
    let torch = golden.differing("torch momentum, lr 0.005 after 10 steps");
    let path = golden.path(torch, 1.0, |optimizer| {
        if optimizer.steps() == 10 {
            optimizer.set_lr(0.005).unwrap();
        }
    });
    assert_close(&path[9], &torch.path[9], "before the change");
    assert!(largest_difference(&path[10..], &torch.path[10..]) > 0.01, "after the change");

    let path = golden.path(torch, 1.0, |optimizer| {
        if optimizer.steps() == 10 {
            let mut state = optimizer.state();
            state.lr = 0.005;
            state.arrays[0].values.iter_mut().for_each(|v| *v *= 0.005 / 0.05);
            optimizer.load_state(state).unwrap();
        }
    });
    for (ours, golden) in path.iter().zip(&torch.path) {
        assert_close(ours, golden, "momentum with v rescaled");
    }
}

#[test]
fn decoupled_decay_equals_l2_for_sgd_and_not_for_adam() {
    let golden = golden();
    let path = |name| &golden.cases.iter().find(|case| case.name == name).unwrap().path;
    assert!(largest_difference(path("sgd, L2"), path("sgd, decoupled")) < 1e-14);
    assert!(largest_difference(path("adam, L2"), path("adamw")) > 0.01);
}

/// The ravine of section 6.1.7, whose final values of f are known: AdaGrad is best, momentum worst.
#[test]
fn ravine_paths_equal_the_closed_recursions() {
    let golden = golden();
    let runs: [(Box<dyn Optimizer<f64>>, f64, f64); 4] = [
        (Sgd { lr: 0.95 }.build().unwrap(), 0.016, 5e-4),
        (Momentum { lr: 0.1, ..Momentum::default() }.build().unwrap(), 0.108, 5e-4),
        (AdaGrad { lr: 1.5, ..AdaGrad::default() }.build().unwrap(), 0.0009, 5e-5),
        (Adam { lr: 0.3, ..Adam::default() }.build().unwrap(), 0.104, 5e-4),
    ];
    for (mut optimizer, f_final, rounding) in runs {
        let (mut x, mut y) = ([-7.0], [2.0]);
        let points = &golden.ravine[optimizer.name()];
        assert_eq!(points.len(), 30);
        for point in points {
            assert_close(&[x[0], y[0]], point, optimizer.name());
            if optimizer.steps() < 29 {
                let (mut dx, mut dy) = ([x[0] / 10.0], [2.0 * y[0]]);
                let x = Slot { value: &mut x, grad: &mut dx, decay: true };
                let y = Slot { value: &mut y, grad: &mut dy, decay: true };
                optimizer.step(&mut [x, y]).unwrap();
            }
        }
        let f = x[0] * x[0] / 20.0 + y[0] * y[0];
        assert!((f - f_final).abs() <= rounding, "{}: f = {f}", optimizer.name());
    }
}

#[test]
fn clipping_scales_all_slots_to_the_norm() {
    let norms = golden().norms;
    let [mut dw, mut db] = norms.grads;
    let (mut w, mut b) = (vec![0.0; dw.len()], vec![0.0; db.len()]);
    let mut slots = slots(&mut w, &mut dw, &mut b, &mut db);
    let norm = clip_total_norm(&mut slots, norms.max_total_norm).unwrap();
    assert_relative_eq!(norm, norms.total_norm, max_relative = 1e-12);
    assert_relative_eq!(norm, norms.torch_total_norm, max_relative = 1e-12);
    assert_relative_eq!(total_norm(&mut slots), norms.max_total_norm, max_relative = 1e-12);
    let clipped = [dw, db].concat();
    assert_close(&clipped, &norms.clipped, "clipped");
    for (ours, torch) in clipped.iter().zip(&norms.torch_clipped) {
        assert_relative_eq!(ours, torch, max_relative = 1e-6);
        assert!(ours.abs() > torch.abs() || *ours == 0.0, "PyTorch ends a little below");
    }
}

#[test]
fn norm_constraint_scales_each_long_unit() {
    let Norms { mut weights, constrained, max_unit_norm, .. } = golden().norms;
    constrain_norm(&mut weights, 2, max_unit_norm).unwrap();
    assert_close(&weights, &constrained, "constrained");
}
