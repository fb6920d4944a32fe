//! Matrices most of whose numbers are zero, as images are, and their products with dense ones.

use nalgebra::DMatrix;

use crate::byte_rows::ByteRows;
use crate::kernel::{self, Instructions, Workspace, with_wide_registers};
use crate::lines::{Entry, Lines};
use crate::{Scalar, reshape};

/// A (rows, columns) matrix of which only the non-zeros are kept, by rows and by columns.
///
/// Four fifths of MNIST's pixels are zero, so that products with a batch of them take less than half
/// the time of a dense [`matmul`](crate::matmul()). They have the same bits: what is left out
/// would have added zero. Only an infinity or NaN that meets a zero pixel makes a difference: 0·∞ is
/// left out like every other zero, where the dense product has NaN.
///
/// Like `scipy.sparse`'s CSR and CSC arrays in one.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tensor_ops::{Sparse, Workspace};
///
/// let x = Sparse::from(&dmatrix![0.0, 2.0, 0.0; 1.0, 0.0, 0.0]);
/// let w = dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
/// let (mut y, mut dw) = (nalgebra::DMatrix::zeros(2, 2), nalgebra::DMatrix::zeros(3, 2));
/// let mut work = Workspace::default();
/// x.matmul(&w, Some(&[0.5, -0.5]), &mut work, &mut y); // x·w + b
/// assert_eq!(y, dmatrix![6.5, 7.5; 1.5, 1.5]);
/// x.tr_matmul(&y, &mut work, &mut dw); // xᵀ·y
/// assert_eq!(dw, dmatrix![1.5, 1.5; 13.0, 15.0; 0.0, 0.0]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sparse<T> {
    rows: Lines<T>,
    columns: Lines<T>,
}

/// Rows that are asked for ahead of the one that is worked on.
const AHEAD: usize = 8;

