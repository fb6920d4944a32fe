//! The product of a sparse matrix with a dense one: zeros of the sparse one cost nothing.
//!
//! Some rows of the dense factor at a time are transposed into a block that stays in cache. Then every row
//! of the product is taken into registers, and the rows of the block that belong to its non-zeros are
//! added to it; with the last block it is complete, and goes to C. Every element of C is one chain of
//! multiply-adds in order of k: the bits are those of the dense product, which only adds zeros in between.

use std::array;
use std::mem::MaybeUninit;

use num_traits::Zero;

use super::vector::{BLOCK, Vector};
use super::{LINE, prefetch};
use crate::lines::{Entry, Lines};

/// C ← S·D, and a row that is added to every row of it. C and D are column-major.
#[derive(Clone, Copy, Debug)]
pub struct SparseProduct<'a, T> {
    /// The rows of S.
    pub(super) s: &'a Lines<T>,
    /// k·n numbers.
    pub(super) d: &'a [T],
    /// Rows of D, columns of D and C.
    pub(super) sizes: (usize, usize),
    /// n numbers, or none for zeros.
    pub(super) add: Option<&'a [T]>,
}

/// Buffers of a sparse product, which a caller keeps for the next one.
///
/// ```
/// let work = tensor_ops::Workspace::<f32>::default();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    /// Rows of C one after another, in whole registers.
    sums: Vec<T>,
    /// How many non-zeros of each row of S are done.
    cursors: Vec<usize>,
}

/// Registers of a row of C at a time; three of sixteen are left for the other factors.
const REGISTERS: usize = 13;
/// Bytes of the largest block of D: more than a first-level cache of 32 KB, since digits leave a third of the
/// rows alone, and the second level is fast enough to save passes over all rows of S.
const LARGEST: usize = 48 * 1024;
/// Bytes of `BLOCK` rows of C.
const TILE: usize = BLOCK * REGISTERS * LINE;
/// Lines that are asked for ahead of the one that is worked on: those of a large matrix, as of images
/// that are only looked at, come from far.
const AHEAD: usize = 4;

/// How far rows of a block, or of a tile, are from each other: whole [`BLOCK`]s, so that transposing may
/// write past the last column.
const fn stride_of(registers: usize, lanes: usize) -> usize {
    (registers * lanes).next_multiple_of(BLOCK)
}

/// A block and a tile, with room to begin at a cache line.
type Cache = MaybeUninit<[u8; LARGEST + TILE + LINE]>;

