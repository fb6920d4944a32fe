//! Transposition, for operands whose contiguous axis is the other one.

use super::vector::{RUN, Vector};

/// How the last register is stored if the runs fill it only in part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// As a whole register; the elements beyond the last run are unspecified.
    Padded,
    /// Only the elements of the runs.
    Left,
}

/// Transposes `runs` contiguous runs of `numbers` elements into `numbers` runs of `runs` elements.
/// Each pointer comes with the stride between its runs.
///
/// # Safety
/// Both pointers are valid for these elements, `to` for whole registers if padded, and they do not
/// overlap.
#[inline(always)]
pub(super) unsafe fn transpose<V: Vector>(
    (from, from_stride): (*const V::Scalar, usize),
    (to, to_stride): (*mut V::Scalar, usize),
    (runs, numbers): (usize, usize),
    rest: Rest,
) {
    // SAFETY: i < `runs`, j < `numbers`.
    unsafe {
        if numbers < RUN {
            let end = if rest == Rest::Padded { runs.next_multiple_of(V::LANES) } else { runs };
            for i in 0..end {
                for j in 0..numbers {
                    let number = *from.add(i.min(runs - 1) * from_stride + j);
                    *to.add(j * to_stride + i) = number;
                }
            }
            return;
        }
        for i in (0..runs).step_by(V::LANES) {
            let (from, to) = ((from.add(i * from_stride), from_stride), (to.add(i), to_stride));
            // Two calls, so that the first is compiled for a constant number of runs.
            if runs - i >= V::LANES {
                register_of::<V>(from, to, (V::LANES, numbers), rest);
            } else {
                register_of::<V>(from, to, (runs - i, numbers), rest);
            }
        }
    }
}

/// [`transpose`] for at most as many runs as a register has lanes.
///
/// # Safety
/// As [`transpose`]; `numbers` is at least [`RUN`].
#[inline(always)]
unsafe fn register_of<V: Vector>(
    (from, from_stride): (*const V::Scalar, usize),
    (to, to_stride): (*mut V::Scalar, usize),
    (runs, numbers): (usize, usize),
    rest: Rest,
) {
    for j in (0..numbers).step_by(RUN) {
        // The last step overlaps the one before it.
        let j = j.min(numbers - RUN);
        // SAFETY: j + `RUN` ≤ `numbers`.
        unsafe {
            let columns = V::columns(from.add(j), from_stride, runs);
            for (column, j) in columns.into_iter().zip(j..) {
                let to = to.add(j * to_stride);
                if runs == V::LANES || rest == Rest::Padded {
                    column.store(to);
                } else {
                    column.store_first(to, runs);
                }
            }
        }
    }
}
