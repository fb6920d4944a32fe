//! What the sections share, in storeys: each uses those above it in this list, and none below.
//!
//! | module | what it holds |
//! |---|---|
//! | [`screen`] | progress, downloads and lines while a program runs; signals that stop it |
//! | [`findings`] | measurements, and what follows from them |
//! | [`cli`] | flags, settings in files, languages, failures and their exit codes |
//! | [`lab`] | data, and the one loop that trains networks and measures them |
//! | [`report`] | the output of a run: tables, figures, the page, files |
//! | [`section`](mod@section) | a section of the chapter as a program |
//! | [`compare_losses`] | the experiment that sections 6.1 and 6.2 share |
//! | [`luck`] | which random numbers decide how far seeds differ: a part of four sections |

#![forbid(unsafe_code)]
// They panic where nobody can read: those of `screen` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod cli;
pub mod compare_losses;
pub mod findings;
pub mod lab;
pub mod luck;
pub mod report;
pub mod screen;
pub mod section;

pub use section::{Section, main};

/// The code of the README compiles and does what it says.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
