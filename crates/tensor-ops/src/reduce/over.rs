//! The axis of a reduction, and access along it.

use kernels::Scalar;
use nalgebra::DMatrix;

/// The axis that a reduction removes, as NumPy's `axis` argument does.
///
/// # Example
/// ```
/// use tensor_ops::reduce::{Over, sum};
///
/// let mut total = [0.0; 1];
/// sum(&nalgebra::dmatrix![1.0, 2.0], Over::Columns, &mut total); // np.sum(x, axis=1)
/// assert_eq!(total, [3.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// NumPy's `axis=0`: over the rows, one result per column.
    Rows,
    /// NumPy's `axis=1`: over the columns, one result per row.
    Columns,
}

pub(super) fn columns<T: Scalar>(x: &DMatrix<T>) -> impl Iterator<Item = &[T]> {
    // Not `chunks_exact`, which panics for 0 rows: then every column is an empty slice.
    (0..x.ncols()).map(|j| &x.as_slice()[j * x.nrows()..(j + 1) * x.nrows()])
}

#[track_caller]
pub(super) fn check<T: Scalar>(x: &DMatrix<T>, over: Over, places: usize) {
    let (results, what) = match over {
        Over::Rows => (x.ncols(), "column"),
        Over::Columns => (x.nrows(), "row"),
    };
    assert_eq!(places, results, "reduce over {over:?}: out must have one element per {what}");
}
