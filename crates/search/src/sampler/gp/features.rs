//! The coordinates in which a process sees a space.

use crate::{Distribution, Space};

/// Numbers stay coordinates of the unit cube; a choice becomes one column a name, 1/√2 in that of its
/// own and 0 in the others, so that any two choices lie at distance 1.
#[derive(Clone, Debug)]
pub struct Features {
    /// For each dimension, how many columns: 0 for a number.
    choices: Vec<usize>,
    groups: Vec<usize>,
}

impl Features {
    pub fn of(space: &Space) -> Self {
        let choices: Vec<usize> = (space.dimensions().iter())
            .map(|(_, distribution)| match distribution {
                Distribution::Categorical { choices } => choices.len(),
                _ => 0,
            })
            .collect();
        let columns = choices.iter().enumerate();
        let groups = columns.flat_map(|(k, &n)| std::iter::repeat_n(k, n.max(1))).collect();
        Self { choices, groups }
    }

    /// The dimension that each column belongs to.
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }

    /// The columns of a point of the unit cube.
    pub fn of_unit(&self, unit: &[f64]) -> Vec<f64> {
        let mut columns = Vec::with_capacity(self.groups.len());
        for (&choices, &u) in self.choices.iter().zip(unit) {
            if choices == 0 {
                columns.push(u);
                continue;
            }
            let chosen = ((u * choices as f64) as usize).min(choices - 1);
            let column = |k| if k == chosen { std::f64::consts::FRAC_1_SQRT_2 } else { 0.0 };
            columns.extend((0..choices).map(column));
        }
        columns
    }

    /// A gradient by columns as one by dimensions; choices have none.
    pub fn to_unit(&self, gradient: &[f64]) -> Vec<f64> {
        let mut columns = gradient.iter();
        let slope = |&choices: &usize| match choices {
            0 => columns.next().copied().unwrap_or(0.0),
            n => {
                columns.nth(n - 1);
                0.0
            }
        };
        self.choices.iter().map(slope).collect()
    }
}
