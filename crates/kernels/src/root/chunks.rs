//! The loop in chunks: `before` for a whole chunk, then its roots, then `after`.

use num_traits::Float;

/// Elements per chunk: four 512-bit registers of `f32`.
pub(super) const CHUNK: usize = 64;

/// The arguments of the roots, then the roots. Aligned so that no store crosses a cache line.
#[repr(align(64))]
pub(super) struct Chunk<T>(pub(super) [T; CHUNK]);

impl<T: Float> Chunk<T> {
    #[inline(always)]
    pub(super) fn roots(&mut self) {
        self.0 = self.0.map(T::sqrt);
    }
}

/// [`each_with_root`](crate::each_with_root()) in chunks. Always inlined, so that it is compiled
/// for the caller's instruction set.
#[inline(always)]
pub(super) fn chunks<T: Float, const N: usize>(
    x: &[T],
    arrays: [&mut [T]; N],
    before: impl Fn(T, [&mut T; N]) -> T,
    roots: impl Fn(&mut Chunk<T>),
    after: impl Fn(T, [&mut T; N], T),
) {
    let (chunks, x_rest) = x.as_chunks::<CHUNK>();
    let mut split = arrays.map(|array| array.split_at_mut(chunks.len() * CHUNK));
    let mut arrays = split.each_mut().map(|(whole, _)| whole.as_chunks_mut::<CHUNK>().0);
    let mut room = Chunk([T::zero(); CHUNK]);
    for (k, x) in chunks.iter().enumerate() {
        let mut arrays = arrays.each_mut().map(|array| &mut array[k]);
        for i in 0..CHUNK {
            room.0[i] = before(x[i], arrays.each_mut().map(|array| &mut array[i]));
        }
        roots(&mut room);
        for i in 0..CHUNK {
            after(x[i], arrays.each_mut().map(|array| &mut array[i]), room.0[i]);
        }
    }
    let mut rest = split.map(|(_, rest)| rest);
    for (i, &x) in x_rest.iter().enumerate() {
        let root = before(x, rest.each_mut().map(|array| &mut array[i])).sqrt();
        after(x, rest.each_mut().map(|array| &mut array[i]), root);
    }
}
