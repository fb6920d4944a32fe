//! Places and areas in logical pixels.

/// A place in logical pixels, y downwards.
pub(crate) type Point = (f64, f64);

/// A rectangle in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
}

impl Rect {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.h
    }

    pub(crate) fn contains(&self, (x, y): Point) -> bool {
        (self.x..=self.right()).contains(&x) && (self.y..=self.bottom()).contains(&y)
    }
}

/// A corner of a panel's plot area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Top left.
    UpperLeft,
    /// Top right.
    UpperRight,
    /// Bottom left.
    LowerLeft,
    /// Bottom right.
    LowerRight,
}

impl Corner {
    /// Where the top left of a `w`×`h` box stands that is `inset` from this corner of `area`.
    pub(crate) fn place(self, area: Rect, (w, h): (f64, f64), inset: f64) -> (f64, f64) {
        let right = matches!(self, Corner::UpperRight | Corner::LowerRight);
        let lower = matches!(self, Corner::LowerLeft | Corner::LowerRight);
        (
            if right { area.right() - w - inset } else { area.x + inset },
            if lower { area.bottom() - h - inset } else { area.y + inset },
        )
    }
}
