//! A network that is trained in turns has the losses of one that `training` trains to the end.

use std::ops::ControlFlow;
use std::sync::Mutex;

use browser::Session;
use init::Seed;
use kernels::ByteRows;
use layers::{DropoutScaling, MultiLayerNet};
use optimizers::OptimizerKind;
use serde_json::{Value, json};
use training::{Contestant, Plan, Samples, train};

const UPDATES: usize = 25;

fn asked(session: &mut Session, request: &Value) -> Value {
    let answer = session.answer(request.to_string().as_bytes(), &mut Vec::new());
    serde_json::from_slice::<Value>(&answer).unwrap()["ok"].take()
}

fn settings() -> Value {
    json!({
        "seed": 5, "unit": 3, "batches": 0, "images": 200, "validation": 0, "batch_size": 10,
        "hidden": [20, 10], "initializer": "0.1", "batch_norm": true, "weight_decay": 0.01,
        "dropout": 0.3, "optimizer": "momentum", "lr": 0.05,
    })
}

fn begin(session: &mut Session) {
    asked(session, &json!({ "do": "synthetic", "train": 300, "test": 40 }));
    asked(session, &json!({ "do": "train", "network": 0, "settings": settings() }));
}

fn losses(session: &mut Session, turns: &[usize]) -> Vec<f64> {
    let request =
        |updates| json!({ "do": "advance", "network": 0, "updates": updates, "loss_after": true });
    let turn = |&updates: &usize| {
        serde_json::from_value::<Vec<f64>>(asked(session, &request(updates))).unwrap()
    };
    turns.iter().flat_map(turn).collect()
}

#[test]
fn turns_train_as_the_native_programs_do() {
    let mut session = Session::default();
    begin(&mut session);
    let in_turns = losses(&mut session, &[1, 7, 17]);

    let digits = mnist_io::synthetic(0, 200, 0).train;
    let images = ByteRows::new((0..200).map(|i| digits.images.image(i)));
    let network = MultiLayerNet::new(784, &[20, 10], 10)
        .initializer("0.1".parse().unwrap())
        .batch_norm(true)
        .weight_decay(0.01)
        .dropout(0.3, DropoutScaling::AtEvaluation);
    let seed = Seed::new(5);
    let mut contestant =
        Contestant::<f32>::new(&network, OptimizerKind::Momentum, seed.unit(3)).unwrap();
    contestant.optimizer.set_lr(0.05).unwrap();
    let whole = Mutex::new(Vec::new());
    let _never_breaks = train(
        &mut [contestant],
        &Samples::new(images, digits.labels),
        Plan::updates(UPDATES, 10),
        seed,
        &|mut moment| {
            whole.lock().unwrap().push(moment.loss_after());
            ControlFlow::Continue(())
        },
    );
    assert_eq!(in_turns, whole.into_inner().unwrap());
}

/// Without batch normalisation, whose running means are no parameters.
#[test]
fn a_change_of_regularisation_keeps_the_weights() {
    let mut session = Session::default();
    begin(&mut session);
    let mut plain = settings();
    plain["batch_norm"] = json!(false);
    asked(&mut session, &json!({ "do": "train", "network": 0, "settings": plain }));
    losses(&mut session, &[10]);
    let units = json!({ "do": "units", "network": 0 });
    let before = asked(&mut session, &units);
    let change = json!({ "do": "change", "network": 0, "weight_decay": 0.5, "dropout": 0.3 });
    asked(&mut session, &change);
    losses(&mut session, &[0]);
    assert_eq!(asked(&mut session, &units)["outputs"], before["outputs"]);
}

#[test]
fn wrong_requests_are_errors() {
    let error = |request: &str| {
        let answer = Session::default().answer(request.as_bytes(), &mut Vec::new());
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        answer["error"].as_str().unwrap_or_else(|| panic!("{request}: {answer}")).to_owned()
    };
    assert!(error("{").contains("EOF"));
    assert!(error(r#"{"do": "idx", "first": 1}"#).contains("ends at byte 0"));
    assert!(error(r#"{"do": "accuracy", "network": 7}"#).contains("no network 7"));
    let train = json!({ "do": "train", "network": 0, "settings": settings() });
    assert!(error(&train.to_string()).contains("no data yet"));
    let walk = r#"{"do": "ravine", "optimizer": "sgd", "lr": -1, "start": [0, 0], "points": 2}"#;
    assert!(error(walk).contains("lr"));
}
