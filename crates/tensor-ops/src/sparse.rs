//! Sparse matrices of bytes, such as images, and their products with dense matrices.

use std::array;

use kernels::{
    BYTES, ByteRows, MatrixRef, PartialSums, Scalar, SparseRef, SparseRows, sparse_matmul,
};
use nalgebra::DMatrix;

use crate::{reshape, wide};

/// A sparse (rows, columns) matrix of bytes, each of which represents a number.
///
/// Four fifths of MNIST's pixels are zero, so products with a mini-batch take less than half the
/// time of a dense [`matmul`](crate::matmul()). The bits are the same, since the skipped terms are
/// zero, with two exceptions: where a zero meets an infinity or NaN, the dense product is NaN; and
/// where the sparse product is −0, the dense one may be +0.
///
/// The format is CSR, as in `scipy.sparse`, with four bytes per non-zero: three for the column and
/// one for the value.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use kernels::ByteRows;
/// use tensor_ops::{Sparse, Workspace};
///
/// let rows = ByteRows::new([&[0, 4, 0][..], &[2, 0, 0]]);
/// let x = Sparse::new(&rows, |byte| f32::from(byte) / 2.0);
/// let w = dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
/// let (mut y, mut dw) = (nalgebra::DMatrix::zeros(2, 2), nalgebra::DMatrix::zeros(3, 2));
/// let mut work = Workspace::default();
/// x.matmul(&w, Some(&[0.5, -0.5]), &mut work, &mut y); // x·w + b
/// assert_eq!(y, dmatrix![6.5, 7.5; 1.5, 1.5]);
/// x.tr_matmul(&y, &mut work, &mut dw); // xᵀ·y
/// assert_eq!(dw, dmatrix![1.5, 1.5; 13.0, 15.0; 0.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Sparse<T> {
    rows: SparseRows,
    /// The number that each byte represents.
    values: Box<[T; BYTES]>,
    /// The transpose of `rows`; valid only if `sorted`.
    columns: SparseRows,
    sorted: bool,
}

/// Compares the numbers, whether or not the columns are sorted.
impl<T: PartialEq> PartialEq for Sparse<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows && self.values == other.values
    }
}

/// Buffers of sparse products, which the caller keeps for the next product.
///
/// ```
/// let work = tensor_ops::Workspace::<f32>::default();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    /// The transpose in the last [`Sparse::tr_matmul`].
    columns: SparseRows,
    /// One for each thread.
    sums: Vec<PartialSums<T>>,
}

impl<T: Scalar> Default for Sparse<T> {
    fn default() -> Self {
        let (rows, columns) = (SparseRows::default(), SparseRows::default());
        Self { rows, values: Box::new([T::zero(); BYTES]), columns, sorted: false }
    }
}

