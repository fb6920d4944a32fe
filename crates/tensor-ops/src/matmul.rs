//! Matrix products into the caller's buffer, with either operand transposed.

use nalgebra::DMatrix;

use crate::Scalar;
use crate::kernel::{self, Finish, Instructions};

/// A factor of a [`matmul`]: the matrix as it stands, or its transpose (which is never formed).
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a, T> {
    /// The matrix itself.
    Plain(&'a DMatrix<T>),
    /// Its transpose.
    Transposed(&'a DMatrix<T>),
}

impl<T: Scalar> Operand<'_, T> {
    /// (rows, columns) of the factor as it enters the product.
    ///
    /// ```
    /// use nalgebra::DMatrix;
    /// use tensor_ops::Operand::{Plain, Transposed};
    ///
    /// let x = DMatrix::<f32>::zeros(128, 784);
    /// assert_eq!(Plain(&x).shape(), (128, 784));
    /// assert_eq!(Transposed(&x).shape(), (784, 128));
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::Plain(m) => m.shape(),
            Self::Transposed(m) => (m.ncols(), m.nrows()),
        }
    }
}

/// C ← op(A)·op(B), with `add` added to every row, on the calling thread.
///
/// Shapes: op(A) is (m, k), op(B) is (k, n), `add` has n numbers, `c` is (m, n). What `c` holds is not
/// read, so it may be NaN. An empty product (k = 0) leaves `add`, or zeros.
///
/// Nothing is allocated. The kernel is our own, for the products of small networks: 0.8 to 0.9 of
/// what the multipliers can do in f32 and f64 with AVX2 or AVX-512, where `matrixmultiply`, which nalgebra
/// calls, reaches 0.7 (and nalgebra's `tr_mul` and `gemm_tr` a tenth of that). AVX-512 and AVX2 are
/// found at run time, so no compiler flag is needed; the last bits of a sum depend on the processor.
///
/// # Panics
/// If the shapes do not fit together.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tensor_ops::{Operand::{Plain, Transposed}, matmul};
///
/// let x = dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
/// let mut y = nalgebra::DMatrix::zeros(3, 1);
/// matmul(Plain(&x), Plain(&dmatrix![1.0; 1.0]), Some(&[0.5]), &mut y); // x·w + b
/// assert_eq!(y, dmatrix![3.5; 7.5; 11.5]);
///
/// let dy = dmatrix![1.0; 0.0; -1.0];
/// let mut dw = nalgebra::DMatrix::zeros(2, 1);
/// matmul(Transposed(&x), Plain(&dy), None, &mut dw); // xᵀ·dy
/// assert_eq!(dw, dmatrix![-4.0; -4.0]);
/// ```
#[track_caller]
pub fn matmul<T: Scalar>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    add: Option<&[T]>,
    c: &mut DMatrix<T>,
) {
    matmul_with(Instructions::best(), a, b, add, Finish::Sums, c);
}

/// [`matmul`] and ReLU in one pass: C ← max(0, op(A)·op(B) + `add`).
///
/// C is rectified while it is in registers. NaN stays NaN, as in every ReLU of this workspace. At 128 × 100 by
/// 100 × 100 it takes what [`matmul`] takes, where a pass of its own would take a tenth of that.
///
/// # Panics
/// If the shapes do not fit together.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tensor_ops::{Operand::Plain, matmul_relu};
///
/// let mut y = nalgebra::DMatrix::zeros(2, 1);
/// matmul_relu(Plain(&dmatrix![1.0; 2.0]), Plain(&dmatrix![2.0]), Some(&[-3.0]), &mut y);
/// assert_eq!(y, dmatrix![0.0; 1.0]);
/// ```
#[track_caller]
pub fn matmul_relu<T: Scalar>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    add: Option<&[T]>,
    c: &mut DMatrix<T>,
) {
    matmul_with(Instructions::best(), a, b, add, Finish::Relu, c);
}

