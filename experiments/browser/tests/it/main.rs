//! The built page is the one of the sources, and trains as the native programs do.

mod built;
mod colors;
mod training;
