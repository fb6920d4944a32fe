//! Figures of training experiments as SVG and PNG.