/// [`matmul`] and the way back through ReLU in one pass: C ← op(A)·op(B) ⊙ \[X > 0\].
///
/// X is what ReLU gave, or what it got, of C's shape. What is not above zero there becomes zero times the sum, which
/// is zero with the sum's sign; NaN in X counts as above zero.
///
/// # Panics
/// If the shapes do not fit together.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tensor_ops::{Operand::Plain, matmul_relu_gradient};
///
/// let (x, mut dx) = (dmatrix![0.0; 3.0], nalgebra::DMatrix::zeros(2, 1));
/// matmul_relu_gradient(Plain(&dmatrix![1.0; 2.0]), Plain(&dmatrix![2.0]), &x, &mut dx);
/// assert_eq!(dx, dmatrix![0.0; 4.0]);
/// ```
#[track_caller]
pub fn matmul_relu_gradient<T: Scalar>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    x: &DMatrix<T>,
    c: &mut DMatrix<T>,
) {
    assert_eq!(x.shape(), c.shape(), "matmul_relu_gradient: one number of X for each of C");
    matmul_with(Instructions::best(), a, b, None, Finish::ReluGradient(x), c);
}

/// What [`matmul`] runs on here: `avx512`, `avx2` or `portable`. The last bits of sums depend on it.
///
/// ```
/// assert!(["avx512", "avx2", "portable"].contains(&tensor_ops::instructions()));
/// ```
pub fn instructions() -> &'static str {
    Instructions::best().name()
}

/// All of them, with `instructions`.
#[track_caller]
fn matmul_with<T: Scalar>(
    instructions: Instructions,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    add: Option<&[T]>,
    finish: Finish<&DMatrix<T>>,
    c: &mut DMatrix<T>,
) {
    let ((m, k), (k_b, n)) = (a.shape(), b.shape());
    assert!(
        k == k_b && c.shape() == (m, n),
        "matmul: ({m}, {k}) times ({k_b}, {n}) into {:?}",
        c.shape()
    );
    assert!(add.is_none_or(|add| add.len() == n), "matmul: a number a column");
    kernel::dense(instructions, a, b, add, finish, c);
}

#[cfg(test)]
mod tests {
    use super::Operand::{Plain, Transposed};
    use super::*;
    use proptest::prelude::*;

