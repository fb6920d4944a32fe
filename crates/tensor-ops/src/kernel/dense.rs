//! The product itself: panels of A are packed, tiles of C stay in registers.
//!
//! For `MR` rows of A at a time, up to `TERMS` columns are copied side by side into a panel that stays
//! in the first-level cache; then every tile of `MR` × `NR` elements of C is summed over that panel
//! in registers, B being read where it is, one number at a time. So only A is copied, and onto the
//! stack: nothing is allocated. Every element of C is one chain of multiply-adds in order of k.

use std::array;
use std::mem::MaybeUninit;

use num_traits::Zero;

use super::strided::{Columns, Rows, Strided, Transposed};
use super::vector::{BLOCK, Vector};

/// C ← A·B, and a row that is added to every row of it. C is column-major, and so is A or its transpose.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a, T> {
    /// Rows of A and C, columns of A and rows of B, columns of B and C.
    pub(super) sizes: (usize, usize, usize),
    pub(super) a: Strided<T>,
    pub(super) b: Strided<T>,
    pub(super) c: *mut T,
    /// As many numbers as C has columns, or none for zeros.
    pub(super) add: Option<&'a [T]>,
}

/// What the sums of a tile begin with.
#[derive(Clone, Copy)]
enum Start<T> {
    Zeros,
    /// A number for each column.
    Row(*const T),
    /// What is there, from terms before.
    Sums,
}

/// Columns of a panel: 16 KiB where `MR` numbers are 64 bytes.
const TERMS: usize = 256;
/// Terms between two steps of the pointers.
const UNROLLED: usize = 4;

type Panel<T, const MR: usize> = MaybeUninit<[[T; MR]; TERMS]>;

/// Computes `product` in tiles of `MR` = `MV` registers of `LANES` by at most `NR`.
///
/// # Safety
/// The processor has the instructions of `V`. Every element that the sizes and strides address is
/// valid to read (and of C to write), and C overlaps neither factor.
#[inline(always)]
pub(super) unsafe fn run<
    V: Vector,
    const LANES: usize,
    const MV: usize,
    const MR: usize,
    const NR: usize,
>(
    product: &Product<'_, V::Scalar>,
) {
    const { assert!(LANES == V::LANES && MR == MV * LANES) };
    let rows = product.sizes.0;
    for first in (0..rows).step_by(MR) {
        let count = MR.min(rows - first);
        // SAFETY: the caller's promise; these are rows of the product.
        unsafe {
            if count <= LANES {
                some_rows::<V, 1, LANES, NR>(product, first, count);
            } else {
                some_rows::<V, MV, MR, NR>(product, first, count);
            }
        }
    }
}

/// `count` ≤ `MR` rows of C, from `first` on.
///
/// # Safety
/// As [`run`].
#[inline(always)]
unsafe fn some_rows<V: Vector, const MV: usize, const MR: usize, const NR: usize>(
    product: &Product<'_, V::Scalar>,
    first: usize,
    count: usize,
) {
    let Product { sizes: (m, k, n), a, b, c, add } = *product;
    let mut panel: Panel<V::Scalar, MR> = MaybeUninit::uninit();
    let panel = panel.as_mut_ptr().cast::<V::Scalar>();
    let tiles = n.div_ceil(NR);
    let mut from = 0;
    // Once even where there is nothing to sum: C is then what is added to every row.
    while from < k || from == 0 {
        let terms = TERMS.min(k - from);
        // SAFETY: rows `first` to `first + count`, terms from `from` on and columns from `column` on
        // are within the sizes; the panel has room for `TERMS` columns, the buffer for a tile.
        unsafe {
            pack::<V, MR>(a.from(first, from), count, terms, panel);
            let mut column = 0;
            for tile in 0..tiles {
                // As even as they can be: a tile of few columns leaves multipliers idle.
                let columns = n / tiles + usize::from(tile < n % tiles);
                let at = c.add(first + column * m);
                let b = b.from(from, column);
                let start = match add {
                    _ if from > 0 => Start::Sums,
                    Some(row) => Start::Row(row.as_ptr().add(column)),
                    None => Start::Zeros,
                };
                if count == MR {
                    sum::<V, MV, MR, NR>(columns, terms, panel, b, (at, m), start);
                } else {
                    let mut buffer = [[V::Scalar::zero(); MR]; NR];
                    if from > 0 {
                        for (j, values) in buffer.iter_mut().enumerate().take(columns) {
                            at.add(j * m).copy_to_nonoverlapping(values.as_mut_ptr(), count);
                        }
                    }
                    let to = (buffer.as_mut_ptr().cast(), MR);
                    sum::<V, MV, MR, NR>(columns, terms, panel, b, to, start);
                    for (j, values) in buffer.iter().enumerate().take(columns) {
                        at.add(j * m).copy_from_nonoverlapping(values.as_ptr(), count);
                    }
                }
                column += columns;
            }
        }
        from += TERMS;
    }
}

