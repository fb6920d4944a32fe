#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod initializer;
mod normal;
mod orthogonal;
mod seed;

pub use initializer::{Fans, Initialize, Initializer, InitializerError};
pub use seed::{Purpose, Seed, StreamName};