/// Computes `product` into `c`. `ROOM` is the number of elements in [`REGISTERS`].
///
/// # Safety
/// The processor has the instructions of `V`, and `c` room for C.
#[inline(always)]
pub(super) unsafe fn run<V: Vector, const LANES: usize, const ROOM: usize>(
    product: &SparseProduct<'_, V::Scalar>,
    work: &mut Workspace<V::Scalar>,
    c: *mut V::Scalar,
) {
    const {
        assert!(LANES == V::LANES && ROOM == REGISTERS * LANES);
        assert!(BLOCK * ROOM.next_multiple_of(BLOCK) * size_of::<V::Scalar>() <= LARGEST);
    }
    let &SparseProduct { s, d, sizes: (k, n), add } = product;
    let m = s.len();
    let registers = n.div_ceil(LANES);
    let chunks = registers.div_ceil(REGISTERS);
    let per_line = LINE / size_of::<V::Scalar>();
    let room = m * ROOM.min(registers * LANES) + per_line;
    if work.sums.len() < room {
        // Never less: a layer's two products take turns, and growing again would write zeros.
        work.sums.resize(room, V::Scalar::zero());
    }
    let sums = work.sums.as_mut_ptr();
    let sums = sums.wrapping_add(sums.align_offset(LINE).min(per_line));
    let mut cache = Cache::uninit();
    let block = cache.as_mut_ptr().cast::<u8>();
    let block = block.wrapping_add(block.align_offset(LINE).min(LINE)).cast::<V::Scalar>();
    let tile = block.wrapping_byte_add(LARGEST);
    let mut done = 0;
    for chunk in 0..chunks {
        let registers = registers / chunks + usize::from(chunk < registers % chunks);
        let width = registers * LANES;
        let columns = width.min(n - done);
        let mut first = [V::Scalar::zero(); ROOM];
        if let Some(add) = add {
            first[..columns].copy_from_slice(&add[done..done + columns]);
        }
        let stride = stride_of(registers, LANES);
        let most = LARGEST / size_of::<V::Scalar>() / stride / BLOCK * BLOCK;
        // All blocks are of one height: the last one might else be a pass over all rows for little.
        let rows = k.div_ceil(k.div_ceil(most).max(1)).next_multiple_of(BLOCK);
        work.cursors.clear();
        work.cursors.resize(m, 0);
        // SAFETY: `sums` has room for `width` numbers of each of m rows, the block for `rows` of
        // `stride`, the tile for `BLOCK` of them; columns from `done` on and rows from `from` on are
        // within C and D.
        unsafe {
            // What is past the last column is computed with, if in vain.
            for i in 0..rows.min(k) {
                for j in (1..=LANES.max(BLOCK) / LANES).map(|back| stride - back * LANES) {
                    V::zero().store(block.add(i * stride + j));
                }
            }
            let mut from = 0;
            // Once even where there is nothing to sum: C is then what is added to every row.
            while from < k || from == 0 {
                let rows = rows.min(k - from);
                let part = d.as_ptr().add(done * k + from);
                fill_block::<V>((part, k), (block, stride), rows, columns);
                let is_last = from + rows == k;
                for i in 0..m {
                    if from == 0 && i + AHEAD < m {
                        prefetch(s.line(i + AHEAD));
                    }
                    let part = Part { line: s.line(i), from, end: from + rows };
                    let cursor = &mut work.cursors[i];
                    let sum = sums.add(i * width);
                    let start = if from == 0 { first.as_ptr() } else { sum };
                    let end = if is_last { tile.add(i % BLOCK * stride) } else { sum };
                    *cursor = add_rows::<V>(registers, part, *cursor, block, start, end);
                    if is_last && (i % BLOCK + 1 == BLOCK || i + 1 == m) {
                        let top = i / BLOCK * BLOCK;
                        let to = c.add(done * m + top);
                        empty_tile::<V>((tile, stride), (to, m), columns, i + 1 - top);
                    }
                }
                from += rows.max(1);
            }
        }
        done += columns;
    }
}

/// `columns` runs of `rows` numbers become the rows of a block, which have room for whole [`BLOCK`]s.
/// The distance between runs, and between rows, is given beside each pointer.
///
/// # Safety
/// Both are valid for these numbers and apart.
#[inline(always)]
unsafe fn fill_block<V: Vector>(
    (from, from_stride): (*const V::Scalar, usize),
    (to, to_stride): (*mut V::Scalar, usize),
    rows: usize,
    columns: usize,
) {
    let whole = rows / BLOCK * BLOCK;
    for j in (0..columns).step_by(BLOCK) {
        let read = BLOCK.min(columns - j);
        for i in (0..whole).step_by(BLOCK) {
            // SAFETY: rows i to i + `BLOCK` are there, and so are `read` columns from j on.
            unsafe {
                let from = (from.add(j * from_stride + i), from_stride, read);
                transpose::<V>(from, (to.add(i * to_stride + j), to_stride, BLOCK));
            }
        }
        for i in whole..rows {
            for j in j..j + read {
                // SAFETY: i < rows and j < columns.
                unsafe { *to.add(i * to_stride + j) = *from.add(j * from_stride + i) };
            }
        }
    }
}

