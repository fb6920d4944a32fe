//! Points and rectangles in logical pixels.

/// A point in logical pixels, y downwards.
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

    /// Whether `other` lies in this rectangle.
    pub(crate) fn encloses(&self, other: &Rect) -> bool {
        self.contains((other.x, other.y)) && self.contains((other.right(), other.bottom()))
    }

    /// Whether the two have a point in common.
    pub(crate) fn meets(&self, other: &Rect) -> bool {
        self.x <= other.right()
            && other.x <= self.right()
            && self.y <= other.bottom()
            && other.y <= self.bottom()
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
    pub(crate) fn is_right(self) -> bool {
        matches!(self, Corner::UpperRight | Corner::LowerRight)
    }

    /// The top left point of a `w`×`h` box in this corner of `area`, `inset` away from both edges.
    pub(crate) fn place(self, area: Rect, (w, h): (f64, f64), inset: f64) -> Point {
        let lower = matches!(self, Corner::LowerLeft | Corner::LowerRight);
        (
            if self.is_right() { area.right() - w - inset } else { area.x + inset },
            if lower { area.bottom() - h - inset } else { area.y + inset },
        )
    }
}
