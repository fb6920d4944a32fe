//! Runs of numbers become columns: what the products do to operands whose contiguous axis is the other one.

use super::vector::{RUN, Vector};

/// What is done where the runs do not fill the last register.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// It is written whole, with numbers of no use behind the last run's.
    Padded,
    /// Only what belongs to a run is written.
    Left,
}

/// `runs` of `numbers` become `numbers` runs of `runs`. The distance between runs, and then between
/// numbers, is given beside each pointer.
///
/// # Safety
/// Both are valid for these numbers, `to` for whole registers of them if padded, and apart.
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
            // The compiler knows the number of runs in the first case.
            if runs - i >= V::LANES {
                register_of::<V>(from, to, (V::LANES, numbers), rest);
            } else {
                register_of::<V>(from, to, (runs - i, numbers), rest);
            }
        }
    }
}

/// [`transpose`] of as many runs as a register has lanes, or fewer.
///
/// # Safety
/// As there, with at least [`RUN`] numbers.
#[inline(always)]
unsafe fn register_of<V: Vector>(
    (from, from_stride): (*const V::Scalar, usize),
    (to, to_stride): (*mut V::Scalar, usize),
    (runs, numbers): (usize, usize),
    rest: Rest,
) {
    for j in (0..numbers).step_by(RUN) {
        // The last registers take some numbers again.
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
