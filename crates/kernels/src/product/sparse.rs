//! The product of a sparse matrix with a dense one: zeros of the sparse one cost nothing.
//!
//! Some rows of the dense factor at a time are transposed into a block that stays in cache. Then every row
//! of the product is taken into registers, and the rows of the block that belong to its non-zeros are
//! added to it; with the last block it is complete, and goes to C. Every element of C is one chain of
//! multiply-adds in order of k: the bits are those of the dense product, which only adds zeros in between.

use std::array;
use std::mem::MaybeUninit;

use num_traits::Zero;

use super::transpose::{Rest, transpose};
use super::vector::{Vector, Work};
use crate::cache::{LINE, prefetch};
use crate::sparse_rows::{BYTES, SparseRows};

/// C ← S·D, and a row that is added to every row of it; then max(0, C), if asked for. C and D are column-major.
///
/// # Safety
/// C is valid for its elements.
#[derive(Debug)]
pub struct SparseProduct<'a, T> {
    /// The non-zeros of S.
    pub(crate) rows: &'a SparseRows,
    /// The number that each byte of S stands for.
    pub(crate) values: &'a [T; BYTES],
    /// k·n numbers.
    pub(crate) d: &'a [T],
    /// Rows of D, columns of D and C.
    pub(crate) sizes: (usize, usize),
    /// n numbers, or none for zeros.
    pub(crate) add: Option<&'a [T]>,
    pub(crate) relu: bool,
    pub(crate) work: &'a mut PartialSums<T>,
    pub(crate) c: *mut T,
}

/// Buffers of [`sparse_matmul`](crate::sparse_matmul()), which a caller keeps for the next product, so that nothing is
/// allocated.
#[derive(Clone, Debug, Default)]
pub struct PartialSums<T> {
    /// Rows of C one after another, in whole registers.
    sums: Vec<T>,
    /// How many non-zeros of each row of S are done.
    cursors: Vec<usize>,
}

/// Most registers of a row of C at a time; three of sixteen are left for the other factors.
const REGISTERS: usize = 13;
/// How many may be taken at a time. Each is a loop of its own in the program, for every element type and
/// instruction set, so there are few: with 100 units a row has 7, 13, or 13 and 12 registers. Without 2, 4, 7, 8 or
/// 12 of them a product of the width that it is for takes 1.70, 1.15, 1.15, 1.16 or 1.06 times as long (AVX-512; 32,
/// 50, 100 and 128 units in `f32`, 200 in `f64`).
const CHUNKS: [usize; 7] = [1, 2, 4, 7, 8, 12, REGISTERS];
/// Registers that a chunk may have too many, which cost less than another pass over all non-zeros.
const SPARE: usize = 2;
/// Bytes of the largest block of D: more than a first-level cache of 32 or 48 KB, since digits leave a third of
/// the rows alone, and the second level is fast enough to save passes over all rows of S. A batch of 128 by
/// 100 units is one block.
const LARGEST: usize = 56 * 1024;
/// Rows of C in a tile: as many numbers as a cache line of C has, which is brought in once then.
const ROWS: usize = 16;
/// Bytes of a tile.
const TILE: usize = ROWS * REGISTERS * LINE;
/// Rows of S whose non-zeros are asked for ahead of the one that is worked on: those of a large matrix, as of
/// images that are only looked at, come from far.
const AHEAD: usize = 4;

/// A block and a tile.
#[repr(C, align(64))]
struct Cache {
    block: [u8; LARGEST],
    tile: [u8; TILE],
}

/// How many registers to take next of a row that has `left` more.
fn chunk(left: usize) -> usize {
    let enough = CHUNKS.into_iter().find(|&chunk| (left..=left + SPARE).contains(&chunk));
    let most = CHUNKS.into_iter().rfind(|&chunk| chunk <= left);
    enough.or(most).unwrap_or(REGISTERS)
}

