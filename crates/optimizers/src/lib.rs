//! Gradient descent update rules over plain slices.
