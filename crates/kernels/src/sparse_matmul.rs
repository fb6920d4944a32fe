//! Products of a sparse matrix with a dense one.

use crate::instructions::Instructions;
use crate::matmul::MatrixRef;
use crate::product::{PartialSums, SparseProduct};
use crate::scalar::Scalar;
use crate::sparse_rows::{BYTES, SparseRows};

/// A sparse matrix of bytes, with the number that each byte represents; byte 0 represents 0.
#[derive(Clone, Copy, Debug)]
pub struct SparseRef<'a, T> {
    /// The non-zero bytes.
    pub rows: &'a SparseRows,
    /// The number that each byte represents.
    pub values: &'a [T; BYTES],
}

/// C ← S·D + `add`, where `add` is added to every row; then C ← max(0, C) if `relu`.
///
/// Shapes: S is (m, k), D is (k, n), column-major, `add` has n elements, `c` is (m, n),
/// column-major. The result has the same bits as [`matmul`](crate::matmul()), with two exceptions:
/// where a zero of S meets an infinity or NaN in D, the dense product is NaN; and where this one is
/// −0, the dense one may be +0.
///
/// # Panics
/// If the shapes do not match, or D is row-major.
///
/// # Example
/// ```
/// use kernels::{BYTES, ByteRows, MatrixRef, PartialSums, SparseRef, SparseRows, sparse_matmul};
///
/// let mut rows = SparseRows::default();
/// rows.gather(&ByteRows::new([&[0, 4, 0][..], &[2, 0, 0]]), 0..2);
/// let values: [f32; BYTES] = std::array::from_fn(|byte| byte as f32 / 2.0);
/// let s = SparseRef { rows: &rows, values: &values };
/// let d = MatrixRef::column_major(&[1.0, 3.0, 5.0], (3, 1));
/// let mut c = [0.0; 2];
/// sparse_matmul(s, d, None, false, &mut PartialSums::default(), &mut c);
/// assert_eq!(c, [6.0, 1.0]);
/// ```
#[track_caller]
pub fn sparse_matmul<T: Scalar>(
    s: SparseRef<'_, T>,
    d: MatrixRef<'_, T>,
    add: Option<&[T]>,
    relu: bool,
    work: &mut PartialSums<T>,
    c: &mut [T],
) {
    sparse_matmul_with(Instructions::best(), s, d, add, relu, work, c);
}

