//! Dense matrix products.

use crate::instructions::Instructions;
use crate::product::{DenseProduct, Epilogue, Strided};
use crate::scalar::Scalar;

/// A matrix over a slice: element (i, j) is at index i·`strides.0` + j·`strides.1`.
#[derive(Clone, Copy, Debug)]
pub struct MatrixRef<'a, T> {
    pub(crate) values: &'a [T],
    pub(crate) shape: (usize, usize),
    pub(crate) strides: (usize, usize),
}

impl<'a, T: Scalar> MatrixRef<'a, T> {
    /// A column-major (rows, columns) matrix.
    ///
    /// # Panics
    /// If `values` does not have rows·columns elements.
    #[track_caller]
    pub fn column_major(values: &'a [T], (rows, columns): (usize, usize)) -> Self {
        Self::new(values, (rows, columns), (1, rows))
    }

    /// A row-major (rows, columns) matrix. A column-major matrix is transposed without copying by
    /// reading it as row-major with its dimensions swapped.
    ///
    /// # Panics
    /// If `values` does not have rows·columns elements.
    #[track_caller]
    pub fn row_major(values: &'a [T], (rows, columns): (usize, usize)) -> Self {
        Self::new(values, (rows, columns), (columns, 1))
    }

    #[track_caller]
    fn new(values: &'a [T], shape: (usize, usize), strides: (usize, usize)) -> Self {
        let count = values.len();
        assert_eq!(count, shape.0 * shape.1, "matrix: {count} values for shape {shape:?}");
        Self { values, shape, strides }
    }

    /// (rows, columns).
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The columns before `column`, and the others.
    ///
    /// # Panics
    /// If there are fewer columns.
    ///
    /// ```
    /// use kernels::MatrixRef;
    ///
    /// let (left, right) = MatrixRef::row_major(&[1.0, 2.0, 3.0], (1, 3)).split_columns(1);
    /// assert_eq!((left.shape(), right.shape()), ((1, 1), (1, 2)));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn split_columns(self, column: usize) -> (Self, Self) {
        let (rows, columns) = self.shape;
        assert!(column <= columns, "matrix: split at column {column} of {columns}");
        // Rows of a row-major matrix go on beyond their part, so the left keeps all values. Without
        // rows, or without columns to the right, there is nothing to skip.
        let skipped = (column * self.strides.1).min(self.values.len());
        let left = Self { shape: (rows, column), ..self };
        let right =
            Self { values: &self.values[skipped..], shape: (rows, columns - column), ..self };
        (left, right)
    }

    fn strided(&self) -> Strided<T> {
        Strided { pointer: self.values.as_ptr(), row: self.strides.0, column: self.strides.1 }
    }
}

/// C ← epilogue(A·B + `add`), where `add` is added to every row. Runs on the calling thread.
///
/// Shapes: A is (m, k), B is (k, n), `add` has n elements, `c` is (m, n), column-major. The
/// previous contents of `c` are ignored. If k = 0, A·B is zero. Every element is one chain of
/// multiply-adds in order of k, starting from `add` or zero. Nothing is allocated.
///
/// # Panics
/// If the shapes do not match.
///
/// # Example
/// ```
/// use kernels::{Epilogue, MatrixRef, matmul};
///
/// let x = MatrixRef::row_major(&[1.0, 2.0, 3.0, 4.0], (2, 2));
/// let w = MatrixRef::column_major(&[1.0, -1.0], (2, 1));
/// let mut y = [0.0; 2];
/// matmul(x, w, Some(&[0.5]), Epilogue::None, &mut y); // x·w + b
/// assert_eq!(y, [-0.5, -0.5]);
/// ```
#[track_caller]
pub fn matmul<T: Scalar>(
    a: MatrixRef<'_, T>,
    b: MatrixRef<'_, T>,
    add: Option<&[T]>,
    epilogue: Epilogue<&[T]>,
    c: &mut [T],
) {
    matmul_with(Instructions::best(), a, b, add, epilogue, c);
}

