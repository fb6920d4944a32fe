//! The integration tests, in one binary, so that their shared code is compiled and linked once.

mod common;

mod degenerate;
mod page;
mod png;
mod structure;
mod text;