    /// The definition, in f64: the oracle for every fast path.
    fn naive(a: Operand<'_, f64>, b: Operand<'_, f64>, add: Option<&[f64]>) -> DMatrix<f64> {
        let at = |o: &Operand<'_, f64>, i, j| match o {
            Plain(m) => m[(i, j)],
            Transposed(m) => m[(j, i)],
        };
        DMatrix::from_fn(a.shape().0, b.shape().1, |i, j| {
            let sum: f64 = (0..a.shape().1).map(|p| at(&a, i, p) * at(&b, p, j)).sum();
            sum + add.map_or(0.0, |add| add[j])
        })
    }

    fn check<T: Scalar>(
        instructions: Instructions,
        (m, k, n): (usize, usize, usize),
        (ta, tb): (bool, bool),
        with_row: bool,
        tolerance: f64,
    ) {
        // Small integers over 8: every product and sum below is exact in f32 too.
        let fill = |r, c, s: usize| {
            DMatrix::from_fn(r, c, |i, j| ((i * 7 + j * 13 + s * 5) % 17) as f64 / 8.0 - 1.0)
        };
        let a = if ta { fill(k, m, 1) } else { fill(m, k, 1) };
        let b = if tb { fill(n, k, 2) } else { fill(k, n, 2) };
        let row = fill(1, n, 3);
        let add = with_row.then_some(row.as_slice());
        let op = |t, x| if t { Transposed(x) } else { Plain(x) };
        let expected = naive(op(ta, &a), op(tb, &b), add);

        let cast = |x: &DMatrix<f64>| x.map(T::of);
        let (a, b, row) = (cast(&a), cast(&b), cast(&row));
        let mut out = DMatrix::from_element(m, n, T::nan()); // must not be read
        let a = if ta { Transposed(&a) } else { Plain(&a) };
        let b = if tb { Transposed(&b) } else { Plain(&b) };
        let add = with_row.then_some(row.as_slice());
        matmul_with(instructions, a, b, add, Finish::Sums, &mut out);
        for (got, want) in out.iter().zip(expected.iter()) {
            assert!((got.f64() - want).abs() <= tolerance * (1.0 + want.abs()), "{got} != {want}");
        }
        let mut rectified = DMatrix::from_element(m, n, T::nan());
        matmul_with(instructions, a, b, add, Finish::Relu, &mut rectified);
        assert_eq!(rectified, out.map(|x| if x > T::zero() { x } else { T::zero() }));
        let x = cast(&fill(m, n, 4));
        let mut gradient = DMatrix::from_element(m, n, T::nan());
        matmul_with(instructions, a, b, add, Finish::ReluGradient(&x), &mut gradient);
        let slope = |x: T| if x <= T::zero() { T::zero() } else { T::one() };
        assert_eq!(gradient, out.zip_map(&x, |dy, x| dy * slope(x)));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            m in 0..40usize, k in 0..40usize, n in 0..40usize,
            ta: bool, tb: bool, with_row: bool,
        ) {
            for instructions in Instructions::available() {
                check::<f64>(instructions, (m, k, n), (ta, tb), with_row, 1e-14);
                check::<f32>(instructions, (m, k, n), (ta, tb), with_row, 1e-6);
            }
        }
    }

    #[test]
    fn agrees_at_the_experiments_shapes() {
        for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
            for sizes in [(128, 784, 100), (784, 100, 100), (100, 128, 10), (1, 100, 1)] {
                for instructions in Instructions::available() {
                    check::<f64>(instructions, sizes, (ta, tb), false, 1e-13);
                    check::<f32>(instructions, sizes, (ta, tb), true, 1e-5);
                }
            }
        }
    }

    #[test]
    fn relu_keeps_nan_and_no_negative_zero() {
        let a = DMatrix::from_element(40, 1, 1.0_f32);
        let b = nalgebra::dmatrix![-1.0, 0.0, 2.0, f32::NAN];
        let add = [1.0, -0.0, -1.0, 0.0];
        for instructions in Instructions::available() {
            let mut c = DMatrix::zeros(40, 4);
            matmul_with(
                instructions,
                Plain(&(-&a)),
                Plain(&(-&b)),
                Some(&add),
                Finish::Relu,
                &mut c,
            );
            for row in c.row_iter() {
                assert_eq!(
                    [row[0], row[1], row[2]].map(f32::to_bits),
                    [0.0, 0.0, 1.0].map(f32::to_bits)
                );
                assert!(row[3].is_nan());
            }
        }
    }

    #[test]
    fn the_gradient_of_relu_passes_where_x_is_nan_and_keeps_the_sign_of_zero() {
        let a = DMatrix::from_element(40, 1, -1.0_f64);
        let b = nalgebra::dmatrix![2.0, 2.0, 2.0, f64::INFINITY];
        let x = DMatrix::from_fn(40, 4, |_, j| [f64::NAN, -0.0, 1.0, -1.0][j]);
        for instructions in Instructions::available() {
            let mut c = DMatrix::zeros(40, 4);
            matmul_with(instructions, Plain(&a), Plain(&b), None, Finish::ReluGradient(&x), &mut c);
            for row in c.row_iter() {
                assert_eq!(
                    [row[0], row[1], row[2]].map(f64::to_bits),
                    [-2.0, -0.0, -2.0].map(f64::to_bits)
                );
                assert!(row[3].is_nan()); // 0·∞, as in a pass of its own
            }
        }
    }

    #[test]
    #[should_panic(expected = "one number of X for each of C")]
    fn an_x_of_another_shape_is_refused() {
        let a = DMatrix::<f64>::zeros(2, 2);
        let x = DMatrix::zeros(2, 1);
        matmul_relu_gradient(Plain(&a), Plain(&a), &x, &mut DMatrix::zeros(2, 2));
    }

    #[test]
    fn an_empty_sum_leaves_what_is_added() {
        let (a, b) = (DMatrix::<f64>::zeros(2, 0), DMatrix::<f64>::zeros(0, 2));
        let mut c = DMatrix::from_element(2, 2, f64::NAN);
        matmul(Plain(&a), Plain(&b), Some(&[1.5, 2.5]), &mut c);
        assert_eq!(c, nalgebra::dmatrix![1.5, 2.5; 1.5, 2.5]);
    }

    #[test]
    #[should_panic(expected = "a number a column")]
    fn a_row_of_another_length_is_refused() {
        let a = DMatrix::<f64>::zeros(2, 2);
        matmul(Plain(&a), Plain(&a), Some(&[1.0]), &mut DMatrix::zeros(2, 2));
    }

    #[test]
    #[should_panic(expected = "(2, 3) times (2, 2)")]
    fn shapes_that_do_not_fit_are_refused() {
        let (a, b) = (DMatrix::<f64>::zeros(2, 3), DMatrix::<f64>::zeros(2, 2));
        matmul(Plain(&a), Plain(&b), None, &mut DMatrix::zeros(2, 2));
    }
}
