//! Shares few, long and unequal pieces of work evenly among threads.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// Steps per turn: few enough that no thread waits long for the last one, enough that the data of
/// an item stays in a core's cache for several steps.
const TURN: usize = 4;

/// Does `steps` steps of every item on all threads of the pool. `work` gets an item and the range
/// of steps to do.
///
/// The steps of an item are done in order. A thread takes the item with the fewest finished steps
/// for a turn of a few steps, so that three items keep two threads busy to the end, and long items
/// do not wait for each other.
///
/// Returns `Break` if `work` did; the other threads then stop after their current turn.
pub(crate) fn in_turns<I: Send>(
    items: impl Iterator<Item = I>,
    steps: usize,
    work: impl Fn(&mut I, Range<usize>) -> ControlFlow<()> + Sync,
) -> ControlFlow<()> {
    let waiting: Vec<(usize, I)> = items.map(|item| (0, item)).collect();
    let threads = rayon::current_num_threads().min(waiting.len());
    let (waiting, stopped) = (Mutex::new(waiting), AtomicBool::new(false));
    let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let next = || {
        let mut waiting = lock();
        let (place, _) = waiting.iter().enumerate().min_by_key(|(_, (done, _))| *done)?;
        (!stopped.load(Ordering::Relaxed)).then(|| waiting.remove(place))
    };
    on_threads(threads, &|| {
        while let Some((done, mut item)) = next() {
            let end = steps.min(done + TURN);
            if work(&mut item, done..end).is_break() {
                stopped.store(true, Ordering::Relaxed);
            }
            if end < steps {
                lock().push((end, item));
            }
        }
    });
    if stopped.into_inner() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Calls `work` once on each of `threads` threads. The type of `work` is erased, so that rayon's
/// loop is compiled once and not for each closure and element type.
fn on_threads(threads: usize, work: &(dyn Fn() + Sync)) {
    (0..threads).into_par_iter().with_max_len(1).for_each(|_| work());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pool<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    #[test]
    fn every_item_does_all_its_steps_in_order() {
        for threads in [1, 2, 3, 8] {
            for steps in [0, 1, TURN, 3 * TURN + 1] {
                let mut done = vec![Vec::new(); 5];
                let ended = in_pool(threads, || {
                    in_turns(done.iter_mut(), steps, |item, turn| {
                        item.extend(turn);
                        ControlFlow::Continue(())
                    })
                });
                assert!(ended.is_continue());
                let expected: Vec<usize> = (0..steps).collect();
                assert!(done.iter().all(|item| *item == expected), "{threads} threads: {done:?}");
            }
        }
    }

    #[test]
    fn the_item_with_the_fewest_finished_steps_is_next() {
        let turns = Mutex::new(Vec::new());
        let ended = in_pool(1, || {
            in_turns(0..3, TURN + 1, |item, turn| {
                turns.lock().unwrap().push((*item, turn));
                ControlFlow::Continue(())
            })
        });
        assert!(ended.is_continue());
        let (first, second) = (0..TURN, TURN..TURN + 1);
        let both = [(0, first.clone()), (1, first.clone()), (2, first), (0, second.clone())];
        let expected = [&both[..], &[(1, second.clone()), (2, second)]].concat();
        assert_eq!(turns.into_inner().unwrap(), expected);
    }

    /// Of the endless items, one breaks: the test ends only if the others stop too.
    #[test]
    fn a_break_stops_every_item() {
        for threads in [1, 2] {
            let mut done = [0; 3];
            let ended = in_pool(threads, || {
                in_turns(done.iter_mut().enumerate(), usize::MAX, |(i, done), turn| {
                    **done = turn.end;
                    if *i == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })
            });
            assert!(ended.is_break());
            assert_eq!(done[1], TURN, "{threads} threads");
        }
    }
}
