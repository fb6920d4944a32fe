//! The two element types.

use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;
use std::str::FromStr;

use num_traits::{Float, NumAssign};

use crate::product::Kernel;

/// The element type of every slice and matrix: `f32` or `f64`, and nothing else.
///
/// The trait is sealed, since matrix products exist for these two types only. It gathers the bounds
/// that numerical code needs, so a generic function needs no other bound than `T: Scalar`.
///
/// # Example
/// ```
/// use kernels::Scalar;
///
/// fn mean<T: Scalar>(xs: &[T]) -> T {
///     xs.iter().copied().sum::<T>() / T::of(xs.len() as f64)
/// }
/// assert_eq!(mean(&[1.0_f32, 2.0]), 1.5);
/// assert_eq!(mean(&[1.0_f64, 2.0]).f64(), 1.5);
/// ```
pub trait Scalar:
    Kernel
    + Float
    + NumAssign
    + Sum
    + Default
    + Debug
    + Display
    + LowerExp
    + FromStr
    + Send
    + Sync
    + 'static
{
    /// The value nearest to `x`.
    fn of(x: f64) -> Self;
    /// The value as `f64`, exactly.
    fn f64(self) -> f64;
    /// The name of the type, `"f32"` or `"f64"`, as command lines take it.
    const NAME: &'static str;
}

impl Scalar for f32 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn f64(self) -> f64 {
        f64::from(self)
    }
    const NAME: &'static str = "f32";
}

impl Scalar for f64 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn f64(self) -> f64 {
        self
    }
    const NAME: &'static str = "f64";
}
