//! The spine of the section binaries: arguments, data, training, results.
//!
//! A binary implements [`Section`] and hands itself to [`main()`]: it then reads like its section of
//! the book (settings, networks, train, figure), and everything else lives here, once.

#![forbid(unsafe_code)]
// They panic where nobody can read: `Run::say` and `progress::notice` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
pub mod bands;
mod command;
pub mod compare;
pub mod compare_losses;
mod config;
pub mod curves;
mod data;
mod export;
mod failure;
mod fetching;
mod folder;
mod interrupt;
mod judgement;
mod lang;
mod leftover;
mod log;
mod manifest;
mod metrics;
mod page;
mod progress;
mod reference;
mod run;
pub mod search;
mod section;
pub mod text;
mod trainer;
pub mod trial;

pub use args::{Args, DataArgs, NoFlags, Precision};
pub use data::Data;
pub use failure::Failure;
pub use judgement::Conclusion;
pub use lang::Lang;
pub use log::Log;
pub use metrics::{DIVERGED, Metrics, Row};
pub use page::Table;
pub use reference::{Printed, csv_rows};
pub use run::Run;
pub use section::{Section, main};
pub use trainer::{Measure, accuracy, each_seed, train};

/// The code of the README compiles and does what it says.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
