//! The product of a sparse and a dense matrix, C ← S·D: only the non-zeros of S cost time.
//!
//! A block of D's rows is transposed to row-major order and stays in cache. For every row of C, the
//! partial sums are loaded into registers, and each non-zero of S adds its multiple of a row of the
//! block. After the last block of k the sums are complete and are transposed into C. Every element
//! of C is one chain of multiply-adds in order of k, so the bits are those of the dense product,
//! which also adds the zeros (and makes NaN of 0·∞, and +0 of a −0).

use std::array;
use std::mem::MaybeUninit;

use num_traits::Zero;

use super::transpose::{Rest, transpose};
use super::vector::{Vector, Work};
use crate::cache::{LINE, prefetch};
use crate::sparse_rows::{BYTES, SparseRows};

/// C ← S·D + `add`, where `add` is added to every row; then C ← max(0, C) if `relu`. C and D are
/// column-major.
///
/// # Safety
/// C is valid for writes of `rows.len()`·n elements.
#[derive(Debug)]
pub struct SparseProduct<'a, T> {
    /// The non-zeros of S.
    pub(crate) rows: &'a SparseRows,
    /// The number that each byte of S represents.
    pub(crate) values: &'a [T; BYTES],
    /// k·n elements.
    pub(crate) d: &'a [T],
    /// (k, n): the shape of D.
    pub(crate) sizes: (usize, usize),
    /// n elements; `None` adds nothing.
    pub(crate) add: Option<&'a [T]>,
    pub(crate) relu: bool,
    pub(crate) work: &'a mut PartialSums<T>,
    pub(crate) c: *mut T,
}

/// Buffers of [`sparse_matmul`](crate::sparse_matmul()). The caller keeps them for the next
/// product, which then allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct PartialSums<T> {
    /// Partial sums, row-major; each row is padded to whole registers.
    sums: Vec<T>,
    /// For each row of S, how many of its non-zeros have been added.
    cursors: Vec<usize>,
}

/// The largest chunk: 13 accumulators leave three of 16 registers for the factors.
const REGISTERS: usize = 13;
/// The possible widths of a chunk of a row of C, in registers. Every width is compiled separately
/// for each element type and instruction set, so there are few. With 100 units, a row has 7, 13 or
/// 13 + 12 registers. Removing 2, 4, 7, 8 or 12 makes the product that uses it 1.70, 1.15, 1.15,
/// 1.16 or 1.06 times as slow (AVX-512; 32, 50, 100 and 128 units in `f32`, 200 in `f64`).
const CHUNKS: [usize; 7] = [1, 2, 4, 7, 8, 12, REGISTERS];
/// How many registers a chunk may exceed the row by: they cost less than another pass over all
/// non-zeros.
const SPARE: usize = 2;
/// The size limit of a block of D in bytes. It exceeds an L1 cache of 32 or 48 KB: in MNIST a third
/// of the block's rows are never used, and the L2 cache is fast enough to make fewer passes over S
/// pay off. A gradient of 128 samples by 100 units in `f32` is one block.
const LARGEST: usize = 56 * 1024;
/// Rows of C in a tile: one cache line of a column in `f32`, so that each line is written once.
const ROWS: usize = 16;
/// The size of a tile in bytes.
const TILE: usize = ROWS * REGISTERS * LINE;
/// How many rows of S ahead of the current one are prefetched: a large matrix, such as the images
/// of an evaluation, does not stay in cache.
const AHEAD: usize = 4;

/// A block of D and a tile of C.
#[repr(C, align(64))]
struct Cache {
    block: [u8; LARGEST],
    tile: [u8; TILE],
}

/// The width of the next chunk of a row of which `left` registers remain.
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
            // Never shrinks: a layer's two products alternate, and growing would write zeros each
            // time.
            work.sums.resize(room, V::Scalar::zero());
        }
        let sums = work.sums.as_mut_ptr();
        let sums = sums.wrapping_add(sums.align_offset(LINE).min(per_line));
        let mut cache = MaybeUninit::<Cache>::uninit();
        let block = cache.as_mut_ptr().cast::<V::Scalar>();
        let tile = block.wrapping_byte_add(LARGEST);
        // The same number of entries is prefetched of every row: the processor would mispredict
        // the end of a loop over a row's own length.
        let length = s.non_zeros().div_ceil(m.max(1));
        let mut done = 0;
        while done < n {
            let registers = chunk((n - done).div_ceil(V::LANES));
            let width = registers * V::LANES;
            let columns = width.min(n - done);
            let most = LARGEST / size_of::<V>() / registers;
            // Blocks of equal height: otherwise a short last block could cost a whole pass over S.
            let rows = k.div_ceil(k.div_ceil(most).max(1));
            work.cursors.clear();
            work.cursors.resize(m, 0);
            // SAFETY: there is room for rows of `width` elements: one in `first`, m in `sums`,
            // `rows` in the block and `ROWS` in the tile. done + columns ≤ n and end ≤ k.
            unsafe {
                let mut first = [V::zero(); REGISTERS];
                let first = first.as_mut_ptr().cast::<V::Scalar>();
                if let Some(add) = add {
                    let add = &add[done..done + columns];
                    first.copy_from_nonoverlapping(add.as_ptr(), columns);
                }
                let mut from = 0;
                // Runs once even if k = 0: every row of C then becomes `add`.
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

/// A block of S's rows, and rows `from` to `end` of D.
struct Part<'a, T> {
    s: &'a SparseRows,
    values: &'a [T; BYTES],
    /// The mean number of non-zeros per row.
    length: usize,
    /// The first of the rows of S.
    top: usize,
    /// For each row of S, how many of its non-zeros have been added.
    cursors: &'a mut [usize],
    from: usize,
    end: usize,
    /// The rows of D, row-major.
    block: *const T,
    /// The initial sums of the first row, and the stride between rows.
    start: (*mut T, usize),
    /// Where the sums are stored, and the stride between rows.
    to: (*mut T, usize),
    relu: bool,
}

/// Runs [`Rows`] with a number of registers that is known only at run time.
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

/// Adds `value`·(row of the block) to the sums, for each non-zero with an index below `end`.
///
/// # Safety
/// Every row of `start`, `to` and `block` has `REGISTERS` registers; `block` has `end` − `from`
/// rows. In each row of S, the indices before the cursor are below `from`, and the others are not.
struct Rows<'a, T, const REGISTERS: usize>(Part<'a, T>);

impl<V: Vector, const REGISTERS: usize> Work<V> for Rows<'_, V::Scalar, REGISTERS> {
    #[inline(always)]
    unsafe fn run(self) {
        let Part { s, values, length, top, cursors, from, end, block, start, to, relu } = self.0;
        // A constant here, which lets the compiler keep the loop in registers.
        let stride = REGISTERS * V::LANES;
        let first = block.wrapping_sub(from * stride);
        for (i, cursor) in cursors.iter_mut().enumerate() {
            if from == 0 {
                prefetch(s.next(top + i + AHEAD, length));
            }
            let row_of_s = s.row(top + i);
            // SAFETY: the block has row `index` − `from`, since from ≤ index < end.
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
