//! The integration tests are one binary, so that it is linked once.

mod examples;