impl<V: Vector> Work<V> for SparseProduct<'_, V::Scalar> {
    #[inline(always)]
    unsafe fn run(self) {
        const {
            let most = REGISTERS * size_of::<V>();
            assert!(ROWS * most <= TILE && TILE <= LARGEST && align_of::<Cache>() == LINE);
        }
        let Self { rows: s, values, d, sizes: (k, n), add, relu, work, c } = self;
        let m = s.len();
        let per_line = LINE / size_of::<V::Scalar>();
        let room = m * chunk(n.div_ceil(V::LANES)) * V::LANES + per_line;
        if work.sums.len() < room {
            // Never less: a layer's two products take turns, and growing again would write zeros.
            work.sums.resize(room, V::Scalar::zero());
        }
        let sums = work.sums.as_mut_ptr();
        let sums = sums.wrapping_add(sums.align_offset(LINE).min(per_line));
        let mut cache = MaybeUninit::<Cache>::uninit();
        let block = cache.as_mut_ptr().cast::<V::Scalar>();
        let tile = block.wrapping_byte_add(LARGEST);
        // Fixed count: a loop bound by the row's length would mispredict.
        let length = s.non_zeros().div_ceil(m.max(1));
        let mut done = 0;
        while done < n {
            let registers = chunk((n - done).div_ceil(V::LANES));
            let width = registers * V::LANES;
            let columns = width.min(n - done);
            let most = LARGEST / size_of::<V>() / registers;
            // All blocks are of one height: the last one might else be a pass over all rows for little.
            let rows = k.div_ceil(k.div_ceil(most).max(1));
            work.cursors.clear();
            work.cursors.resize(m, 0);
            // SAFETY: `first` and `sums` have room for `width` numbers, of one row and of each of m, the
            // block for `rows` of `width`, the tile for `ROWS` of them; columns from `done` on and
            // rows from `from` on are within C and D.
            unsafe {
                let mut first = [V::zero(); REGISTERS];
                let first = first.as_mut_ptr().cast::<V::Scalar>();
                if let Some(add) = add {
                    let add = &add[done..done + columns];
                    first.copy_from_nonoverlapping(add.as_ptr(), columns);
                }
                let mut from = 0;
                // Once even where there is nothing to sum: C is then what is added to every row.
                while from < k || from == 0 {
                    let end = k.min(from + rows);
                    let part = d.as_ptr().add(done * k + from);
                    let sizes = (columns, end - from);
                    transpose::<V>((part, k), (block, width), sizes, Rest::Padded);
                    let used = columns.next_multiple_of(V::LANES);
                    if used < width {
                        for row in 0..end - from {
                            block.add(row * width + used).write_bytes(0, width - used);
                        }
                    }
                    for top in (0..m).step_by(ROWS) {
                        let rows = ROWS.min(m - top);
                        let sums = sums.add(top * width);
                        let start = if from == 0 { (first, 0) } else { (sums, width) };
                        let to = if end == k { (tile, width) } else { (sums, width) };
                        let cursors = &mut work.cursors[top..top + rows];
                        let relu = relu && end == k;
                        let part = Part {
                            s,
                            values,
                            length,
                            top,
                            cursors,
                            from,
                            end,
                            block,
                            start,
                            to,
                            relu,
                        };
                        sum::<V>(registers, part);
                        if end == k {
                            let c = c.add(done * m + top);
                            transpose::<V>((tile, width), (c, m), (rows, columns), Rest::Left);
                        }
                    }
                    from += rows.max(1);
                }
            }
            done += columns;
        }
    }
}

/// Some rows of S, where they meet rows `from` to `end` of D.
struct Part<'a, T> {
    s: &'a SparseRows,
    values: &'a [T; BYTES],
    /// Non-zeros of a row, on average.
    length: usize,
    /// The first of the rows.
    top: usize,
    /// How many non-zeros of each row are done.
    cursors: &'a mut [usize],
    from: usize,
    end: usize,
    /// The rows of D.
    block: *const T,
    /// What the sums of a row begin with, and the distance to that of the next row.
    start: (*mut T, usize),
    /// Where they go.
    to: (*mut T, usize),
    relu: bool,
}

/// [`Rows`] of a number of registers that is known at run time only.
///
/// # Safety
/// As [`Rows`].
#[inline(always)]
unsafe fn sum<V: Vector>(registers: usize, part: Part<'_, V::Scalar>) {
    // SAFETY: the caller's promise.
    unsafe {
        match registers {
            1 => V::run(Rows::<_, 1>(part)),
            2 => V::run(Rows::<_, 2>(part)),
            4 => V::run(Rows::<_, 4>(part)),
            7 => V::run(Rows::<_, 7>(part)),
            8 => V::run(Rows::<_, 8>(part)),
            12 => V::run(Rows::<_, 12>(part)),
            REGISTERS => V::run(Rows::<_, REGISTERS>(part)),
            _ => unreachable!("{registers} registers at a time"),
        }
    }
}

/// Adds the rows of the block that belong to non-zeros to what the sums begin with.
///
/// # Safety
/// Sums, before and after, have `REGISTERS` registers a row; `block` has as many in each of `end` − `from`
/// rows. All indices up to a row's cursor are below `from`, and those after it are not.
struct Rows<'a, T, const REGISTERS: usize>(Part<'a, T>);

impl<V: Vector, const REGISTERS: usize> Work<V> for Rows<'_, V::Scalar, REGISTERS> {
    #[inline(always)]
    unsafe fn run(self) {
        let Part { s, values, length, top, cursors, from, end, block, start, to, relu } = self.0;
        // The compiler knows it here, and then keeps its loop in registers.
        let stride = REGISTERS * V::LANES;
        let first = block.wrapping_sub(from * stride);
        for (i, cursor) in cursors.iter_mut().enumerate() {
            if from == 0 {
                prefetch(s.next(top + i + AHEAD, length));
            }
            let row_of_s = s.row(top + i);
            // SAFETY: row `index` − `from` of the block is there, since from ≤ index < end.
            unsafe {
                let (start, to) = (start.0.add(i * start.1), to.0.add(i * to.1));
                let mut sums: [V; REGISTERS] = array::from_fn(|i| V::load(start.add(i * V::LANES)));
                let mut done = *cursor;
                while let Some(entry) = row_of_s.get(done)
                    && entry.index() < end
                {
                    let row = first.wrapping_add(entry.index() * stride);
                    let value = V::splat(&values[usize::from(entry.byte())]);
                    for (i, sum) in sums.iter_mut().enumerate() {
                        *sum = V::load(row.add(i * V::LANES)).mul_add(value, *sum);
                    }
                    done += 1;
                }
                *cursor = done;
                if relu {
                    for sum in &mut sums {
                        *sum = sum.rectified();
                    }
                }
                for (i, sum) in sums.iter().enumerate() {
                    sum.store(to.add(i * V::LANES));
                }
            }
        }
    }
}
