//! Names and defaults on the command line.

use optimizers::{AdaGrad, Adam, Epsilon, Momentum, OptimizerError, OptimizerKind, RmsProp, Sgd};

#[test]
fn names_are_read_as_they_are_written() {
    for kind in OptimizerKind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        let optimizer = kind.build::<f32>().unwrap();
        let rule = if kind == OptimizerKind::AdamW { "adam" } else { kind.name() };
        assert_eq!(optimizer.name(), rule);
    }
    assert_eq!(format!("{:>8}|", OptimizerKind::Adam), "    adam|");
}

#[test]
fn other_names_are_refused_with_all_that_exist() {
    for name in ["", "Adam", " adam", "rmsprpo"] {
        let error = name.parse::<OptimizerKind>().unwrap_err();
        assert!(matches!(&error, OptimizerError::UnknownName { found, .. } if found == name));
        for kind in OptimizerKind::ALL {
            assert!(error.to_string().contains(kind.name()), "{error}");
        }
    }
}

#[test]
fn defaults_are_those_of_the_book() {
    assert_eq!(Sgd::default(), Sgd { lr: 0.01 });
    assert_eq!(Momentum::default(), Momentum { lr: 0.01, momentum: 0.9 });
    assert_eq!(AdaGrad::default(), AdaGrad { lr: 0.01, eps: 1e-7 });
    assert_eq!(RmsProp::default(), RmsProp { lr: 0.01, rho: 0.99, eps: 1e-7 });
    assert_eq!(
        Adam::default(),
        Adam { lr: 0.001, beta1: 0.9, beta2: 0.999, eps: Epsilon::Uncorrected(1e-7) }
    );
}
