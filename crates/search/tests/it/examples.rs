//! The examples, with small settings.

#[allow(dead_code)] // `main`
#[path = "../../examples/network.rs"]
mod network;

use search::{End, ranking};

#[test]
fn the_search_over_a_network_prunes_and_finds_one_that_learns() {
    let trials = network::search(300, 12).unwrap();
    assert_eq!(trials.len(), 12);
    assert!(trials.iter().any(|trial| matches!(trial.end, End::Stopped(_))));
    assert!(ranking(&trials)[0].value() > 0.5);
}
