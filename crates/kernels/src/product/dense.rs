//! The dense product: panels of A are packed, tiles of C stay in registers.
//!
//! A panel holds as many rows of A as fill two registers and a block of up to [`TERMS`] columns; it
//! stays in the L1 cache. The micro-kernel accumulates tiles of these rows by [`Vector::COLUMNS`]
//! columns of C over the panel. It reads B in place, one element at a time. Remaining columns are
//! covered by tiles of up to [`NARROW`] columns. If A is column-major and the panel has all its
//! rows, the first tile packs the panel while it reads A; otherwise A is copied into the panel
//! first, transposed if it is row-major. Only A is copied, onto the stack, so nothing is allocated.
//! `packed.rs` packs B, too, for the instruction sets that gain by it. In tiles of every shape, an
//! element of C is one chain of multiply-adds in order of k.
//!
//! The micro-kernel is compiled for every tile shape, element type and instruction set. To limit
//! compile time and code size, there are only as many shapes as full speed needs, and strides are
//! run-time values.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::packed;
use super::panel::{Packed, PackedPanel, Packing, pack};
use super::strided::{Few, Many, NARROW, Rows, Strided};
use super::vector::{Vector, Work};

/// C ← epilogue(A·B + `add`), where `add` is added to every row. C is column-major; A is
/// column-major or row-major.
///
/// # Safety
/// The sizes and strides address only elements that are valid for reads (C's also for writes). X is
/// valid for m·n reads, and `add` has n elements. C overlaps none of them.
#[derive(Clone, Copy, Debug)]
pub struct DenseProduct<'a, T> {
    /// (m, k, n): A is (m, k), B is (k, n), C is (m, n).
    pub(crate) sizes: (usize, usize, usize),
    pub(crate) a: Strided<T>,
    pub(crate) b: Strided<T>,
    pub(crate) c: *mut T,
    /// n elements; `None` adds nothing.
    pub(crate) add: Option<&'a [T]>,
    pub(crate) epilogue: Epilogue<*const T>,
}

/// An operation applied to the elements of C while they are in registers.
///
/// For a (128, 100) by (100, 100) product it takes no measurable time; a separate pass over C would
/// take a tenth of the product's time.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<X> {
    /// No operation.
    None,
    /// max(0, c). NaN stays NaN.
    Relu,
    /// The gradient of ReLU: c·1 where X is above zero or NaN, c·0 elsewhere. X has C's shape and
    /// layout.
    ReluGradient(X),
}

impl<T> Epilogue<*const T> {
    /// The same epilogue for the block of C that starts `count` elements on.
    #[inline(always)]
    pub(super) fn from(self, count: usize) -> Self {
        match self {
            Self::ReluGradient(x) => Self::ReluGradient(x.wrapping_add(count)),
            other => other,
        }
    }
}

/// The initial value of a tile's accumulators.
#[derive(Clone, Copy)]
pub(super) enum Start<T> {
    Zeros,
    /// One element per column, the same in all rows.
    Row(*const T),
    /// Partial sums left in C by the previous block of k.
    Sums,
}

/// Registers per column of a tile; one where the last rows of C fit into one.
const REGISTERS: usize = 2;
/// Columns of a panel, which takes 16 KiB with AVX2 and 32 KiB with AVX-512.
const TERMS: usize = 256;

impl<V: Vector> Work<V> for &DenseProduct<'_, V::Scalar> {
    #[inline(always)]
    unsafe fn run(self) {
        let (rows, _, columns) = self.sizes;
        if columns == 0 {
            return;
        }
        if V::PACKS_B {
            // SAFETY: the caller's promise.
            return unsafe { packed::run::<V>(self) };
        }
        let most = REGISTERS * V::LANES;
        for first in (0..rows).step_by(most) {
            let count = most.min(rows - first);
            // SAFETY: the caller's promise; first + count ≤ `rows`.
            unsafe {
                if count <= V::LANES {
                    some_rows::<V, 1>(self, first, count);
                } else {
                    some_rows::<V, REGISTERS>(self, first, count);
                }
            }
        }
    }
}