/// [`sparse_matmul`] with `instructions`.
#[track_caller]
fn sparse_matmul_with<T: Scalar>(
    instructions: Instructions,
    s: SparseRef<'_, T>,
    d: MatrixRef<'_, T>,
    add: Option<&[T]>,
    relu: bool,
    work: &mut PartialSums<T>,
    c: &mut [T],
) {
    let ((m, k), (k_d, n)) = ((s.rows.len(), s.rows.width()), d.shape);
    assert!(
        k == k_d && c.len() == m * n,
        "sparse_matmul: ({m}, {k}) times ({k_d}, {n}) into {} elements",
        c.len()
    );
    assert!(add.is_none_or(|add| add.len() == n), "sparse_matmul: one element of add per column");
    assert_eq!(d.strides, (1, k), "sparse_matmul: D must be column-major");
    assert!(instructions.is_available(), "sparse_matmul: the processor has no {instructions:?}");
    let SparseRef { rows, values } = s;
    let (d, c) = (d.values, c.as_mut_ptr());
    let product = SparseProduct { rows, values, d, sizes: (k, n), add, relu, work, c };
    // SAFETY: the processor has the instructions, and c mutably borrows C's m·n elements.
    unsafe { T::sparse(instructions, product) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::byte_rows::ByteRows;
    use crate::matmul::matmul_with;
    use crate::product::Epilogue;
    use proptest::prelude::*;

    /// Non-zero for about one byte in `gap`.
    fn byte(i: usize, j: usize, gap: usize) -> u8 {
        let kept = (i * 31 + j * 17 + i * j).is_multiple_of(gap);
        if kept { 1 + (i * 7 + j * 13) as u8 % 255 } else { 0 }
    }

    /// Bytes represent numbers of either sign.
    fn value<T: Scalar>(byte: u8) -> T {
        T::of(if byte == 0 { 0.0 } else { f64::from(byte) / 70.0 - 1.7 })
    }

    /// The same matrix as `sparse`, dense and row-major.
    fn fill<T: Scalar>(rows: usize, columns: usize, gap: usize) -> Vec<T> {
        let places = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
        places.map(|(i, j)| value(byte(i, j, gap))).collect()
    }

    fn sparse(rows: usize, columns: usize, gap: usize) -> SparseRows {
        let row = |i| (0..columns).map(|j| byte(i, j, gap)).collect();
        let bytes: Vec<Vec<u8>> = (0..rows).map(row).collect();
        let mut sparse = SparseRows::default();
        sparse.gather(&ByteRows::new(bytes.iter().map(Vec::as_slice)), 0..rows);
        sparse
    }

    fn check<T: Scalar>((m, k, n): (usize, usize, usize), gap: usize) {
        let (x, w, dy) = (fill::<T>(m, k, gap), fill::<T>(n, k, 1), fill::<T>(n, m, 1));
        let (w, dy) = (MatrixRef::column_major(&w, (k, n)), MatrixRef::column_major(&dy, (m, n)));
        let (rows, mut columns) = (sparse(m, k, gap), SparseRows::default());
        columns.set_transpose(&rows);
        let values = std::array::from_fn(|byte| value(byte as u8));
        let bias: Vec<T> = (0..n).map(|j| T::of(j as f64 / 3.0 - 9.0)).collect();
        for instructions in Instructions::available() {
            let mut work = PartialSums::default();
            for relu in [false, true] {
                let (mut expected, mut y) = (vec![T::zero(); m * n], vec![T::nan(); m * n]);
                let epilogue = if relu { Epilogue::Relu } else { Epilogue::None };
                let (a, add) = (MatrixRef::row_major(&x, (m, k)), Some(&bias[..]));
                matmul_with(instructions, a, w, add, epilogue, &mut expected);
                let s = SparseRef { rows: &rows, values: &values };
                sparse_matmul_with(instructions, s, w, add, relu, &mut work, &mut y);
                assert_eq!(y, expected, "{instructions:?}, ReLU: {relu}");
            }
            let (mut expected, mut dw) = (vec![T::zero(); k * n], vec![T::nan(); k * n]);
            let a = MatrixRef::column_major(&x, (k, m));
            matmul_with(instructions, a, dy, None, Epilogue::None, &mut expected);
            let s = SparseRef { rows: &columns, values: &values };
            sparse_matmul_with(instructions, s, dy, None, false, &mut work, &mut dw);
            assert_eq!(dw, expected, "{instructions:?}");
        }
    }

    proptest! {
        #[test]
        fn sparse_products_have_the_bits_of_dense_ones(
            m in 1..40usize, k in 1..40usize, n in 0..120usize, gap in 1..9usize,
        ) {
            check::<f64>((m, k, n), gap);
            check::<f32>((m, k, n), gap);
        }
    }

    #[test]
    fn sparse_products_have_the_bits_of_dense_ones_at_the_experiments_shapes() {
        for sizes in [(128, 784, 100), (100, 784, 50), (300, 100, 10), (1, 784, 1000)] {
            check::<f64>(sizes, 5);
            check::<f32>(sizes, 5);
        }
    }

    #[test]
    fn terms_of_zero_times_infinity_are_skipped() {
        let (rows, values) = (sparse(1, 4, 4), std::array::from_fn(|byte| value(byte as u8)));
        let d = [1.0, f32::INFINITY, f32::INFINITY, f32::INFINITY];
        let (s, mut c) = (SparseRef { rows: &rows, values: &values }, [0.0]);
        let d = MatrixRef::column_major(&d, (4, 1));
        sparse_matmul(s, d, None, false, &mut PartialSums::default(), &mut c);
        assert!(c[0].is_finite());
    }

    fn product(d: MatrixRef<'_, f32>) {
        let (rows, values) = (sparse(2, 3, 1), std::array::from_fn(|byte| value(byte as u8)));
        let s = SparseRef { rows: &rows, values: &values };
        sparse_matmul(s, d, None, false, &mut PartialSums::default(), &mut [0.0; 4]);
    }

    #[test]
    #[should_panic(expected = "(2, 3) times (2, 2) into 4 elements")]
    fn shapes_that_do_not_fit_are_refused() {
        product(MatrixRef::column_major(&[0.0; 4], (2, 2)));
    }

    #[test]
    #[should_panic(expected = "D must be column-major")]
    fn a_row_major_factor_is_refused() {
        product(MatrixRef::row_major(&[0.0; 6], (3, 2)));
    }
}
