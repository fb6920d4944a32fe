//! The product itself: panels of A are packed, tiles of C stay in registers.
//!
//! For the rows of A that fill two registers, up to `TERMS` columns are copied side by side into a panel
//! that stays in the first-level cache; every tile of these rows by [`Vector::COLUMNS`] columns of C is summed
//! over that panel in registers, B being read where it is, one number at a time. Tiles of up to [`NARROW`]
//! columns take what is left. The first tile copies what it reads, unless A has to be transposed. So only A is
//! copied, and onto the stack: nothing is allocated. Every element of C is one chain of multiply-adds in order
//! of k, whatever the tile.
//!
//! The compiler makes each tile once for every element type and instruction set, and these loops are the longest
//! it has: there are as few shapes as keep the speed, and strides are known at run time only.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::panel::{Packed, PackedPanel, Packing, pack};
use super::strided::{Few, Many, NARROW, Rows, Strided};
use super::vector::{Vector, Work};

/// C ← A·B, and a row that is added to every row of it; then the [`Epilogue`]. C is column-major, and so is A or its
/// transpose.
#[derive(Clone, Copy, Debug)]
pub struct DenseProduct<'a, T> {
    /// Rows of A and C, columns of A and rows of B, columns of B and C.
    pub(crate) sizes: (usize, usize, usize),
    pub(crate) a: Strided<T>,
    pub(crate) b: Strided<T>,
    pub(crate) c: *mut T,
    /// As many numbers as C has columns, or none for zeros.
    pub(crate) add: Option<&'a [T]>,
    pub(crate) epilogue: Epilogue<*const T>,
}

/// What is done to the elements of C while they are in registers.
///
/// At 128 × 100 by 100 × 100 it takes no time, where a pass of its own would take a tenth of the product's.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<X> {
    /// Nothing.
    None,
    /// max(0, c). NaN stays NaN.
    Relu,
    /// The gradient of ReLU: c·1 where X is above zero or NaN, c·0 elsewhere. X has C's shape and order.
    ReluGradient(X),
}

impl<T> Epilogue<*const T> {
    /// The same epilogue for the block of C that starts `count` elements on.
    #[inline(always)]
    fn from(self, count: usize) -> Self {
        match self {
            Self::ReluGradient(x) => Self::ReluGradient(x.wrapping_add(count)),
            other => other,
        }
    }
}

/// What the sums of a tile begin with.
#[derive(Clone, Copy)]
enum Start<T> {
    Zeros,
    /// A number for each column.
    Row(*const T),
    /// Partial sums left in C by the previous block of k.
    Sums,
}

/// Registers of a column of a tile, except where the last rows of C fill only one.
const REGISTERS: usize = 2;
/// Columns of a panel: 16 KiB where a column is 64 bytes.
const TERMS: usize = 256;

/// Computes a product in tiles of at most [`REGISTERS`] by [`Vector::COLUMNS`].
///
/// # Safety
/// Every element that the sizes and strides address is valid to read (and of C to write), and C overlaps
/// no other matrix.
pub(super) struct Tiled<'a, T>(pub(super) &'a DenseProduct<'a, T>);

impl<V: Vector> Work<V> for Tiled<'_, V::Scalar> {
    #[inline(always)]
    unsafe fn run(self) {
        let (rows, _, columns) = self.0.sizes;
        if columns == 0 {
            return;
        }
        let most = REGISTERS * V::LANES;
        for first in (0..rows).step_by(most) {
            let count = most.min(rows - first);
            // SAFETY: the caller's promise; these are rows of the product.
            unsafe {
                if count <= V::LANES {
                    some_rows::<V, 1>(self.0, first, count);
                } else {
                    some_rows::<V, REGISTERS>(self.0, first, count);
                }
            }
        }
    }
}

/// `rows` of C from `first` on, which fill at most `MV` registers.
///
/// # Safety
/// As [`Tiled`].
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
    // Once even where there is nothing to sum: C is then what is added to every row.
    while from < k || from == 0 {
        let terms = TERMS.min(k - from);
        let start = match add {
            _ if from > 0 => Start::Sums,
            Some(row) => Start::Row(row.as_ptr()),
            None => Start::Zeros,
        };
        let epilogue = if from + terms == k { epilogue.from(first) } else { Epilogue::None };
        let (b, c) = (b.from(from, 0), c.wrapping_add(first));
        // SAFETY: rows `first` to `first + rows`, terms from `from` on and all columns are within the sizes;
        // the panel has room for `TERMS` columns.
        unsafe {
            let a = a.from(first, from);
            // Whole registers of contiguous rows are packed by the first of the wide tiles.
            let mut unpacked =
                (MV == REGISTERS && a.row == 1 && rows == MV * V::LANES).then_some(a);
            if unpacked.is_none() {
                pack::<V, MV>(a, rows, terms, panel);
            }
            let part = Part { rows, terms, panel, b, c, column_of_c: m, start, epilogue };
            if wide > 0 {
                let unpacked = unpacked.take();
                // A type cannot say `V::COLUMNS`.
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

/// Some rows of C, where they meet some terms of the sums.
#[derive(Clone, Copy)]
struct Part<T> {
    rows: usize,
    terms: usize,
    panel: *mut T,
    b: Strided<T>,
    c: *mut T,
    /// The distance between two columns of C.
    column_of_c: usize,
    start: Start<T>,
    epilogue: Epilogue<*const T>,
}

impl<T: Copy> Part<T> {
    /// The same from a column on.
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

/// These columns of a part in tiles of `MV` registers by `COLUMNS`.
///
/// # Safety
/// As [`Tiled`], the panel having room for `terms` columns of `MV` registers, and holding them unless the first
/// tile packs them; a row that the sums start with has a number for each column. There are whole tiles only,
/// unless B is read as [`Few`].
struct Tiles<T, B, const MV: usize, const COLUMNS: usize> {
    part: Part<T>,
    /// What the first tile has to pack into the panel.
    unpacked: Option<Strided<T>>,
    columns: Range<usize>,
    b: PhantomData<B>,
}

impl<T, B, const MV: usize, const COLUMNS: usize> Tiles<T, B, MV, COLUMNS> {
    fn new(part: Part<T>, unpacked: Option<Strided<T>>, columns: Range<usize>) -> Self {
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
                    Some(from) if const { MV == REGISTERS } => {
                        tile::<V, _, B, MV, COLUMNS>(Packing { from, to: panel }, part, count);
                    }
                    _ => tile::<V, _, B, MV, COLUMNS>(Packed(panel), part, count),
                }
            }
        }
    }
}

/// `MV` registers by `COLUMNS` of C, or by `count` if that is less; `rows` of them begin in the last register.
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
    // Columns that are not there repeat the last one, and are not written.
    let there = |j: usize| if B::WHOLE { j } else { j.min(count - 1) };
    let place = |i: usize, j: usize| there(j) * column_of_c + i * V::LANES;
    let last = rows - (MV - 1) * V::LANES;
    let load = |from: *const V::Scalar, i: usize| {
        // SAFETY: the caller's promise.
        unsafe {
            if i + 1 < MV || last == V::LANES { V::load(from) } else { V::load_first(from, last) }
        }
    };
    // SAFETY: these are the elements of the panel, of B, of the row and of C that the caller speaks of.
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
        for _ in 0..terms {
            let column = a.column();
            for (j, sums) in sums.iter_mut().enumerate() {
                let value = V::splat(b.at(j));
                for (sum, a) in sums.iter_mut().zip(column) {
                    *sum = a.mul_add(value, *sum);
                }
            }
            (a, b) = (a.next(), b.next());
        }
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