impl<T: Scalar> Sparse<T> {
    /// (rows, columns).
    ///
    /// ```
    /// let x = tensor_ops::Sparse::from(&nalgebra::DMatrix::<f32>::zeros(128, 784));
    /// assert_eq!(x.shape(), (128, 784));
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        (self.rows.len(), self.rows.width)
    }

    /// How many numbers are kept.
    ///
    /// ```
    /// let x = tensor_ops::Sparse::from(&nalgebra::dmatrix![0.0, 3.0; f64::NAN, -0.0]);
    /// assert_eq!(x.non_zeros(), 2);
    /// ```
    pub fn non_zeros(&self) -> usize {
        self.rows.end()
    }

    /// Becomes a matrix of these of the `rows`, in this order, a number for each of their bytes, and
    /// keeps its allocations. `value` of 0 is 0.
    ///
    /// # Panics
    /// If there is no such row.
    ///
    /// ```
    /// use tensor_ops::{ByteRows, Sparse};
    ///
    /// let images = ByteRows::new([&[0, 255, 0][..], &[51, 0, 0]]);
    /// let mut x = Sparse::<f32>::default();
    /// x.gather(&images, [1, 0], |byte| f32::from(byte) / 255.0);
    /// let mut dense = nalgebra::DMatrix::zeros(0, 0);
    /// x.to_dense(&mut dense);
    /// assert_eq!(dense, nalgebra::dmatrix![0.2, 0.0, 0.0; 0.0, 1.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn gather(
        &mut self,
        rows: &ByteRows,
        indices: impl IntoIterator<Item = usize, IntoIter: Clone>,
        value: impl Fn(u8) -> T,
    ) {
        // They are anywhere in memory, and so is what says where: each is asked for while others are
        // worked on.
        let indices = indices.into_iter();
        indices.clone().for_each(|i| rows.prefetch_ends(i));
        let mut ahead = indices.clone();
        ahead.by_ref().take(AHEAD).for_each(|i| rows.prefetch(i));
        let chosen = indices.map(|i| {
            if let Some(later) = ahead.next() {
                rows.prefetch(later);
            }
            let row = rows.row(i);
            (row.0.len(), row)
        });
        self.set_rows(rows.width(), chosen, |(places, bytes), room| {
            let numbers = room.iter_mut().zip(places).zip(bytes);
            with_wide_registers(|| {
                numbers.for_each(|((number, &place), &byte)| {
                    *number = (u32::from(place), value(byte));
                });
            });
            places.len()
        });
    }

    /// Becomes rows of `width` numbers; `keep` writes the non-zeros of one into the room it is given,
    /// which is for as many as stands beside the row, and says how many there are.
    #[track_caller]
    fn set_rows<R>(
        &mut self,
        width: usize,
        rows: impl IntoIterator<Item = (usize, R)>,
        keep: impl Fn(R, &mut [Entry<T>]) -> usize,
    ) {
        let lines = &mut self.rows;
        lines.starts.truncate(1);
        lines.width = width;
        let mut end = 0;
        for (most, row) in rows {
            if lines.entries.len() < end + most {
                lines.entries.resize(end + most, (0, T::zero()));
            }
            end += keep(row, &mut lines.entries[end..end + most]);
            lines.starts.push(u32::try_from(end).expect("sparse: fewer than 2³² non-zeros"));
        }
        assert!(u32::try_from(width).is_ok(), "sparse: rows of {width} numbers");
        self.sort_by_column();
    }

    /// Sorts the non-zeros by columns, those of a column in order of rows, by counting.
    fn sort_by_column(&mut self) {
        let Self { rows, columns } = self;
        columns.width = rows.len();
        columns.starts.clear();
        columns.starts.resize(rows.width + 1, 0);
        if columns.entries.len() < rows.end() {
            columns.entries.resize(rows.end(), (0, T::zero()));
        }
        let (starts, entries) = (&mut columns.starts[..], &mut columns.entries[..]);
        for &(column, _) in rows.entries() {
            starts[column as usize] += 1;
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += std::mem::replace(start, sum);
        }
        for row in 0..rows.len() {
            for &(column, value) in rows.line(row) {
                let at = &mut starts[column as usize];
                entries[*at as usize] = (row as u32, value);
                *at += 1;
            }
        }
        // Each start has moved to the end of its line, which is the start of the next.
        starts.rotate_right(1);
        starts[0] = 0;
    }

    /// Writes the whole matrix, zeros included, into `dense`, which takes its shape.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![0.0, 3.0; 4.0, 0.0];
    /// let mut again = nalgebra::DMatrix::zeros(0, 0);
    /// tensor_ops::Sparse::from(&x).to_dense(&mut again);
    /// assert_eq!(again, x);
    /// ```
    pub fn to_dense(&self, dense: &mut DMatrix<T>) {
        let (rows, columns) = self.shape();
        reshape(dense, rows, columns);
        dense.fill(T::zero());
        for row in 0..rows {
            for &(column, value) in self.rows.line(row) {
                dense[(row, column as usize)] = value;
            }
        }
    }

    /// Y ← X·D, with `add` added to every row: X is this matrix, (m, k), D (k, n), `add` has n
    /// numbers, `y` is (m, n).
    ///
    /// # Panics
    /// If the shapes do not fit together.
    ///
    /// ```
    /// use tensor_ops::{Sparse, Workspace};
    ///
    /// let x = Sparse::from(&nalgebra::dmatrix![0.0, 2.0]);
    /// let mut y = nalgebra::dmatrix![f64::NAN];
    /// x.matmul(&nalgebra::dmatrix![7.0; 5.0], None, &mut Workspace::default(), &mut y);
    /// assert_eq!(y[0], 10.0);
    /// ```
    #[track_caller]
    pub fn matmul(
        &self,
        d: &DMatrix<T>,
        add: Option<&[T]>,
        work: &mut Workspace<T>,
        y: &mut DMatrix<T>,
    ) {
        self.product(d, add, false, work, y);
    }

    /// [`matmul`](Self::matmul) and ReLU in one pass, as [`matmul_relu`](crate::matmul_relu()).
    ///
    /// # Panics
    /// If the shapes do not fit together.
    ///
    /// ```
    /// use tensor_ops::{Sparse, Workspace};
    ///
    /// let x = Sparse::from(&nalgebra::dmatrix![0.0, 2.0]);
    /// let mut y = nalgebra::dmatrix![f64::NAN];
    /// x.matmul_relu(&nalgebra::dmatrix![7.0; -5.0], None, &mut Workspace::default(), &mut y);
    /// assert_eq!(y[0], 0.0);
    /// ```
    #[track_caller]
    pub fn matmul_relu(
        &self,
        d: &DMatrix<T>,
        add: Option<&[T]>,
        work: &mut Workspace<T>,
        y: &mut DMatrix<T>,
    ) {
        self.product(d, add, true, work, y);
    }

    #[track_caller]
    fn product(
        &self,
        d: &DMatrix<T>,
        add: Option<&[T]>,
        relu: bool,
        work: &mut Workspace<T>,
        y: &mut DMatrix<T>,
    ) {
        assert!(
            d.nrows() == self.rows.width && y.shape() == (self.rows.len(), d.ncols()),
            "sparse matmul: {:?} times {:?} into {:?}",
            self.shape(),
            d.shape(),
            y.shape()
        );
        assert!(add.is_none_or(|add| add.len() == d.ncols()), "sparse matmul: a number a column");
        kernel::sparse(Instructions::best(), &self.rows, d, add, relu, work, y);
    }

    /// Y ← Xᵀ·D: X is this matrix, (m, k), D (m, n), `y` (k, n).
    ///
    /// # Panics
    /// If the shapes do not fit together.
    ///
    /// ```
    /// use tensor_ops::{Sparse, Workspace};
    ///
    /// let x = Sparse::from(&nalgebra::dmatrix![0.0, 2.0]);
    /// let mut y = nalgebra::DMatrix::zeros(2, 1);
    /// x.tr_matmul(&nalgebra::dmatrix![3.0], &mut Workspace::default(), &mut y);
    /// assert_eq!(y, nalgebra::dmatrix![0.0; 6.0]);
    /// ```
    #[track_caller]
    pub fn tr_matmul(&self, d: &DMatrix<T>, work: &mut Workspace<T>, y: &mut DMatrix<T>) {
        assert!(
            d.nrows() == self.rows.len() && y.shape() == (self.rows.width, d.ncols()),
            "sparse tr_matmul: {:?} transposed times {:?} into {:?}",
            self.shape(),
            d.shape(),
            y.shape()
        );
        kernel::sparse(Instructions::best(), &self.columns, d, None, false, work, y);
    }
}