/// `rows` ≤ [`BLOCK`] runs, which have room for whole `BLOCK`s, become `columns` runs of `rows` numbers.
///
/// # Safety
/// As [`fill_block`].
#[inline(always)]
unsafe fn empty_tile<V: Vector>(
    (from, from_stride): (*const V::Scalar, usize),
    (to, to_stride): (*mut V::Scalar, usize),
    columns: usize,
    rows: usize,
) {
    for j in (0..columns).step_by(BLOCK) {
        let written = BLOCK.min(columns - j);
        // SAFETY: `written` columns from j on are there, and all rows.
        unsafe {
            let (from, to) = (from.add(j), to.add(j * to_stride));
            if rows == BLOCK {
                transpose::<V>((from, from_stride, BLOCK), (to, to_stride, written));
            } else {
                for i in 0..rows {
                    for j in 0..written {
                        *to.add(j * to_stride + i) = *from.add(i * from_stride + j);
                    }
                }
            }
        }
    }
}

/// [`Vector::transpose`]. What the compiler knows to be a whole block needs no question for each run.
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn transpose<V: Vector>(
    (from, from_stride, read): (*const V::Scalar, usize, usize),
    (to, to_stride, written): (*mut V::Scalar, usize, usize),
) {
    // SAFETY: the caller's promise.
    unsafe {
        if read == BLOCK && written == BLOCK {
            V::transpose((from, from_stride, BLOCK), (to, to_stride, BLOCK));
        } else {
            V::transpose((from, from_stride, read), (to, to_stride, written));
        }
    }
}

/// The non-zeros of a row of S that meet rows `from` to `end` of D.
#[derive(Clone, Copy)]
struct Part<'a, T> {
    line: &'a [Entry<T>],
    from: usize,
    end: usize,
}

/// [`add_row`] for a number of registers that is known at run time only.
#[inline(always)]
unsafe fn add_rows<V: Vector>(
    registers: usize,
    part: Part<'_, V::Scalar>,
    done: usize,
    block: *const V::Scalar,
    start: *const V::Scalar,
    sum: *mut V::Scalar,
) -> usize {
    macro_rules! by_registers {
        ($($n:literal)+) => {
            match registers {
                // SAFETY: the caller's promise is that of `add_row`.
                $($n => unsafe { add_row::<V, $n>(part, done, block, start, sum) },)+
                _ => unreachable!("a row has 1 to {REGISTERS} registers"),
            }
        };
    }
    by_registers!(1 2 3 4 5 6 7 8 9 10 11 12 13)
}

/// Adds the rows of `block` that belong to `part` to `start` and stores that in `sum`; gives how many
/// non-zeros of the line are done then, `done` of them being so before.
///
/// # Safety
/// `start` and `sum` are `REGISTERS` registers of `V`, whose instructions the processor has; `block` has
/// as many in each of `end` − `from` rows. All places up to `done` are below `from`, and those after it
/// are not.
#[inline(always)]
unsafe fn add_row<V: Vector, const REGISTERS: usize>(
    Part { line, from, end }: Part<'_, V::Scalar>,
    mut done: usize,
    block: *const V::Scalar,
    start: *const V::Scalar,
    sum: *mut V::Scalar,
) -> usize {
    // The compiler knows it here, and then keeps its loop in registers.
    let stride = const { stride_of(REGISTERS, V::LANES) };
    let first = block.wrapping_sub(from * stride);
    // SAFETY: row `place` − `from` of the block is there, since from ≤ place < end.
    unsafe {
        let mut sums: [V; REGISTERS] = array::from_fn(|i| V::load(start.add(i * V::LANES)));
        while let Some((place, value)) = line.get(done)
            && (*place as usize) < end
        {
            let row = first.wrapping_add(*place as usize * stride);
            let value = V::splat(value);
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = V::load(row.add(i * V::LANES)).mul_add(value, *sum);
            }
            done += 1;
        }
        for (i, register) in sums.into_iter().enumerate() {
            register.store(sum.add(i * V::LANES));
        }
    }
    done
}
