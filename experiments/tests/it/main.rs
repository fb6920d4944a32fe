//! The integration tests in one binary: shared code is compiled and linked once.

mod api;
mod common;

mod bad_input;
mod compare;
mod divergence;
mod docs;
mod export;
mod faults;
mod house;
mod luck;
mod optimizers;
mod other_data;
mod parts;
mod peers;
mod resume;
mod scale_out;
mod search;
mod signals;
mod smoke;
mod study;
mod trial;
mod verify;