impl<T: Scalar> Sparse<T> {
    /// A matrix of all `rows`, in which a byte b represents `value`(b).
    ///
    /// # Panics
    /// If `value`(0) is not 0.
    ///
    /// ```
    /// use kernels::ByteRows;
    /// use tensor_ops::Sparse;
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 255][..]]), f64::from);
    /// assert_eq!(x.shape(), (1, 2));
    /// ```
    #[track_caller]
    pub fn new(rows: &ByteRows, value: impl Fn(u8) -> T) -> Self {
        let mut sparse = Self::default();
        sparse.gather(rows, 0..rows.len(), value);
        sparse
    }

    /// (rows, columns).
    ///
    /// ```
    /// let x = tensor_ops::Sparse::new(&kernels::ByteRows::new([&[0; 784][..]; 128]), f32::from);
    /// assert_eq!(x.shape(), (128, 784));
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        (self.rows.len(), self.rows.width())
    }

    /// The number of non-zeros.
    ///
    /// ```
    /// let x = tensor_ops::Sparse::new(&kernels::ByteRows::new([&[0, 3, 255][..]]), f32::from);
    /// assert_eq!(x.non_zeros(), 2);
    /// ```
    pub fn non_zeros(&self) -> usize {
        self.rows.non_zeros()
    }

    /// Overwrites this matrix with the rows at `indices`, in their order, reusing its allocations.
    /// A byte b represents `value`(b).
    ///
    /// # Panics
    /// If an index is out of range, or `value`(0) is not 0.
    ///
    /// ```
    /// use kernels::ByteRows;
    /// use tensor_ops::Sparse;
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
        assert!(value(0).is_zero(), "sparse: byte 0 must represent 0, not {:?}", value(0));
        // First, since `rows.gather` panics for an index out of range.
        self.sorted = false;
        self.rows.gather(rows, indices);
        *self.values = array::from_fn(|byte| value(byte as u8));
    }

    /// Sorts the non-zeros by column. Otherwise every [`tr_matmul`](Self::tr_matmul) does this
    /// itself, which is slower if several products use the matrix, such as a mini-batch for several
    /// networks.
    ///
    /// ```
    /// use kernels::ByteRows;
    /// use tensor_ops::Sparse;
    ///
    /// let mut x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
    /// let same = x.clone();
    /// x.sort_columns();
    /// assert_eq!(x, same);
    /// ```
    #[track_caller]
    pub fn sort_columns(&mut self) {
        self.columns.set_transpose(&self.rows);
        self.sorted = true;
    }

    /// Writes the matrix into `dense`, zeros included; `dense` is reshaped.
    ///
    /// ```
    /// let x = tensor_ops::Sparse::new(&kernels::ByteRows::new([&[0, 3][..], &[4, 0]]), f32::from);
    /// let mut dense = nalgebra::DMatrix::zeros(0, 0);
    /// x.to_dense(&mut dense);
    /// assert_eq!(dense, nalgebra::dmatrix![0.0, 3.0; 4.0, 0.0]);
    /// ```
    pub fn to_dense(&self, dense: &mut DMatrix<T>) {
        let (rows, columns) = self.shape();
        reshape(dense, rows, columns);
        dense.fill(T::zero());
        for row in 0..rows {
            for entry in self.rows.row(row) {
                dense[(row, entry.index())] = self.values[usize::from(entry.byte())];
            }
        }
    }

    /// Y ← X·D + `add`, where `add` is added to every row. X is this matrix, (m, k); D is (k, n),
    /// `add` has n elements, `y` is (m, n).
    ///
    /// # Panics
    /// If the shapes do not match.
    ///
    /// ```
    /// use kernels::ByteRows;
    /// use tensor_ops::{Sparse, Workspace};
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
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
        self.product(&self.rows, d, add, false, &mut work.sums, y);
    }

    /// [`matmul`](Self::matmul) and ReLU in one pass, like [`matmul_relu`](crate::matmul_relu()).
    ///
    /// # Panics
    /// If the shapes do not match.
    ///
    /// ```
    /// use kernels::ByteRows;
    /// use tensor_ops::{Sparse, Workspace};
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
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
        self.product(&self.rows, d, add, true, &mut work.sums, y);
    }

    /// Y ← Xᵀ·D, where X is this matrix, (m, k), D is (m, n) and `y` is (k, n).
    ///
    /// # Panics
    /// If the shapes do not match.
    ///
    /// ```
    /// use kernels::ByteRows;
    /// use tensor_ops::{Sparse, Workspace};
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
    /// let mut y = nalgebra::DMatrix::zeros(2, 1);
    /// x.tr_matmul(&nalgebra::dmatrix![3.0], &mut Workspace::default(), &mut y);
    /// assert_eq!(y, nalgebra::dmatrix![0.0; 6.0]);
    /// ```
    #[track_caller]
    pub fn tr_matmul(&self, d: &DMatrix<T>, work: &mut Workspace<T>, y: &mut DMatrix<T>) {
        let Workspace { columns, sums } = work;
        let columns = if self.sorted {
            &self.columns
        } else {
            columns.set_transpose(&self.rows);
            columns
        };
        self.product(columns, d, None, false, sums, y);
    }

    /// The product of `rows`, which are this matrix or its transpose.
    #[track_caller]
    fn product(
        &self,
        rows: &SparseRows,
        d: &DMatrix<T>,
        add: Option<&[T]>,
        relu: bool,
        sums: &mut Vec<PartialSums<T>>,
        y: &mut DMatrix<T>,
    ) {
        let (m, k) = (rows.len(), rows.width());
        assert!(
            d.nrows() == k && y.shape() == (m, d.ncols()),
            "sparse matmul: ({m}, {k}) times {:?} into {:?}",
            d.shape(),
            y.shape()
        );
        let s = SparseRef { rows, values: &self.values };
        let d = MatrixRef::column_major(d.as_slice(), d.shape());
        let parts = wide::parts(rows.non_zeros() * d.shape().1, d.shape().1);
        if sums.len() < parts {
            sums.resize_with(parts, PartialSums::default);
        }
        in_parts(s, d, add, relu, &mut sums[..parts], y.as_mut_slice());
    }
}

