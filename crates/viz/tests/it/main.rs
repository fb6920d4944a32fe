//! The integration tests, in one binary: what they share is compiled and linked once.

mod common;

mod degenerate;
mod png;
mod structure;
mod text;
