//! The examples, with small settings.

#[allow(dead_code)] // `main`
#[path = "../../examples/own_rule.rs"]
mod own_rule;

#[test]
fn an_own_rule_and_adam_go_down_both_functions() {
    let [ravine, rosenbrock] = own_rule::compare(300).unwrap().try_into().unwrap();
    // The starts are at 6.45 and 4.
    assert!(ravine.iter().all(|&f| f < 0.1), "{ravine:?}");
    assert!(rosenbrock.iter().all(|&f| f < 0.5), "{rosenbrock:?}");
}