/// [`matmul`] with `instructions`.
#[track_caller]
pub(crate) fn matmul_with<T: Scalar>(
    instructions: Instructions,
    a: MatrixRef<'_, T>,
    b: MatrixRef<'_, T>,
    add: Option<&[T]>,
    epilogue: Epilogue<&[T]>,
    c: &mut [T],
) {
    let ((m, k), (k_b, n)) = (a.shape, b.shape);
    assert!(
        k == k_b && c.len() == m * n,
        "matmul: ({m}, {k}) times ({k_b}, {n}) into {} elements",
        c.len()
    );
    assert!(add.is_none_or(|add| add.len() == n), "matmul: one element of add per column");
    let epilogue = match epilogue {
        Epilogue::None => Epilogue::None,
        Epilogue::Relu => Epilogue::Relu,
        Epilogue::ReluGradient(x) => {
            assert_eq!(x.len(), c.len(), "matmul: X must have C's shape");
            Epilogue::ReluGradient(x.as_ptr())
        }
    };
    assert!(instructions.is_available(), "matmul: the processor has no {instructions:?}");
    let (a, b) = (a.strided(), b.strided());
    let product = DenseProduct { sizes: (m, k, n), a, b, c: c.as_mut_ptr(), add, epilogue };
    // SAFETY: the processor has the instructions. a, b and x borrow m·k, k·n and m·n elements, and
    // the strides of a (rows, columns) matrix stay within them. c has m·n elements, and as a
    // mutable borrow it does not overlap them.
    unsafe { T::dense(instructions, &product) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Sizes = (usize, usize, usize);

    /// Multiples of 1/8, column-major: every product and sum below is exact in f32 too.
    fn fill<T: Scalar>((rows, columns): (usize, usize), seed: usize) -> Vec<T> {
        let places = (0..columns).flat_map(|j| (0..rows).map(move |i| (i, j)));
        let number = |(i, j)| ((i * 7 + j * 13 + seed * 5) % 17) as f64 / 8.0 - 1.0;
        places.map(|place| T::of(number(place))).collect()
    }

    /// A matrix of this shape over `values`: row-major if `transposed`, else column-major.
    fn factor<T: Scalar>(
        values: &[T],
        shape: (usize, usize),
        transposed: bool,
    ) -> MatrixRef<'_, T> {
        if transposed {
            MatrixRef::row_major(values, shape)
        } else {
            MatrixRef::column_major(values, shape)
        }
    }

    /// The definition, in f64: the oracle for every fast path.
    fn naive<T: Scalar>(a: MatrixRef<'_, T>, b: MatrixRef<'_, T>, add: Option<&[T]>) -> Vec<f64> {
        let at = |m: &MatrixRef<'_, T>, i, j| {
            let value: T = m.values[i * m.strides.0 + j * m.strides.1];
            value.f64()
        };
        let sum = |i, j| -> f64 { (0..a.shape.1).map(|p| at(&a, i, p) * at(&b, p, j)).sum() };
        let places = (0..b.shape.1).flat_map(|j| (0..a.shape.0).map(move |i| (i, j)));
        places.map(|(i, j)| sum(i, j) + add.map_or(0.0, |add| add[j].f64())).collect()
    }

    fn check<T: Scalar>((m, k, n): Sizes, (ta, tb): (bool, bool), with_row: bool, tolerance: f64) {
        let (a, b) = (fill::<T>((m, k), 1), fill::<T>((k, n), 2));
        let (a, b) = (factor(&a, (m, k), ta), factor(&b, (k, n), tb));
        let row = fill::<T>((1, n), 3);
        let add = with_row.then_some(&row[..]);
        let expected = naive(a, b, add);
        let x = fill::<T>((m, n), 4);
        for instructions in Instructions::available() {
            let product = |epilogue| {
                let mut c = vec![T::nan(); m * n]; // must not be read
                matmul_with(instructions, a, b, add, epilogue, &mut c);
                c
            };
            let sums = product(Epilogue::None);
            for (got, want) in sums.iter().zip(&expected) {
                let near = (got.f64() - want).abs() <= tolerance * (1.0 + want.abs());
                assert!(near, "{instructions:?}: {got} != {want}");
            }
            let rectified = |&c: &T| if c > T::zero() { c } else { T::zero() };
            assert_eq!(product(Epilogue::Relu), sums.iter().map(rectified).collect::<Vec<_>>());
            let gated = |(&c, &x): (&T, &T)| c * if x <= T::zero() { T::zero() } else { T::one() };
            let gradient = product(Epilogue::ReluGradient(&x));
            assert_eq!(gradient, sums.iter().zip(&x).map(gated).collect::<Vec<_>>());
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            m in 0..40usize, k in 0..40usize, n in 0..40usize,
            ta: bool, tb: bool, with_row: bool,
        ) {
            check::<f64>((m, k, n), (ta, tb), with_row, 1e-14);
            check::<f32>((m, k, n), (ta, tb), with_row, 1e-6);
        }
    }

    #[test]
    fn agrees_at_the_experiments_shapes() {
        for transposed in [(false, false), (true, false), (false, true), (true, true)] {
            for sizes in [(128, 784, 100), (784, 100, 100), (100, 128, 10), (1, 100, 1)] {
                check::<f64>(sizes, transposed, false, 1e-13);
                check::<f32>(sizes, transposed, true, 1e-5);
            }
        }
    }

    /// So every processor with fused multiply-adds computes the same bits.
    #[test]
    fn fused_products_have_the_bits_of_one_chain_in_order_of_k() {
        fn compare<T: Scalar>((m, k, n): Sizes, (ta, tb): (bool, bool)) {
            // No product or sum is exact.
            let third = |values: Vec<T>| values.into_iter().map(|x| x / T::of(3.0)).collect();
            let (a, b): (Vec<T>, Vec<T>) = (third(fill((m, k), 1)), third(fill((k, n), 2)));
            let (a, b) = (factor(&a, (m, k), ta), factor(&b, (k, n), tb));
            let add: Vec<T> = third(fill((1, n), 3));
            let at =
                |m: &MatrixRef<'_, T>, i, j| -> T { m.values[i * m.strides.0 + j * m.strides.1] };
            let chain =
                |i, j| (0..k).fold(add[j], |sum, p| at(&a, i, p).mul_add(at(&b, p, j), sum));
            let expected: Vec<T> = (0..n * m).map(|place| chain(place % m, place / m)).collect();
            for fused in Instructions::available().filter(|set| set.fuse_multiply_adds()) {
                let mut c = vec![T::nan(); m * n];
                matmul_with(fused, a, b, Some(&add), Epilogue::None, &mut c);
                assert!(c == expected, "{fused:?} ({m}, {k}, {n}) {ta} {tb}");
            }
        }
        for transposed in [(false, false), (true, false), (false, true), (true, true)] {
            // The last one has several blocks of B, whose rows are more than a page apart.
            for sizes in
                [(33, 784, 100), (29, 100, 10), (13, 257, 3), (1, 128, 129), (35, 300, 1100)]
            {
                compare::<f32>(sizes, transposed);
                compare::<f64>(sizes, transposed);
            }
        }
    }

    #[test]
    fn relu_keeps_nan_and_no_negative_zero() {
        let (a, b) = ([-1.0; 40], [1.0, 0.0, -2.0, f32::NAN]);
        let (a, b) = (MatrixRef::column_major(&a, (40, 1)), MatrixRef::row_major(&b, (1, 4)));
        for instructions in Instructions::available() {
            let mut c = [5.0; 160];
            let add = Some(&[1.0, -0.0, -1.0, 0.0][..]);
            matmul_with(instructions, a, b, add, Epilogue::Relu, &mut c);
            for i in 0..40 {
                let row = [c[i], c[40 + i], c[80 + i]].map(f32::to_bits);
                assert_eq!(row, [0.0, 0.0, 1.0].map(f32::to_bits));
                assert!(c[120 + i].is_nan());
            }
        }
    }

    #[test]
    fn the_gradient_of_relu_passes_where_x_is_nan_and_keeps_the_sign_of_zero() {
        let (a, b) = ([-1.0; 40], [2.0, 2.0, 2.0, f64::INFINITY]);
        let (a, b) = (MatrixRef::column_major(&a, (40, 1)), MatrixRef::row_major(&b, (1, 4)));
        let x: Vec<f64> = (0..160).map(|at| [f64::NAN, -0.0, 1.0, -1.0][at / 40]).collect();
        for instructions in Instructions::available() {
            let mut c = [5.0; 160];
            matmul_with(instructions, a, b, None, Epilogue::ReluGradient(&x), &mut c);
            for i in 0..40 {
                let row = [c[i], c[40 + i], c[80 + i]].map(f64::to_bits);
                assert_eq!(row, [-2.0, -0.0, -2.0].map(f64::to_bits));
                assert!(c[120 + i].is_nan()); // 0·∞, as in a separate pass
            }
        }
    }

    #[test]
    fn an_empty_product_leaves_add() {
        let (a, b) = (MatrixRef::column_major(&[], (2, 0)), MatrixRef::column_major(&[], (0, 2)));
        let mut c = [f64::NAN; 4];
        matmul(a, b, Some(&[1.5, 2.5]), Epilogue::None, &mut c);
        assert_eq!(c, [1.5, 1.5, 2.5, 2.5]);
    }

    #[test]
    #[should_panic(expected = "5 values for shape (2, 3)")]
    fn too_few_values_for_a_shape_are_refused() {
        MatrixRef::row_major(&[0.0_f32; 5], (2, 3));
    }

    #[test]
    #[should_panic(expected = "(2, 3) times (2, 2) into 4 elements")]
    fn shapes_that_do_not_fit_are_refused() {
        let b = MatrixRef::column_major(&[0.0_f32; 4], (2, 2));
        let a = MatrixRef::column_major(&[0.0; 6], (2, 3));
        matmul(a, b, None, Epilogue::None, &mut [0.0; 4]);
    }

    #[test]
    #[should_panic(expected = "one element of add per column")]
    fn a_row_of_another_length_is_refused() {
        let a = MatrixRef::column_major(&[0.0_f64; 4], (2, 2));
        matmul(a, a, Some(&[1.0]), Epilogue::None, &mut [0.0; 4]);
    }

    #[test]
    #[should_panic(expected = "X must have C's shape")]
    fn an_x_of_another_length_is_refused() {
        let a = MatrixRef::column_major(&[0.0_f64; 4], (2, 2));
        matmul(a, a, None, Epilogue::ReluGradient(&[0.0; 2]), &mut [0.0; 4]);
    }
}
