//! The integration tests, in one binary, so that it is compiled and linked once.

mod allocations;
mod examples;
mod golden;
mod kinds;
mod properties;
mod rules;
mod schedules;
