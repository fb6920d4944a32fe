//! How tiles read A: from the packed panel, or from A itself while packing it.

use std::array;

use super::strided::Strided;
use super::transpose::{Rest, transpose};
use super::vector::Vector;

/// The columns of a panel, `MV` registers each, one at a time.
pub(super) trait PackedPanel<V: Vector, const MV: usize>: Copy {
    /// The current column.
    ///
    /// # Safety
    /// The panel has a column left.
    unsafe fn column(&self) -> [V; MV];
    /// Advances to the next column.
    fn next(self) -> Self;
}

/// A packed panel: its columns are contiguous.
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

/// Columns of A (contiguous within a column), each of which is also stored into the panel for the
/// following tiles. The stores cost nothing, since the micro-kernel leaves the store unit idle.
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

/// Packs `terms` columns of `rows` elements of `a` into `panel`, whose columns have room for `most`
/// elements, whole registers; what is beyond the rows is unspecified.
///
/// # Safety
/// `a` has these elements, and `panel` has room for `terms` columns.
#[inline(always)]
pub(super) unsafe fn pack<V: Vector>(
    a: Strided<V::Scalar>,
    (rows, terms): (usize, usize),
    (panel, most): (*mut V::Scalar, usize),
) {
    // SAFETY: only rows below `rows` and columns below `terms` are read.
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