/// Computes the `rows` rows of C from `first` on, which fit into `MV` registers per column.
///
/// # Safety
/// As [`DenseProduct`].
#[inline(always)]
unsafe fn some_rows<V: Vector, const MV: usize>(
    product: &DenseProduct<'_, V::Scalar>,
    first: usize,
    rows: usize,
) {
    let DenseProduct { sizes: (m, k, n), a, b, c, add, epilogue } = *product;
    let mut panel = MaybeUninit::<[[V; MV]; TERMS]>::uninit();
    let panel = panel.as_mut_ptr().cast();
    let wide = n - n % V::COLUMNS;
    let mut from = 0;
    // Runs once even if k = 0: every row of C then becomes `add`.
    while from < k || from == 0 {
        let terms = TERMS.min(k - from);
        let start = match add {
            _ if from > 0 => Start::Sums,
            Some(row) => Start::Row(row.as_ptr()),
            None => Start::Zeros,
        };
        let epilogue = if from + terms == k { epilogue.from(first) } else { Epilogue::None };
        let (b, c) = (b.from(from, 0), c.wrapping_add(first));
        // SAFETY: first + rows ≤ m, from + terms ≤ k, and the panel has room for `TERMS` columns.
        unsafe {
            let a = a.from(first, from);
            // If contiguous columns of A fill all registers, the first wide tile packs the panel.
            let mut unpacked =
                (MV == REGISTERS && a.row == 1 && rows == MV * V::LANES).then_some(a);
            if unpacked.is_none() {
                pack::<V>(a, (rows, terms), (panel, MV * V::LANES));
            }
            let part = Part { rows, terms, panel, b, c, column_of_c: m, start, epilogue };
            if wide > 0 {
                let unpacked = unpacked.take();
                // `V::COLUMNS` cannot be a const argument (generic_const_exprs is unstable).
                match V::COLUMNS {
                    10 => V::run(Tiles::<_, Many<_>, MV, 10>::new(part, unpacked, 0..wide)),
                    6 => V::run(Tiles::<_, Many<_>, MV, 6>::new(part, unpacked, 0..wide)),
                    _ => unreachable!("tiles of {} columns", V::COLUMNS),
                }
            }
            if wide < n {
                V::run(Tiles::<_, Few<_>, MV, NARROW>::new(part, unpacked, wide..n));
            }
        }
        from += TERMS;
    }
}

/// A block of C's rows, and a block of k.
#[derive(Clone, Copy)]
pub(super) struct Part<T> {
    pub(super) rows: usize,
    pub(super) terms: usize,
    pub(super) panel: *mut T,
    pub(super) b: Strided<T>,
    pub(super) c: *mut T,
    /// The stride between columns of C.
    pub(super) column_of_c: usize,
    pub(super) start: Start<T>,
    pub(super) epilogue: Epilogue<*const T>,
}

impl<T: Copy> Part<T> {
    /// The same block, starting at a later column.
    #[inline(always)]
    fn from(self, column: usize) -> Self {
        let place = column * self.column_of_c;
        let start = match self.start {
            Start::Row(row) => Start::Row(row.wrapping_add(column)),
            other => other,
        };
        let (b, c) = (self.b.from(0, column), self.c.wrapping_add(place));
        Self { b, c, start, epilogue: self.epilogue.from(place), ..self }
    }
}

/// Computes `columns` of a part in tiles of `MV` registers by `COLUMNS` columns.
///
/// # Safety
/// As [`DenseProduct`]. The panel has room for `terms` columns of `MV` registers, and is packed
/// unless the first tile packs it. A [`Start::Row`] has an element for each column. The number of
/// columns is a multiple of `COLUMNS` unless B is read as [`Few`].
pub(super) struct Tiles<T, B, const MV: usize, const COLUMNS: usize> {
    part: Part<T>,
    /// The part of A that the first tile packs into the panel.
    unpacked: Option<Strided<T>>,
    columns: Range<usize>,
    b: PhantomData<B>,
}

