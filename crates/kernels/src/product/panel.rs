//! Columns of some rows of A, as tiles take them: out of the panel, or out of A on their way there.

use std::array;

use super::strided::Strided;
use super::transpose::{Rest, transpose};
use super::vector::Vector;

/// Columns of `MV` registers, one after another.
pub(super) trait PackedPanel<V: Vector, const MV: usize>: Copy {
    /// The next column.
    ///
    /// # Safety
    /// It is there.
    unsafe fn column(&self) -> [V; MV];
    /// The same panel without it.
    fn next(self) -> Self;
}

/// Columns that are side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed<T>(pub(super) *const T);

impl<V: Vector, const MV: usize> PackedPanel<V, MV> for Packed<V::Scalar> {
    #[inline(always)]
    unsafe fn column(&self) -> [V; MV] {
        // SAFETY: the caller's promise.
        array::from_fn(|i| unsafe { V::load(self.0.wrapping_add(i * V::LANES)) })
    }
    #[inline(always)]
    fn next(self) -> Self {
        Self(self.0.wrapping_add(MV * V::LANES))
    }
}

/// Columns of a matrix whose rows are contiguous; each is copied to where the next tile finds it packed. The copies
/// cost nothing: a tile leaves the processor's stores idle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packing<T> {
    pub(super) from: Strided<T>,
    pub(super) to: *mut T,
}

impl<V: Vector, const MV: usize> PackedPanel<V, MV> for Packing<V::Scalar> {
    #[inline(always)]
    unsafe fn column(&self) -> [V; MV] {
        array::from_fn(|i| {
            // SAFETY: the caller's promise.
            unsafe {
                let part = V::load(self.from.pointer.wrapping_add(i * V::LANES));
                part.store(self.to.wrapping_add(i * V::LANES));
                part
            }
        })
    }
    #[inline(always)]
    fn next(self) -> Self {
        Self { from: self.from.from(0, 1), to: self.to.wrapping_add(MV * V::LANES) }
    }
}

/// Copies `terms` columns of `a` side by side: `rows` of each, and whatever in the rest of `MV` registers.
///
/// # Safety
/// `a` has these elements, `panel` room for `terms` columns.
#[inline(always)]
pub(super) unsafe fn pack<V: Vector, const MV: usize>(
    a: Strided<V::Scalar>,
    rows: usize,
    terms: usize,
    panel: *mut V::Scalar,
) {
    let most = MV * V::LANES;
    // SAFETY: rows below `rows` and columns below `terms`, as the caller says.
    unsafe {
        if a.row == 1 {
            for p in 0..terms {
                let (from, to) = (a.from(0, p).pointer, panel.add(p * most));
                for i in (0..most).step_by(V::LANES) {
                    let there = rows.saturating_sub(i);
                    let part = if there >= V::LANES {
                        V::load(from.add(i))
                    } else {
                        V::load_first(from.wrapping_add(i), there)
                    };
                    part.store(to.add(i));
                }
            }
        } else {
            transpose::<V>((a.pointer, a.row), (panel, most), (rows, terms), Rest::Padded);
        }
    }
}
