//! Files that other programs open.

mod exporter;
mod model;
mod npz;
mod tensorboard;

use crate::cli::Args;

pub(super) use exporter::Exporter;

/// The formats that the flags ask for.
pub(super) fn wanted(args: &Args) -> Vec<Box<dyn Exporter>> {
    let all: [(bool, Box<dyn Exporter>); 3] = [
        (args.tensorboard, Box::new(tensorboard::TensorBoard)),
        (args.npz, Box::new(npz::Npz::default())),
        (args.save_model, Box::new(model::Model)),
    ];
    all.into_iter().filter_map(|(wanted, exporter)| wanted.then_some(exporter)).collect()
}