impl<T, B, const MV: usize, const COLUMNS: usize> Tiles<T, B, MV, COLUMNS> {
    pub(super) fn new(part: Part<T>, unpacked: Option<Strided<T>>, columns: Range<usize>) -> Self {
        Self { part, unpacked, columns, b: PhantomData }
    }
}

impl<V: Vector, B: Rows<V::Scalar>, const MV: usize, const COLUMNS: usize> Work<V>
    for Tiles<V::Scalar, B, MV, COLUMNS>
{
    #[inline(always)]
    unsafe fn run(self) {
        let Self { part, mut unpacked, columns, .. } = self;
        let panel = part.panel;
        for first in columns.clone().step_by(COLUMNS) {
            let part = part.from(first);
            let count = columns.end - first;
            // SAFETY: the caller's promise.
            unsafe {
                match unpacked.take() {
                    Some(from) if const { MV == REGISTERS && !V::PACKS_B } => {
                        tile::<V, _, B, MV, COLUMNS>(Packing { from, to: panel }, part, count);
                    }
                    _ => tile::<V, _, B, MV, COLUMNS>(Packed(panel), part, count),
                }
            }
        }
    }
}

/// The micro-kernel: a tile of C of `MV` registers by `COLUMNS` columns, or `count` if that is
/// less. Only the first `part.rows` rows are stored; the last register may be partial.
///
/// # Safety
/// As [`Tiles`].
#[inline(always)]
unsafe fn tile<V, A, B, const MV: usize, const COLUMNS: usize>(
    panel: A,
    part: Part<V::Scalar>,
    count: usize,
) where
    V: Vector,
    A: PackedPanel<V, MV>,
    B: Rows<V::Scalar>,
{
    let Part { rows, terms, b, c, column_of_c, start, epilogue, .. } = part;
    // Missing columns of a narrow tile repeat the last one and are not stored.
    let there = |j: usize| if B::WHOLE { j } else { j.min(count - 1) };
    let place = |i: usize, j: usize| there(j) * column_of_c + i * V::LANES;
    let last = rows - (MV - 1) * V::LANES;
    let load = |from: *const V::Scalar, i: usize| {
        // SAFETY: the caller's promise.
        unsafe {
            if i + 1 < MV || last == V::LANES { V::load(from) } else { V::load_first(from, last) }
        }
    };
    // SAFETY: only elements of the panel, B, the row, X and C that the caller vouches for.
    unsafe {
        let mut sums = [[V::zero(); MV]; COLUMNS];
        match start {
            Start::Zeros => (),
            Start::Row(row) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::splat(row.add(there(j))); MV];
                }
            }
            Start::Sums => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    for (i, sum) in sums.iter_mut().enumerate() {
                        *sum = load(c.wrapping_add(place(i, j)), i);
                    }
                }
            }
        }
        let (mut a, mut b) = (panel, B::new(b, count));
        let mut step = || {
            V::add_products(a.column(), &b, &mut sums);
            (a, b) = (a.next(), b.next());
        };
        for _ in 0..terms / V::UNROLL {
            V::unrolled(&mut step);
        }
        (0..terms % V::UNROLL).for_each(|_| step());
        match epilogue {
            Epilogue::None => (),
            Epilogue::Relu => {
                for sum in sums.as_flattened_mut() {
                    *sum = sum.rectified();
                }
            }
            Epilogue::ReluGradient(x) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    for (i, sum) in sums.iter_mut().enumerate() {
                        *sum = sum.gated(load(x.wrapping_add(place(i, j)), i));
                    }
                }
            }
        }
        for (j, sums) in sums.iter().enumerate() {
            if !B::WHOLE && j >= count {
                break;
            }
            for (i, sum) in sums.iter().enumerate() {
                let to = c.wrapping_add(place(i, j));
                if i + 1 < MV || last == V::LANES {
                    sum.store(to);
                } else {
                    sum.store_first(to, last);
                }
            }
        }
    }
}
