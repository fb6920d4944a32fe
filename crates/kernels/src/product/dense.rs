//! The dense product and its micro-kernel: tiles of C stay in registers.
//!
//! The micro-kernel accumulates a tile of C over a panel of packed rows of A. `in_place.rs` and
//! `packed.rs` choose panels and tiles. In tiles of every shape, an element of C is one chain of
//! multiply-adds in order of k.
//!
//! The micro-kernel is compiled for every tile shape, element type and instruction set. To limit
//! compile time and code size, there are only as many shapes as full speed needs, and strides are
//! run-time values.

use std::marker::PhantomData;
use std::ops::Range;

use super::panel::{Packed, PackedPanel, Packing};
use super::strided::{Rows, Strided};
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

/// Registers per column of a tile that reads B in place; one where the last rows of C fit into one.
pub(super) const REGISTERS: usize = 2;

/// A block of C's rows, and a block of k.
#[derive(Clone, Copy)]
pub(super) struct DensePart<T> {
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

impl<T: Copy> DensePart<T> {
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
    part: DensePart<T>,
    /// The part of A that the first tile packs into the panel.
    unpacked: Option<Strided<T>>,
    columns: Range<usize>,
    b: PhantomData<B>,
}

impl<T, B, const MV: usize, const COLUMNS: usize> Tiles<T, B, MV, COLUMNS> {
    pub(super) fn new(
        part: DensePart<T>,
        unpacked: Option<Strided<T>>,
        columns: Range<usize>,
    ) -> Self {
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
    part: DensePart<V::Scalar>,
    count: usize,
) where
    V: Vector,
    A: PackedPanel<V, MV>,
    B: Rows<V::Scalar>,
{
    let DensePart { rows, terms, b, c, column_of_c, start, epilogue, .. } = part;
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
