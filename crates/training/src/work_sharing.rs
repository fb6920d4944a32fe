//! Work that several threads share evenly though it is of few, long and unequal parts.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// Steps a turn: few enough that no thread waits long for the last one, enough that what an item keeps
/// in a core's cache is not fetched again for each step.
const TURN: usize = 4;

/// Does `steps` steps of every item, on all threads of the pool. `work` gets an item and which of its
/// steps to do.
///
/// The steps of an item are done one after another. A thread takes the item that is furthest behind for
/// a turn of a few steps, so that three items keep two threads busy to the end, and long ones do not
/// wait for each other.
///
/// # Errors
/// The first one of `work`; what is under way then is done to the end of its turn.
pub(crate) fn in_turns<I: Send, E: Send>(
    items: impl Iterator<Item = I>,
    steps: usize,
    work: impl Fn(&mut I, Range<usize>) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let waiting: Vec<(usize, I)> = items.map(|item| (0, item)).collect();
    let threads = rayon::current_num_threads().min(waiting.len());
    let (waiting, error) = (Mutex::new(waiting), Mutex::new(None));
    let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let next = || {
        let mut waiting = lock();
        let items = waiting.iter().enumerate().filter(|(_, (done, _))| *done < steps);
        let (place, _) = items.min_by_key(|(_, (done, _))| *done)?;
        Some(waiting.remove(place))
    };
    on_threads(threads, &|| {
        while let Some((done, mut item)) = next() {
            let end = steps.min(done + TURN);
            if let Err(found) = work(&mut item, done..end) {
                error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(found);
                return;
            }
            lock().push((end, item));
        }
    });
    error.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// Does the work once on each of so many threads. Its type is erased: all that `rayon` needs for a loop is
/// compiled once, not for each work and for both element types in every binary.
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
                let all = in_pool(threads, || {
                    in_turns(done.iter_mut(), steps, |item, turn| {
                        item.extend(turn);
                        Ok::<_, ()>(())
                    })
                });
                all.unwrap();
                let expected: Vec<usize> = (0..steps).collect();
                assert!(done.iter().all(|item| *item == expected), "{threads} threads: {done:?}");
            }
        }
    }

    #[test]
    fn the_item_that_is_furthest_behind_is_next() {
        let turns = Mutex::new(Vec::new());
        let all = in_pool(1, || {
            in_turns(0..3, TURN + 1, |item, turn| {
                turns.lock().unwrap().push((*item, turn));
                Ok::<_, ()>(())
            })
        });
        all.unwrap();
        let (first, second) = (0..TURN, TURN..TURN + 1);
        let both = [(0, first.clone()), (1, first.clone()), (2, first), (0, second.clone())];
        let expected = [&both[..], &[(1, second.clone()), (2, second)]].concat();
        assert_eq!(turns.into_inner().unwrap(), expected);
    }

    #[test]
    fn an_error_ends_it() {
        let (steps, mut done) = (10 * TURN, [0; 3]);
        let all = in_pool(2, || {
            in_turns(done.iter_mut().enumerate(), steps, |(i, done), turn| {
                **done = turn.end;
                if *i == 1 { Err("stop") } else { Ok(()) }
            })
        });
        assert_eq!((all, done[1]), (Err("stop"), TURN));
    }
}
