//! Runs of numbers become columns: what the products do to matrices that stand the other way.

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
    let registers = if numbers < RUN {
        0 // of which no run is long enough
    } else if rest == Rest::Padded {
        runs
    } else {
        runs / V::LANES * V::LANES
    };
    // SAFETY: i + lane < `runs`, or is read as the last one; j < `numbers`.
    unsafe {
        for i in (0..registers).step_by(V::LANES) {
            let (from, to) = ((from.add(i * from_stride), from_stride), (to.add(i), to_stride));
            // The compiler knows the number of runs in the first case.
            if registers - i >= V::LANES {
                register_of::<V>(from, to, V::LANES, numbers);
            } else {
                register_of::<V>(from, to, registers - i, numbers);
            }
        }
        if registers < runs {
            let end = if rest == Rest::Padded { runs.next_multiple_of(V::LANES) } else { runs };
            for i in registers..end {
                for j in 0..numbers {
                    let number = *from.add(i.min(runs - 1) * from_stride + j);
                    *to.add(j * to_stride + i) = number;
                }
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
    runs: usize,
    numbers: usize,
) {
    for j in (0..numbers).step_by(RUN) {
        // The last registers take some numbers again.
        let j = j.min(numbers - RUN);
        // SAFETY: j + `RUN` ≤ `numbers`.
        unsafe {
            let columns = V::columns(from.add(j), from_stride, runs);
            for (i, column) in columns.into_iter().enumerate() {
                column.store(to.add((j + i) * to_stride));
            }
        }
    }
}