/// Copies `terms` columns of `a` side by side: `rows` of each, and zeros for the rest of `MR`.
///
/// # Safety
/// `a` has these elements, `panel` room for `MR`·`terms`.
#[inline(always)]
unsafe fn pack<V: Vector, const MR: usize>(
    a: Strided<V::Scalar>,
    rows: usize,
    terms: usize,
    panel: *mut V::Scalar,
) {
    let mut done = 0;
    // SAFETY: rows below `rows` and columns below `terms`, as the caller says.
    unsafe {
        if rows == MR && a.row == 1 {
            for p in 0..terms {
                let column = a.from(0, p).pointer;
                panel.add(p * MR).copy_from_nonoverlapping(column, MR);
            }
            done = terms;
        } else if rows == MR && a.column == 1 && MR.is_multiple_of(BLOCK) {
            while done + BLOCK <= terms {
                for i in (0..MR).step_by(BLOCK) {
                    let block = a.from(i, done).pointer;
                    let to = panel.add(done * MR + i);
                    V::transpose((block, a.row, BLOCK), (to, MR, BLOCK));
                }
                done += BLOCK;
            }
        }
        for p in done..terms {
            for i in 0..MR {
                let value = if i < rows { *a.from(i, p).pointer } else { V::Scalar::zero() };
                *panel.add(p * MR + i) = value;
            }
        }
    }
}

/// [`tile`] for a number of columns that is known at run time only.
#[inline(always)]
unsafe fn sum<V: Vector, const MV: usize, const MR: usize, const NR: usize>(
    columns: usize,
    terms: usize,
    panel: *const V::Scalar,
    b: Strided<V::Scalar>,
    c: (*mut V::Scalar, usize),
    start: Start<V::Scalar>,
) {
    macro_rules! by_columns {
        ($b:expr; $($n:literal)+) => {
            match columns {
                // SAFETY: the caller's promise is that of `tile`.
                $($n if $n <= NR => unsafe { tile::<V, MV, $n, _>(terms, panel, $b, c, start) },)+
                _ => unreachable!("a tile has 1 to {NR} columns"),
            }
        };
    }
    if b.row == 1 {
        by_columns!(Columns::new(b.pointer, b.column); 1 2 3 4 5 6 7 8 9 10 11 12)
    } else {
        by_columns!(Transposed { pointer: b.pointer, row: b.row }; 1 2 3 4 5 6 7 8 9 10 11 12)
    }
}

/// `MV` registers by `COLUMNS` of C, which is given with the distance between its columns.
///
/// # Safety
/// As [`run`], `panel` holding `terms` columns of `MV` registers, and a row that the sums start with
/// `COLUMNS` numbers.
#[inline(always)]
unsafe fn tile<V: Vector, const MV: usize, const COLUMNS: usize, B: Rows<V::Scalar>>(
    terms: usize,
    panel: *const V::Scalar,
    b: B,
    (c, column_of_c): (*mut V::Scalar, usize),
    start: Start<V::Scalar>,
) {
    // SAFETY: these are the elements of the panel, of B, of the row and of C that the caller speaks of.
    unsafe {
        let mut sums = [[V::zero(); MV]; COLUMNS];
        match start {
            Start::Zeros => (),
            Start::Row(row) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::splat(row.add(j)); MV];
                }
            }
            Start::Sums => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = array::from_fn(|i| V::load(c.add(j * column_of_c + i * V::LANES)));
                }
            }
        }
        let (mut a, mut b) = (panel, b);
        let term = MV * V::LANES;
        let end = panel.add(terms / UNROLLED * UNROLLED * term);
        while a < end {
            for p in 0..UNROLLED {
                add_term(&mut sums, a.add(p * term), &b, p);
            }
            (a, b) = (a.add(UNROLLED * term), b.skip(UNROLLED));
        }
        for _ in 0..terms % UNROLLED {
            add_term(&mut sums, a, &b, 0);
            (a, b) = (a.add(term), b.skip(1));
        }
        for (j, sums) in sums.into_iter().enumerate() {
            for (i, sum) in sums.into_iter().enumerate() {
                sum.store(c.add(j * column_of_c + i * V::LANES));
            }
        }
    }
}

/// Adds a column of the panel times the numbers of a row of B.
///
/// # Safety
/// As [`tile`], `a` being where the column is.
#[inline(always)]
unsafe fn add_term<V: Vector, const MV: usize, const COLUMNS: usize>(
    sums: &mut [[V; MV]; COLUMNS],
    a: *const V::Scalar,
    b: &impl Rows<V::Scalar>,
    row: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let column: [V; MV] = array::from_fn(|i| V::load(a.add(i * V::LANES)));
        for (j, sums) in sums.iter_mut().enumerate() {
            let value = V::splat(b.at(row, j));
            for (sum, a) in sums.iter_mut().zip(column) {
                *sum = a.mul_add(value, *sum);
            }
        }
    }
}
