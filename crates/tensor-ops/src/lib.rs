//! Matrix products, reductions and numerical tools on nalgebra matrices.
