//! The search for a network's hyperparameters: what can be searched, and the training of a trial.
//!
//! [`space`] makes a [`Space`](::search::Space) of [`Hyperparameter`]s, [`Settings`] say what a network
//! with the parameters of a trial is, a [`Task`] trains it, and [`objective`] hands this to a
//! [`Search`](::search::Search). [`open`] keeps trials in a file.

mod hyperparameter;
mod objective;
mod settings;
pub mod space;
mod study;
pub mod training;

pub use hyperparameter::Hyperparameter;
pub use objective::objective;
pub use settings::Settings;
pub use study::open;
pub use training::{Epoch, Task};
