//! The integration tests, in one binary: what they share is compiled and linked once.

mod allocations;
mod golden;
mod kinds;
mod properties;
mod rules;
mod schedules;
