//! Matrix products into the caller's buffer; either operand may be transposed.

use kernels::{Epilogue, MatrixRef, Scalar};
use nalgebra::DMatrix;

use crate::wide;

/// A factor of a [`matmul`]: a matrix or its transpose, which is never materialised.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a, T> {
    /// The matrix.
    Plain(&'a DMatrix<T>),
    /// Its transpose.
    Transposed(&'a DMatrix<T>),
}

impl<'a, T: Scalar> Operand<'a, T> {
    /// (rows, columns) of the factor, after transposition.
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

    fn as_ref(self) -> MatrixRef<'a, T> {
        match self {
            Self::Plain(m) => MatrixRef::column_major(m.as_slice(), self.shape()),
            Self::Transposed(m) => MatrixRef::row_major(m.as_slice(), self.shape()),
        }
    }
}

/// C ← op(A)·op(B) + `add`, where `add` is added to every row.
///
/// Shapes: op(A) is (m, k), op(B) is (k, n), `add` has n elements, `c` is (m, n). The previous
/// contents of `c` are ignored. If k = 0, every row becomes `add`, or zeros. Nothing is allocated.
///
/// The kernel is made for the products of small networks. In `f32` and `f64`, with AVX2 or AVX-512,
/// it reaches 0.8 to 0.9 of the processor's peak; `matrixmultiply`, which nalgebra calls, reaches
/// 0.7, and nalgebra's `tr_mul` and `gemm_tr` a tenth of that. The instruction set is chosen at run
/// time, so no compiler flag is needed; all with fused multiply-adds give the same bits.
///
/// Products of layers of hundreds of units are shared among the threads of rayon's pool, smaller
/// ones run on the calling thread; the bits do not depend on the number of threads.
///
/// # Panics
/// If the shapes do not match.
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
    product(a, b, add, Epilogue::None, c);
}

/// [`matmul`] and ReLU in one pass: C ← max(0, op(A)·op(B) + `add`).
///
/// NaN stays NaN, as in every ReLU of this workspace. ReLU is applied while C is in registers: a
/// (128, 100) by (100, 100) product takes no longer than [`matmul`], while a separate pass would
/// take a tenth of its time.
///
/// # Panics
/// If the shapes do not match.
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
    product(a, b, add, Epilogue::Relu, c);
}

/// [`matmul`] and the gradient of ReLU in one pass: C ← op(A)·op(B) ⊙ \[X > 0\].
///
/// X is ReLU's output or input, and has C's shape. Where X ≤ 0, the element of C is multiplied by 0
/// and so keeps the sign of the sum. NaN in X counts as above zero.
///
/// # Panics
/// If the shapes do not match.
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
    assert_eq!(x.shape(), c.shape(), "matmul_relu_gradient: X must have C's shape");
    product(a, b, None, Epilogue::ReluGradient(x.as_slice()), c);
}

/// The product with any epilogue.
#[track_caller]
fn product<T: Scalar>(
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    add: Option<&[T]>,
    epilogue: Epilogue<&[T]>,
    c: &mut DMatrix<T>,
) {
    let ((m, k), (k_b, n)) = (a.shape(), b.shape());
    assert!(
        k == k_b && c.shape() == (m, n),
        "matmul: ({m}, {k}) times ({k_b}, {n}) into {:?}",
        c.shape()
    );
    let parts = wide::parts(m * k * n, n);
    in_parts(parts, a.as_ref(), b.as_ref(), add, epilogue, c.as_mut_slice());
}

/// The product by `parts` threads, each of which computes some columns of C.
fn in_parts<T: Scalar>(
    parts: usize,
    a: MatrixRef<'_, T>,
    b: MatrixRef<'_, T>,
    add: Option<&[T]>,
    epilogue: Epilogue<&[T]>,
    c: &mut [T],
) {
    if parts == 1 {
        return kernels::matmul(a, b, add, epilogue, c);
    }
    let column = wide::middle(b.shape().1, parts);
    let place = column * a.shape().0;
    let (left_b, right_b) = b.split_columns(column);
    let (left_add, right_add) = add.map(|add| add.split_at(column)).unzip();
    let (left_c, right_c) = c.split_at_mut(place);
    let (left_epilogue, right_epilogue) = match epilogue {
        Epilogue::ReluGradient(x) => {
            let (left, right) = x.split_at(place);
            (Epilogue::ReluGradient(left), Epilogue::ReluGradient(right))
        }
        other => (other, other),
    };
    rayon::join(
        || in_parts(parts / 2, a, left_b, left_add, left_epilogue, left_c),
        || in_parts(parts - parts / 2, a, right_b, right_add, right_epilogue, right_c),
    );
}

#[cfg(test)]
mod tests {
    use super::Operand::{Plain, Transposed};
    use super::*;

    /// The operands are small integers, so every sum is exact.
    #[test]
    fn all_combinations_of_plain_and_transposed_factors_agree_with_the_definition() {
        let fill = |rows, columns| DMatrix::from_fn(rows, columns, |i, j| (i * 7 + j * 3) as f64);
        let (a, b, add) = (fill(5, 3), fill(3, 4), [1.0, -2.0, 3.0, -4.0]);
        let by_definition = |i, j| (0..3).map(|p| a[(i, p)] * b[(p, j)]).sum::<f64>() + add[j];
        let expected = DMatrix::from_fn(5, 4, by_definition);
        let (a_t, b_t) = (a.transpose(), b.transpose());
        for a in [Plain(&a), Transposed(&a_t)] {
            for b in [Plain(&b), Transposed(&b_t)] {
                let mut c = DMatrix::from_element(5, 4, f64::NAN); // must not be read
                matmul(a, b, Some(&add), &mut c);
                assert_eq!(c, expected);
            }
        }
    }

    #[test]
    fn wide_products_have_the_same_bits_on_any_number_of_threads() {
        let fill = |rows, columns| {
            DMatrix::from_fn(rows, columns, |i, j| (i * 7 + j * 3) as f32 / 1000.0 - 1.0)
        };
        let (a, b, x) = (fill(90, 250), fill(250, 770), fill(90, 770) * 0.5);
        assert!(wide::parts(90 * 250 * 770, 770) > 1 || rayon::current_num_threads() == 1);
        let add: Vec<f32> = (0..770).map(|j| j as f32 / 99.0 - 3.0).collect();
        let products = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut c = [(); 3].map(|()| DMatrix::zeros(90, 770));
                matmul(Plain(&a), Plain(&b), Some(&add), &mut c[0]);
                matmul_relu(Plain(&a), Plain(&b), Some(&add), &mut c[1]);
                matmul_relu_gradient(Plain(&a), Transposed(&b.transpose()), &x, &mut c[2]);
                c
            })
        };
        let expected = products(1);
        for threads in [2, 3, 5] {
            assert_eq!(products(threads), expected, "{threads} threads");
        }
    }

    #[test]
    #[should_panic(expected = "X must have C's shape")]
    fn an_x_of_another_shape_is_refused() {
        let a = DMatrix::<f64>::zeros(2, 2);
        let x = DMatrix::zeros(2, 1);
        matmul_relu_gradient(Plain(&a), Plain(&a), &x, &mut DMatrix::zeros(2, 2));
    }

    #[test]
    #[should_panic(expected = "(1, 2) times (2, 3) into (3, 1)")]
    fn a_result_of_another_shape_with_as_many_elements_is_refused() {
        let (a, b) = (DMatrix::<f64>::zeros(1, 2), DMatrix::zeros(2, 3));
        matmul(Plain(&a), Plain(&b), None, &mut DMatrix::zeros(3, 1));
    }
}