impl<T: Scalar> From<&DMatrix<T>> for Sparse<T> {
    fn from(dense: &DMatrix<T>) -> Self {
        let transposed = dense.transpose();
        let mut sparse = Self::default();
        // Columns of the transpose; rows of no numbers are rows all the same.
        let row = |i: usize| &transposed.as_slice()[i * dense.ncols()..(i + 1) * dense.ncols()];
        let rows = (0..dense.nrows()).map(|i| (dense.ncols(), row(i)));
        sparse.set_rows(dense.ncols(), rows, |row, room| {
            let kept = row.iter().enumerate().filter(|(_, value)| !value.is_zero());
            let room = room.iter_mut().zip(kept);
            room.map(|(entry, (place, &value))| *entry = (place as u32, value)).count()
        });
        sparse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operand::{Plain, Transposed};
    use crate::matmul;
    use proptest::prelude::*;

    /// One of `gap` numbers is not zero.
    fn fill<T: Scalar>(rows: usize, columns: usize, gap: usize) -> DMatrix<T> {
        DMatrix::from_fn(rows, columns, |i, j| {
            let kept = (i * 31 + j * 17 + i * j).is_multiple_of(gap);
            T::of(if kept { ((i * 7 + j * 13) % 17) as f64 / 7.0 - 1.1 } else { 0.0 })
        })
    }

    fn check<T: Scalar>((m, k, n): (usize, usize, usize), gap: usize) {
        let (x, w, dy) = (fill::<T>(m, k, gap), fill::<T>(k, n, 1), fill::<T>(m, n, 1));
        let sparse = Sparse::from(&x);
        let bias: Vec<T> = (0..n).map(|j| T::of(j as f64 / 3.0 - 9.0)).collect();
        for instructions in Instructions::available() {
            let mut work = Workspace::default();
            for relu in [false, true] {
                let mut expected = DMatrix::zeros(m, n);
                kernel::dense(instructions, Plain(&x), Plain(&w), Some(&bias), relu, &mut expected);
                let mut y = DMatrix::from_element(m, n, T::nan());
                kernel::sparse(
                    instructions,
                    &sparse.rows,
                    &w,
                    Some(&bias),
                    relu,
                    &mut work,
                    &mut y,
                );
                assert_eq!(y, expected, "{instructions:?}, ReLU: {relu}");
            }
            let mut expected = DMatrix::zeros(k, n);
            kernel::dense(instructions, Transposed(&x), Plain(&dy), None, false, &mut expected);
            let mut dw = DMatrix::from_element(k, n, T::nan());
            kernel::sparse(instructions, &sparse.columns, &dy, None, false, &mut work, &mut dw);
            assert_eq!(dw, expected, "{instructions:?}");
        }
    }

    proptest! {
        #[test]
        fn products_have_the_bits_of_dense_ones(
            m in 0..40usize, k in 1..40usize, n in 0..120usize, gap in 1..9usize,
        ) {
            check::<f64>((m, k, n), gap);
            check::<f32>((m, k, n), gap);
        }

        #[test]
        fn bytes_are_kept_by_rows_and_by_columns(
            columns in 1..700usize, sparse in 1..600usize, seeds in prop::collection::vec(0..9usize, 0..20),
        ) {
            let byte = |seed: usize, j: usize| {
                if (j + 31 * seed).is_multiple_of(sparse) { 1 + ((seed + j) % 255) as u8 } else { 0 }
            };
            let pixels: Vec<Vec<u8>> =
                seeds.iter().map(|&seed| (0..columns).map(|j| byte(seed, j)).collect()).collect();
            let rows = ByteRows::new(pixels.iter().map(Vec::as_slice));
            // Every other row, backwards.
            let chosen: Vec<usize> = (0..pixels.len()).rev().step_by(2).collect();
            let mut x = Sparse::<f64>::from(&DMatrix::from_element(3, 50, 1.0));
            x.gather(&rows, chosen.iter().copied(), f64::from);
            let width = rows.width();
            let expected =
                DMatrix::from_fn(chosen.len(), width, |i, j| f64::from(pixels[chosen[i]][j]));
            let mut dense = DMatrix::zeros(0, 0);
            x.to_dense(&mut dense);
            prop_assert_eq!(&dense, &expected);
            prop_assert_eq!(x.clone(), Sparse::from(&expected));
            prop_assert_eq!(x.columns, Sparse::from(&expected.transpose()).rows);
        }
    }

    #[test]
    fn products_have_the_bits_of_dense_ones_at_the_experiments_shapes() {
        for sizes in [(128, 784, 100), (100, 784, 50), (300, 100, 10), (1, 784, 1000)] {
            check::<f64>(sizes, 5);
            check::<f32>(sizes, 5);
        }
    }

    #[test]
    fn zeros_that_meet_infinity_are_left_out() {
        let x = fill::<f32>(1, 4, 4);
        let mut w = DMatrix::from_element(4, 1, f32::INFINITY);
        w[0] = 1.0;
        let (mut y, mut dense) = (DMatrix::zeros(1, 1), DMatrix::zeros(1, 1));
        Sparse::from(&x).matmul(&w, None, &mut Workspace::default(), &mut y);
        matmul(Plain(&x), Plain(&w), None, &mut dense);
        assert!(y[0].is_finite() && dense[0].is_nan());
    }

    #[test]
    #[should_panic(expected = "(2, 3) times (2, 2)")]
    fn shapes_that_do_not_fit_are_refused() {
        let x = Sparse::from(&DMatrix::<f64>::zeros(2, 3));
        let mut y = DMatrix::zeros(2, 2);
        x.matmul(&DMatrix::zeros(2, 2), None, &mut Workspace::default(), &mut y);
    }
}
