use super::*;
use crate::Operand::{Plain, Transposed};
use crate::kernel::Finish;
use crate::matmul;
use proptest::prelude::*;

/// One of `gap` bytes is not zero.
fn byte(i: usize, j: usize, gap: usize) -> u8 {
    let kept = (i * 31 + j * 17 + i * j).is_multiple_of(gap);
    if kept { 1 + (i * 7 + j * 13) as u8 % 255 } else { 0 }
}

/// A number of either sign.
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

fn check<T: Scalar>((m, k, n): (usize, usize, usize), gap: usize) {
    let (x, w, dy) = (fill::<T>(m, k, gap), fill::<T>(k, n, 1), fill::<T>(m, n, 1));
    let sparse = Sparse::new(&bytes(m, k, gap), value::<T>);
    let mut columns = Lines::default();
    columns.set_columns(&sparse.rows);
    let bias: Vec<T> = (0..n).map(|j| T::of(j as f64 / 3.0 - 9.0)).collect();
    for instructions in Instructions::available() {
        let mut sums = Sums::default();
        let mut product =
            |rows: &Lines, d: &DMatrix<T>, add: Option<&[T]>, relu, y: &mut DMatrix<T>| {
                let s = Factor { rows, values: &sparse.values };
                kernel::sparse(instructions, s, d, add, relu, &mut sums, y);
            };
        for relu in [false, true] {
            let mut expected = DMatrix::zeros(m, n);
            let finish = if relu { Finish::Relu } else { Finish::Sums };
            kernel::dense(instructions, Plain(&x), Plain(&w), Some(&bias), finish, &mut expected);
            let mut y = DMatrix::from_element(m, n, T::nan());
            product(&sparse.rows, &w, Some(&bias), relu, &mut y);
            assert_eq!(y, expected, "{instructions:?}, ReLU: {relu}");
        }
        let mut expected = DMatrix::zeros(k, n);
        kernel::dense(instructions, Transposed(&x), Plain(&dy), None, Finish::Sums, &mut expected);
        let mut dw = DMatrix::from_element(k, n, T::nan());
        product(&columns, &dy, None, false, &mut dw);
        assert_eq!(dw, expected, "{instructions:?}");
    }
}

proptest! {
    #[test]
    fn products_have_the_bits_of_dense_ones(
        m in 1..40usize, k in 1..40usize, n in 0..120usize, gap in 1..9usize,
    ) {
        check::<f64>((m, k, n), gap);
        check::<f32>((m, k, n), gap);
    }

    #[test]
    fn gathered_rows_are_those_of_the_bytes(
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
fn products_have_the_bits_of_dense_ones_at_the_experiments_shapes() {
    for sizes in [(128, 784, 100), (100, 784, 50), (300, 100, 10), (1, 784, 1000)] {
        check::<f64>(sizes, 5);
        check::<f32>(sizes, 5);
    }
}

#[test]
fn sorting_columns_before_changes_no_product_and_ends_with_the_rows() {
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
fn zeros_that_meet_infinity_are_left_out() {
    let (x, sparse) = (fill::<f32>(1, 4, 4), Sparse::new(&bytes(1, 4, 4), value));
    let mut w = DMatrix::from_element(4, 1, f32::INFINITY);
    w[0] = 1.0;
    let (mut y, mut dense) = (DMatrix::zeros(1, 1), DMatrix::zeros(1, 1));
    sparse.matmul(&w, None, &mut Workspace::default(), &mut y);
    matmul(Plain(&x), Plain(&w), None, &mut dense);
    assert!(y[0].is_finite() && dense[0].is_nan());
}

#[test]
#[should_panic(expected = "zeros stand for 1.0")]
fn zeros_that_stand_for_another_number_are_refused() {
    Sparse::new(&bytes(2, 3, 1), |byte| f64::from(byte) + 1.0);
}

#[test]
#[should_panic(expected = "(2, 3) times (2, 2)")]
fn shapes_that_do_not_fit_are_refused() {
    let x = Sparse::new(&bytes(2, 3, 1), f64::from);
    let mut y = DMatrix::zeros(2, 2);
    x.matmul(&DMatrix::zeros(2, 2), None, &mut Workspace::default(), &mut y);
}
