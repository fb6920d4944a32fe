//! A large slot is updated by several threads.
//!
//! Every rule works element by element, so the bits are those of one thread.

/// The fewest parameters per thread: waking a thread takes as long as updating a tenth of them.
#[cfg(feature = "rayon")]
const LEAST: usize = 1 << 16;

/// Parts begin at a multiple of this many elements: on a cache line, if the slot does.
#[cfg(feature = "rayon")]
const LINE: usize = 16;

/// An update of the values, gradients and arrays of one slot, or of a part of it.
pub(crate) type Update<'a, T, const N: usize> =
    &'a (dyn Fn(&mut [T], &mut [T], [&mut [T]; N]) + Sync);

/// Calls `update` for a slot, or for its parts on threads of rayon's pool.
pub(crate) fn update_slot<T: Send, const N: usize>(
    value: &mut [T],
    grad: &mut [T],
    arrays: [&mut [T]; N],
    update: Update<'_, T, N>,
) {
    #[cfg(feature = "rayon")]
    {
        let most = value.len() / LEAST;
        // Asking for the number of threads starts them.
        if most > 1 {
            return update_parts(
                most.min(rayon::current_num_threads()),
                value,
                grad,
                arrays,
                update,
            );
        }
    }
    update(value, grad, arrays);
}

/// Calls `update` for each of `parts` parts.
#[cfg(feature = "rayon")]
fn update_parts<T: Send, const N: usize>(
    parts: usize,
    value: &mut [T],
    grad: &mut [T],
    arrays: [&mut [T]; N],
    update: Update<'_, T, N>,
) {
    if parts == 1 {
        return update(value, grad, arrays);
    }
    let middle = (value.len() * (parts / 2) / parts).next_multiple_of(LINE);
    let (value, value_of_rest) = value.split_at_mut(middle);
    let (grad, grad_of_rest) = grad.split_at_mut(middle);
    let mut halves = arrays.map(|array| array.split_at_mut(middle));
    let arrays = halves.each_mut().map(|(left, _)| std::mem::take(left));
    let arrays_of_rest = halves.map(|(_, rest)| rest);
    rayon::join(
        || update_parts(parts / 2, value, grad, arrays, update),
        || update_parts(parts - parts / 2, value_of_rest, grad_of_rest, arrays_of_rest, update),
    );
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::LEAST;
    use crate::{Decay, OptimizerKind, Slot};

    #[test]
    fn large_slots_have_the_same_bits_on_any_number_of_threads() {
        let len = 3 * LEAST + 5;
        let fill = |factor: usize| -> Vec<f32> {
            (0..len).map(|i| (i * factor % 1009) as f32 / 500.0 - 1.0).collect()
        };
        for kind in OptimizerKind::ALL {
            let values = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let mut value = fill(7);
                let mut optimizer = kind.build_with(Decay::L2(0.1)).unwrap();
                for step in 0..3 {
                    let grad = &mut fill(11 + step)[..];
                    let slots = &mut [Slot { value: &mut value, grad, decay: true }];
                    pool.install(|| optimizer.step(slots).unwrap());
                }
                (value, optimizer.state())
            };
            let expected = values(1);
            for threads in [2, 3] {
                assert!(values(threads) == expected, "{kind} on {threads} threads");
            }
        }
    }
}
