//! The coordinates in which a Gaussian process sees a space.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::Space;

/// A number stays a coordinate of the unit cube. A choice becomes one column for each name, with
/// 1/√2 in its own column and 0 in the others, so that any two choices are at distance 1.
#[derive(Clone, Debug)]
pub struct Features {
    /// The number of choices of each dimension; 0 for a number.
    choices: Vec<usize>,
    /// The dimension that each column belongs to.
    pub groups: Vec<usize>,
}

impl Features {
    pub fn of(space: &Space) -> Self {
        let choices: Vec<usize> =
            space.dimensions().iter().map(|(_, d)| d.choices().len()).collect();
        let columns = choices.iter().enumerate();
        let groups = columns.flat_map(|(k, &n)| std::iter::repeat_n(k, n.max(1))).collect();
        Self { choices, groups }
    }

    /// The columns of a point of the unit cube.
    pub fn of_unit(&self, unit: &[f64]) -> Vec<f64> {
        let mut columns = Vec::with_capacity(self.groups.len());
        for (&choices, &u) in self.choices.iter().zip(unit) {
            if choices == 0 {
                columns.push(u);
            } else {
                let chosen = ((u * choices as f64) as usize).min(choices - 1);
                let column = |k| if k == chosen { FRAC_1_SQRT_2 } else { 0.0 };
                columns.extend((0..choices).map(column));
            }
        }
        columns
    }

    /// The gradient by dimension, from the gradient by column; 0 for choices.
    pub fn to_unit(&self, gradient: &[f64]) -> Vec<f64> {
        let mut by_dimension = vec![0.0; self.choices.len()];
        for (&dimension, &slope) in self.groups.iter().zip(gradient) {
            if self.choices[dimension] == 0 {
                by_dimension[dimension] = slope;
            }
        }
        by_dimension
    }
}