/// The product by as many threads as there are `sums`, each of which computes some columns of Y.
fn in_parts<T: Scalar>(
    s: SparseRef<'_, T>,
    d: MatrixRef<'_, T>,
    add: Option<&[T]>,
    relu: bool,
    sums: &mut [PartialSums<T>],
    y: &mut [T],
) {
    if let [sums] = sums {
        return sparse_matmul(s, d, add, relu, sums, y);
    }
    let parts = sums.len();
    let column = wide::middle(d.shape().1, parts);
    let (left_d, right_d) = d.split_columns(column);
    let (left_add, right_add) = add.map(|add| add.split_at(column)).unzip();
    let (left_sums, right_sums) = sums.split_at_mut(parts / 2);
    let (left_y, right_y) = y.split_at_mut(column * s.rows.len());
    rayon::join(
        || in_parts(s, left_d, left_add, relu, left_sums, left_y),
        || in_parts(s, right_d, right_add, relu, right_sums, right_y),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operand::{Plain, Transposed};
    use crate::{matmul, matmul_relu};
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

    fn fill<T: Scalar>(rows: usize, columns: usize, gap: usize) -> DMatrix<T> {
        DMatrix::from_fn(rows, columns, |i, j| value(byte(i, j, gap)))
    }

    fn bytes(rows: usize, columns: usize, gap: usize) -> ByteRows {
        let row = |i| (0..columns).map(|j| byte(i, j, gap)).collect();
        let rows: Vec<Vec<u8>> = (0..rows).map(row).collect();
        ByteRows::new(rows.iter().map(Vec::as_slice))
    }

    proptest! {
        #[test]
        fn gathered_rows_are_those_of_the_bytes(
            columns in 1..700usize, gap in 1..600usize,
            seeds in prop::collection::vec(0..9usize, 0..20),
        ) {
            let byte = |seed: usize, j: usize| {
                if (j + 31 * seed).is_multiple_of(gap) { 1 + ((seed + j) % 255) as u8 } else { 0 }
            };
            let pixels: Vec<Vec<u8>> =
                seeds.iter().map(|&seed| (0..columns).map(|j| byte(seed, j)).collect()).collect();
            let rows = ByteRows::new(pixels.iter().map(Vec::as_slice));
            // Every other row, in reverse.
            let chosen: Vec<usize> = (0..pixels.len()).rev().step_by(2).collect();
            let mut x = Sparse::new(&ByteRows::new([&[1; 50][..]; 3]), f64::from);
            x.gather(&rows, chosen.iter().copied(), f64::from);
            let width = rows.width();
            let expected =
                DMatrix::from_fn(chosen.len(), width, |i, j| f64::from(pixels[chosen[i]][j]));
            let mut dense = DMatrix::zeros(0, 0);
            x.to_dense(&mut dense);
            prop_assert_eq!(&dense, &expected);
            let chosen = ByteRows::new(chosen.iter().map(|&i| &pixels[i][..]));
            prop_assert_eq!(x, Sparse::new(&chosen, f64::from));
        }
    }

    #[test]
    fn sparse_products_have_the_bits_of_dense_ones() {
        let (x, w, dy) = (fill::<f32>(40, 50, 3), fill(50, 30, 1), fill(40, 30, 1));
        let (sparse, mut work) = (Sparse::new(&bytes(40, 50, 3), value), Workspace::default());
        let (mut y, mut expected) = (DMatrix::zeros(40, 30), DMatrix::zeros(40, 30));
        sparse.matmul(&w, Some(&[0.3; 30]), &mut work, &mut y);
        matmul(Plain(&x), Plain(&w), Some(&[0.3; 30]), &mut expected);
        assert_eq!(y, expected);
        sparse.matmul_relu(&w, None, &mut work, &mut y);
        matmul_relu(Plain(&x), Plain(&w), None, &mut expected);
        assert_eq!(y, expected);
        let (mut dw, mut expected) = (DMatrix::zeros(50, 30), DMatrix::zeros(50, 30));
        sparse.tr_matmul(&dy, &mut work, &mut dw);
        matmul(Transposed(&x), Plain(&dy), None, &mut expected);
        assert_eq!(dw, expected);
    }

    #[test]
    fn wide_products_have_the_same_bits_on_any_number_of_threads() {
        let (x, w) = (Sparse::new(&bytes(300, 200, 3), value), fill::<f32>(200, 770, 1));
        assert!(wide::parts(x.non_zeros() * 770, 770) > 1 || rayon::current_num_threads() == 1);
        let product = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut y = DMatrix::zeros(300, 770);
            pool.install(|| {
                x.matmul(&w, Some(&[0.3; 770]), &mut Workspace::default(), &mut y);
            });
            y
        };
        for threads in [2, 3, 5] {
            assert_eq!(product(threads), product(1), "{threads} threads");
        }
    }

    #[test]
    fn sorted_columns_change_no_product_and_are_discarded_by_gather() {
        let dy = fill::<f32>(20, 30, 1);
        let product = |x: &Sparse<f32>| {
            let mut dw = DMatrix::zeros(50, 30);
            x.tr_matmul(&dy, &mut Workspace::default(), &mut dw);
            dw
        };
        let mut x = Sparse::new(&bytes(20, 50, 3), value);
        let expected = product(&x);
        x.sort_columns();
        assert_eq!(product(&x), expected);
        let others = bytes(20, 50, 4);
        x.gather(&others, 0..20, value);
        assert_eq!(product(&x), product(&Sparse::new(&others, value)));
    }

    #[test]
    #[should_panic(expected = "must represent 0, not 1.0")]
    fn zeros_that_represent_another_number_are_refused() {
        Sparse::new(&bytes(2, 3, 1), |byte| f64::from(byte) + 1.0);
    }

    #[test]
    #[should_panic(expected = "(2, 3) times (2, 2)")]
    fn shapes_that_do_not_fit_are_refused() {
        let x = Sparse::new(&bytes(2, 3, 1), f64::from);
        let mut y = DMatrix::zeros(2, 2);
        x.matmul(&DMatrix::zeros(2, 2), None, &mut Workspace::default(), &mut y);
    }
}
