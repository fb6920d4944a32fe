//! Schedules against PyTorch and optax: `docs/reference/schedules.py` writes
//! `../goldens/schedules.json`, with the versions used.

use optimizers::schedules::{Cosine, Exponential, OneCycle, Schedule, Step, Warmup};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

/// The rates of a PyTorch or optax schedule at its ends and boundaries.
#[derive(Deserialize)]
struct Case {
    source: String,
    schedule: String,
    hyper: Value,
    /// Step and rate.
    rates: Vec<(u64, f64)>,
}

impl Case {
    fn ours(&self) -> Box<dyn Schedule> {
        fn of<S: Schedule + DeserializeOwned + 'static>(hyper: &Value) -> Box<dyn Schedule> {
            Box::new(serde_json::from_value::<S>(hyper.clone()).unwrap())
        }
        let build = match self.schedule.as_str() {
            "step" => of::<Step>,
            "exponential" => of::<Exponential>,
            "cosine" => of::<Cosine>,
            "warmup, constant" => of::<Warmup<f64>>,
            "warmup, step" => of::<Warmup<Step>>,
            "warmup, exponential" => of::<Warmup<Exponential>>,
            "warmup, cosine" => of::<Warmup<Cosine>>,
            "one_cycle" => of::<OneCycle>,
            schedule => panic!("no schedule {schedule}"),
        };
        build(&self.hyper)
    }
}

fn assert_rates(source: &str, count: usize) {
    let text = include_str!("../goldens/schedules.json");
    let Golden { mut cases } = serde_json::from_str(text).unwrap();
    cases.retain(|case| case.source == source);
    assert_eq!(cases.len(), count);
    for case in cases {
        let ours = case.ours();
        for &(step, golden) in &case.rates {
            let rate = ours.lr(step);
            let what = format!("{} {}, step {step}", case.schedule, case.hyper);
            assert!((rate - golden).abs() <= 1e-12 * golden, "{what}: {rate} is not {golden}");
        }
    }
}

#[test]
fn rates_at_ends_and_boundaries_equal_pytorch() {
    assert_rates("torch", 19);
}

#[test]
fn rates_at_ends_and_boundaries_equal_optax() {
    assert_rates("optax", 17);
}
