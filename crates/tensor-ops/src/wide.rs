//! Which products are worth several threads: those of layers of hundreds of units.
//!
//! Each thread computes some columns of the result, so the bits are those of one thread.

/// The fewest multiply-adds per thread: waking a thread takes as long as a tenth of them.
const LEAST: usize = 1 << 22;
/// The fewest columns per thread, since each packs all rows of the other factor. The networks of
/// the book are narrower: they are trained side by side, one on each core.
const NARROWEST: usize = 128;
/// Parts begin at a multiple of this, so that they have whole tiles with every instruction set.
const TILE: usize = 60;

/// How many threads share a product of so many multiply-adds and columns.
pub(crate) fn parts(multiply_adds: usize, columns: usize) -> usize {
    let most = (multiply_adds / LEAST).min(columns / NARROWEST);
    // Asking for the number of threads starts them.
    if most < 2 { 1 } else { most.min(rayon::current_num_threads()) }
}

/// The column at which a product in `parts` parts, at least two, is halved.
pub(crate) fn middle(columns: usize, parts: usize) -> usize {
    let middle = columns * (parts / 2) / parts;
    (middle + TILE / 2) / TILE * TILE
}
